/** The list of sessions, and more of it on asking: the first one that comes then takes the focus. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useHome } from "../../../home";
import { Unconfirmed } from "../../../parts/screen";
import { Skeleton } from "../../../parts/skeleton";
import { words as common } from "../../../parts/words";
import type { Session } from "../control";
import { NOTHING_SHOWN, PageChain } from "./page_chain";
import { words } from "./words";

interface Given {
  readonly size?: number;
  readonly children: (session: Session) => ComponentChildren;
}

export function SessionPages({ size = 20, children }: Given) {
  const { sessions, total, hasMore, isLoading, failure, more, again } = useChain(size);
  const list = useRef<HTMLUListElement>(null);
  /** The last session there was when more was asked for. */
  const asked = useRef<string | null>(null);
  useEffect(() => {
    const place = sessions.findIndex(({ id }) => id === asked.current);
    const next = list.current?.children[place + 1];
    if (asked.current === null || isLoading || !(next instanceof HTMLElement)) return;
    asked.current = null;
    next.focus();
  }, [sessions, isLoading]);

  const askMore = () => {
    if (isLoading) return;
    asked.current = sessions.at(-1)?.id ?? null;
    more();
  };
  if (total === null && isLoading) return <Skeleton heights={["18rem"]} />;
  return (
    <div class="stack">
      {total !== null && (
        <p class="soft small" role="status">
          {total === 0 ? words.none : words.counted(total)}
        </p>
      )}
      {sessions.length > 0 && (
        <ul class="plain-list sheet lines" ref={list}>
          {sessions.map((session) => (
            <li key={session.id} tabIndex={-1}>
              {children(session)}
            </li>
          ))}
        </ul>
      )}
      {failure && <Unconfirmed answered={{ data: null, at: null, stale: false, failure, again }} />}
      {hasMore && !failure && (
        <button type="button" aria-disabled={isLoading} onClick={askMore}>
          {isLoading ? common.loading : common.more}
        </button>
      )}
    </div>
  );
}

function useChain(size: number) {
  const { reader } = useHome();
  const [shown, show] = useState(NOTHING_SHOWN);
  const chain = useRef<PageChain | null>(null);
  useEffect(() => {
    chain.current = new PageChain(reader, size, show);
    return () => chain.current?.stop();
  }, [reader, size]);
  return { ...shown, more: () => chain.current?.more(), again: () => chain.current?.again() };
}
