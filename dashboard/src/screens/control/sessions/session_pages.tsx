/** The list of sessions page by page; each page is read, kept and renewed by itself. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Sessions as SessionsDocument } from "../../../api/documents";
import { Unconfirmed } from "../../../parts/screen";
import { Skeleton } from "../../../parts/skeleton";
import { useAnswer } from "../../../parts/use_answer";
import { words as common } from "../../../parts/words";
import type { Session } from "../control";
import { words } from "./words";

interface Given {
  readonly size?: number;
  readonly children: (session: Session) => ComponentChildren;
}

export function SessionPages({ size = 20, children }: Given) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return (
    <div class="stack">
      {cursors.map((after, place) => (
        <Page
          key={after}
          after={after}
          size={size}
          more={
            place === cursors.length - 1 ? (next) => setCursors((before) => [...before, next]) : undefined
          }
        >
          {children}
        </Page>
      ))}
    </div>
  );
}

interface PageGiven extends Given {
  readonly after: string | null;
  readonly size: number;
  readonly more: ((cursor: string) => void) | undefined;
}

function Page({ after, size, more, children }: PageGiven) {
  const answered = useAnswer(SessionsDocument, { first: size, after });
  const sessions = answered.data?.viewer.sessions;
  if (!sessions)
    return answered.failure ? <Unconfirmed answered={answered} /> : <Skeleton heights={["18rem"]} />;
  const { nodes, totalCount, pageInfo } = sessions;
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  return (
    <>
      {after === null && (
        <p class="soft small" role="status">
          {totalCount === 0 ? words.none : words.counted(totalCount)}
        </p>
      )}
      {nodes.length > 0 && (
        <ul class="plain-list sheet lines">
          {nodes.map((session) => (
            <li key={session.id}>{children(session)}</li>
          ))}
        </ul>
      )}
      {more && next && (
        <button type="button" onClick={() => more(next)}>
          {common.more}
        </button>
      )}
    </>
  );
}
