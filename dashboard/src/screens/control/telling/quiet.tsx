/** Hours in which nobody is told anything: there are some, or none. */
import type { ComponentChildren } from "preact";
import type { Viewer } from "../control";
import { words } from "./words";

type Hours = Viewer["notificationPreferences"]["quietHours"];

const USUAL = { from: "21:00", to: "08:00" };

interface Given {
  readonly hours: Hours;
  readonly change: (hours: Hours) => void;
  readonly children: ComponentChildren;
}

export function Quiet({ hours, change, children }: Given) {
  return (
    <section class="sheet" aria-labelledby="quiet-title">
      <h2 id="quiet-title">{words.quiet}</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={hours !== null}
          onChange={(event) => change(event.currentTarget.checked ? USUAL : null)}
        />
        {words.quietText}
      </label>
      {hours && (
        <div class="row fields">
          <Hour label={words.from} value={hours.from} change={(from) => change({ ...hours, from })} />
          <Hour label={words.to} value={hours.to} change={(to) => change({ ...hours, to })} />
        </div>
      )}
      {children}
    </section>
  );
}

function Hour(given: { label: string; value: string; change: (value: string) => void }) {
  return (
    <label class="field">
      {given.label}
      <input
        type="time"
        value={given.value}
        onChange={(event) => event.currentTarget.value && given.change(event.currentTarget.value)}
      />
    </label>
  );
}
