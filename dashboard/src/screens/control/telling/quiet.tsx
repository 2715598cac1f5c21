/** Hours in which nobody is told anything: there are some, or none. */
import type { ComponentChildren } from "preact";
import type { Viewer } from "../control";
import { TimeField } from "./time_field";
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
          <TimeField label={words.from} value={hours.from} change={(from) => change({ ...hours, from })} />
          <TimeField label={words.to} value={hours.to} change={(to) => change({ ...hours, to })} />
        </div>
      )}
      {children}
    </section>
  );
}
