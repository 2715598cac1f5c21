/** How a person wants to be told that something is there to read. Saved as soon as it is changed. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  type NotificationPreferencesInput,
  Preferences as PreferencesDocument,
  type Weekday,
} from "../../../api/documents";
import { ChooseOne } from "../../../parts/choice";
import { inTurn } from "../../../parts/in_turn";
import { Refusals } from "../../../parts/refusals";
import { useChange, useProposed } from "../../../parts/use_change";
import type { Room, Viewer } from "../control";
import { Devices } from "./devices";
import { Here } from "./here";
import { Quiet } from "./quiet";
import { TimeField } from "./time_field";
import { useHere } from "./use_here";
import { words } from "./words";

type Preferences = Viewer["notificationPreferences"];
type Lock = Preferences["lockScreen"];

const DAYS = Object.entries(words.days) as [Weekday, string][];
const LOCKS = (Object.entries(words.locks) as [Lock, string][]).map(([value, label]) => ({ value, label }));
const SAID_MS = 3_000;
const FIELDS = ["day", "time", "quietHours"];

export function Telling({ viewer }: Room) {
  const { shown, said, refused, change } = useSaved(viewer.notificationPreferences);
  const here = useHere(viewer.devices);
  return (
    <>
      <p class="soft">{words.lead}</p>
      <Here here={here} isSilent={!shown.weeklySummary && !shown.monthlySummary} />
      <section class="sheet" aria-labelledby="what-title">
        <h2 id="what-title">{words.what}</h2>
        <div>
          <Check
            label={words.weekly}
            checked={shown.weeklySummary}
            change={(weeklySummary) => change({ weeklySummary })}
          />
          <Check
            label={words.monthly}
            checked={shown.monthlySummary}
            change={(monthlySummary) => change({ monthlySummary })}
          />
        </div>
        <Refusals refused={refused} fields={FIELDS} />
      </section>
      <When shown={shown} zone={viewer.timeZone} change={change}>
        <Refusals refused={refused} field="time" />
        <Refusals refused={refused} field="day" />
      </When>
      <Quiet hours={shown.quietHours} change={(quietHours) => change({ quietHours })}>
        <Refusals refused={refused} field="quietHours" />
      </Quiet>
      <section class="sheet" aria-labelledby="lock-title">
        <h2 id="lock-title">{words.lock}</h2>
        <ChooseOne
          legend={words.lock}
          name="lock"
          options={LOCKS}
          chosen={shown.lockScreen}
          choose={(lockScreen) => void change({ lockScreen })}
        />
      </section>
      <p role="status" class="saved">
        {said}
      </p>
      <Devices devices={viewer.devices} here={here} />
    </>
  );
}

/** One change at a time is on its way; what is changed meanwhile follows it. */
function useSaved(preferences: Preferences) {
  const { refused, send } = useChange(PreferencesDocument);
  const { shown, propose } = useProposed(preferences);
  const [said, say] = useState("");
  const newest = useRef({ shown, send });
  newest.current = { shown, send };
  const queue = useMemo(
    () => inTurn(async (part: NotificationPreferencesInput) => (await newest.current.send(part)) !== null),
    [],
  );
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => say(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const change: Changing = async (part) => {
    say("");
    const next = { ...newest.current.shown, ...part };
    newest.current.shown = next;
    if (await queue(part satisfies NotificationPreferencesInput, propose(next))) say(words.saved);
  };
  return { shown, said, refused, change };
}

type Changing = (part: Partial<Preferences>) => void;

function When({
  shown: { day, time },
  zone,
  change,
  children,
}: {
  shown: Preferences;
  zone: string;
  change: Changing;
  children: preact.ComponentChildren;
}) {
  return (
    <section class="sheet" aria-labelledby="when-title">
      <h2 id="when-title">{words.when}</h2>
      <div class="row fields">
        <label class="field">
          {words.day}
          <select value={day} onChange={(event) => change({ day: event.currentTarget.value as Weekday })}>
            {DAYS.map(([value, label]) => (
              <option key={value} value={value} selected={value === day}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <TimeField label={words.time} value={time} change={(typed) => change({ time: typed })} />
      </div>
      <p class="soft small">{words.zone(zone)}</p>
      {children}
    </section>
  );
}

function Check(given: { label: string; checked: boolean; change: (checked: boolean) => void }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={given.checked}
        onChange={(event) => given.change(event.currentTarget.checked)}
      />
      {given.label}
    </label>
  );
}
