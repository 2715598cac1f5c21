/** What can be controlled, with how each thing stands, and the pause. */
import type { Part, Room, Viewer } from "./control";
import { Pausing } from "./pausing";
import { words } from "./words";

const GROUPS: readonly { readonly title: string; readonly parts: readonly Part[] }[] = [
  { title: words.counts, parts: ["leave-out", "sessions"] },
  { title: words.told, parts: ["notifications"] },
  { title: words.yours, parts: ["copy", "reset", "kept", "device"] },
];

export function Contents({ viewer }: Room) {
  const notes = notesOf(viewer);
  return (
    <>
      <p class="soft">{words.lead}</p>
      {GROUPS.map(({ title, parts }, place) => (
        <section key={title} class="stack" aria-labelledby={`group-${place}`}>
          <h2 id={`group-${place}`}>{title}</h2>
          <ul class="plain-list sheet rooms">
            {parts.map((part) => (
              <li key={part}>
                <a href={`/app/control/${part}`}>
                  <span class="rooms-name">{words.parts[part]}</span>
                  <span class="soft small">{notes[part]}</span>
                </a>
              </li>
            ))}
          </ul>
          {place === 0 && <Pausing viewer={viewer} />}
        </section>
      ))}
    </>
  );
}

function notesOf({ exclusions, notificationPreferences: told, operations }: Viewer): Record<Part, string> {
  const { notes } = words;
  const { totalCount } = exclusions;
  const running = operations.nodes.find(({ status }) => status === "SCHEDULED" || status === "RUNNING");
  const planned = running?.status === "SCHEDULED" ? notes.resetPlanned(running.cancellableUntil) : null;
  const weekly = told.monthlySummary ? notes.both : notes.weekly;
  return {
    "leave-out": totalCount === 0 ? notes.leftOutNone : notes.leftOut(totalCount),
    sessions: notes.sessions,
    notifications: told.weeklySummary ? weekly : told.monthlySummary ? notes.monthly : notes.silent,
    copy: notes.copy,
    reset: planned ?? (running ? notes.resetRuns : notes.reset),
    kept: notes.kept,
    device: notes.device,
  };
}
