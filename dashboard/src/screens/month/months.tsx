/** The navigation from one month to another: the one before, the one after, and a list of all. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { MonthsQuery } from "../../api/documents";
import { firstAsks } from "../../first_asks";
import { Failure } from "../../parts/failure";
import { Modal } from "../../parts/modal";
import { Skeleton } from "../../parts/skeleton";
import { useAnswer } from "../../parts/use_answer";
import { words as common } from "../../parts/words";
import { monthBeside, monthName, monthShort, today } from "../../words/dates";
import { words } from "./words";

export type SomeMonth = NonNullable<MonthsQuery["viewer"]["spectrum"]>["monthlySummaries"]["nodes"][number];

const { document: Months, variables: FIRST_MONTHS } = firstAsks.months;

const addressOf = (month: string) => `/app/month/${month}`;

/** `first` is the month of the first session, where it is known. */
export function MonthNavigation({ month, first }: { month: string; first: string | null }) {
  const [listed, list] = useState(false);
  const [earlier, later] = [monthBeside(month, -1), monthBeside(month, 1)];
  return (
    <nav class="month-navigation no-print" aria-label={words.months}>
      <span>
        {(first === null || earlier >= first) && (
          <a class="button" href={addressOf(earlier)}>
            <span aria-hidden="true">‹</span>
            <span class="unseen-by-eye">{words.earlier}</span>
            {monthShort(earlier)}
          </a>
        )}
      </span>
      <button type="button" class="quiet" onClick={() => list(true)}>
        {words.all}
      </button>
      <span>
        {later <= today().slice(0, 7) && (
          <a class="button" href={addressOf(later)}>
            <span class="unseen-by-eye">{words.later}</span>
            {monthShort(later)}
            <span aria-hidden="true">›</span>
          </a>
        )}
      </span>
      {listed && (
        <Modal title={words.all} close={() => list(false)}>
          <Page after={FIRST_MONTHS.after} month={month} chosen={() => list(false)} />
        </Modal>
      )}
    </nav>
  );
}

interface Given {
  readonly after: string | null;
  /** The one on screen. */
  readonly month: string;
  readonly chosen: () => void;
}

/** A page of the list, and the next one when it is asked for, which then takes the focus. */
function Page({ after, month, chosen }: Given) {
  const { data, failure, again } = useAnswer(Months, { ...FIRST_MONTHS, after });
  const [more, showMore] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const summaries = data?.viewer.spectrum?.monthlySummaries;
  const shown = summaries !== undefined;
  useEffect(() => {
    if (shown && after) list.current?.querySelector("a")?.focus();
  }, [shown, after]);

  if (!summaries)
    return failure ? <Failure failure={failure} again={again} /> : <Skeleton heights={["12rem"]} />;
  const { nodes, pageInfo } = summaries;
  return (
    <>
      <ul class="plain-list month-list" ref={list}>
        {nodes.map((each) => (
          <li key={each.id}>
            <a
              href={addressOf(each.month)}
              aria-current={each.month === month ? "page" : undefined}
              onClick={chosen}
            >
              <span>{monthName(each.month)}</span>
              <span class="soft small">
                {common.sessions(each.sampleCount)} · {words.status[each.status]}
              </span>
              {each.title && <span class="month-title">{each.title.text}</span>}
            </a>
          </li>
        ))}
      </ul>
      {pageInfo.hasNextPage &&
        (more ? (
          <Page after={pageInfo.endCursor} month={month} chosen={chosen} />
        ) : (
          <div class="row">
            <button type="button" onClick={() => showMore(true)}>
              {common.more}
            </button>
          </div>
        ))}
    </>
  );
}
