/** What is left out now, newest first. */
import { words as common } from "../../../parts/words";
import { dayOfInstant, dayOfYear, instant } from "../../../words/dates";
import { sourceName } from "../../../words/sources";
import { type LeftOut, PROPOSED } from "./target";
import { words } from "./words";

interface Given {
  readonly shown: readonly LeftOut[];
  readonly putBack: (exclusion: LeftOut) => void;
  /** Null when there is no more to ask for. */
  readonly more: (() => void) | null;
  readonly total: number;
}

export function LeftOutList({ shown, putBack, more, total }: Given) {
  if (shown.length === 0) return <p class="soft">{words.none}</p>;
  return (
    <>
      <ul class="plain-list lines">
        {shown.map((each) => (
          <li key={each.id} class="row apart">
            <div class="grows">
              <p>{targetName(each.target)}</p>
              <p class="soft small">
                {each.id !== PROPOSED && `${common.sessions(each.sessionCount)}, `}
                {words.status[each.status] ?? each.status}
                {each.status === "ACTIVE" && `, ${words.since(dayOfYear(dayOfInstant(each.createdAt)))}`}
              </p>
            </div>
            {(each.status === "ACTIVE" || each.status === "APPLYING") && each.id !== PROPOSED && (
              <button
                type="button"
                class="quiet"
                aria-label={words.putBackThis(targetName(each.target))}
                onClick={() => putBack(each)}
              >
                {words.putBack}
              </button>
            )}
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" onClick={more}>
          {common.more}
        </button>
      )}
      {!more && total > shown.length && <p class="soft small">{words.newest(shown.length)}</p>}
    </>
  );
}

function targetName(target: LeftOut["target"]): string {
  if ("period" in target) return words.dates(target.period.from, target.period.to);
  if ("session" in target) {
    const { session } = target;
    return session
      ? words.session(sourceName(session.source), instant(session.startedAt))
      : words.sessionGone;
  }
  const source = sourceName(target.source);
  return target.from ? words.allFrom(source, target.from) : words.all(source);
}
