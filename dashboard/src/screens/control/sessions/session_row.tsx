/** One session: when, how long, its place on the plane and whose numbers these are; to correct or to leave out. */
import { useState } from "preact/hooks";
import { Correct } from "../../../api/documents";
import { Refusals } from "../../../parts/refusals";
import { useChange, useProposed } from "../../../parts/use_change";
import { dayOfWeek, percent } from "../../../words/dates";
import { sourceName } from "../../../words/sources";
import type { Session } from "../control";
import { Correction } from "./correction";
import type { Said } from "./said";
import { words } from "./words";

interface Given {
  readonly session: Session;
  readonly leaveOut: (session: Session) => void;
}

/** "Tue, 3 Nov, evening: Mirror". */
export function sessionName({ localDate, timeOfDay, source }: Session): string {
  return `${dayOfWeek(localDate)}, ${words.time[timeOfDay] ?? timeOfDay}: ${sourceName(source)}`;
}

export function SessionRow({ session, leaveOut }: Given) {
  const [open, setOpen] = useState(false);
  const { refused, send } = useChange(Correct);
  const { shown, propose } = useProposed(session);
  const name = sessionName(session);
  const isLeftOut = shown.exclusions.length > 0;
  const correct = (said: Said, vector: Session["vector"]) => {
    setOpen(false);
    void send({ ...said, sessionId: session.id }, propose({ ...shown, vector }));
  };
  return (
    <div class="stack session">
      <SessionText session={shown} />
      <Numbers session={shown} isLeftOut={isLeftOut} />
      <div class="row">
        {shown.vector && (
          <button
            type="button"
            class="quiet"
            aria-label={words.correctThis(name)}
            onClick={() => setOpen(true)}
          >
            {words.correct}
          </button>
        )}
        {!isLeftOut && (
          <button
            type="button"
            class="quiet"
            aria-label={words.leaveOutThis(name)}
            onClick={() => leaveOut(session)}
          >
            {words.leaveOut}
          </button>
        )}
      </div>
      <Refusals refused={refused} />
      {open && shown.vector && (
        <Correction name={name} vector={shown.vector} close={() => setOpen(false)} correct={correct} />
      )}
    </div>
  );
}

/** When, and how long. */
export function SessionText({ session }: { session: Session }) {
  const { localDate, timeOfDay, source, durationSeconds, turnCount } = session;
  return (
    <div>
      <p class="row apart session-head">
        <strong>
          {dayOfWeek(localDate)}, {words.time[timeOfDay] ?? timeOfDay}
        </strong>
        <span class="tag">{sourceName(source)}</span>
      </p>
      <p class="soft small">{words.about(Math.round(durationSeconds / 60), turnCount)}</p>
    </div>
  );
}

function Numbers({ session, isLeftOut }: { session: Session; isLeftOut: boolean }) {
  const { vector, analysis, countsTowardInsights } = session;
  if (isLeftOut) return <p class="soft">{words.leftOut}</p>;
  if (analysis !== "DONE") return <p class="soft">{words.status[analysis] ?? analysis}</p>;
  if (!vector) return <p class="soft">{words.notCounted}</p>;
  const named = [
    vector.origin === "PERSON" ? words.yours : words.estimated,
    ...vector.emotions.slice(0, 5).map(({ label, intensity }) => `${label} ${percent(intensity)}`),
    ...vector.patterns.map(({ label }) => label),
  ];
  return (
    <div>
      <p class="numbers">{words.place(vector.valence, vector.arousal)}</p>
      <p class="soft small">{named.join(" · ")}</p>
      {!countsTowardInsights && <p class="soft small">{words.notCounted}</p>}
    </div>
  );
}
