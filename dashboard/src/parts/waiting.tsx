/** Why there is nothing to see yet, in numbers. */
import { day } from "../words/dates";
import type { Standing } from "./screen";
import { words } from "./words";

export function Waiting({ standing: { state, progress } }: { standing: Standing }) {
  const { empty, collecting } = words;
  return (
    <section class="sheet">
      <h2>{state === "EMPTY" ? empty.title : collecting.title}</h2>
      {state === "EMPTY" ? <p>{empty.text}</p> : <p>{collecting.counted(progress.analysedSessions)}</p>}
      <ul class="plain-list soft">
        {progress.neededForWeekly > 0 && <li>{collecting.weekly(progress.neededForWeekly)}</li>}
        {progress.neededForMonthly > 0 && <li>{collecting.monthly(progress.neededForMonthly)}</li>}
        {progress.nextWeeklyOn && <li>{collecting.next(day(progress.nextWeeklyOn))}</li>}
        {progress.failedSessions > 0 && <li>{empty.failed(progress.failedSessions)}</li>}
      </ul>
    </section>
  );
}
