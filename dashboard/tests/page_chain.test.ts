import { describe, expect, it } from "vitest";
import type { Reader, Reading } from "../src/api/reader";
import type { Session } from "../src/screens/control/control";
import { NOTHING_SHOWN, PageChain, type Shown } from "../src/screens/control/sessions/page_chain";

/** Sessions are letters, and a letter nearer to "z" began later. */
const session = (id: string) =>
  ({ id, startedAt: new Date(Date.UTC(2026, 0, id.charCodeAt(0) - 96)).toISOString() }) as Session;

/** A server with a list, read in pages of two; `answer` lets everything that was asked for come. */
function served(list: string) {
  let sessions = list;
  let waiting: (() => void)[] = [];
  const watched = new Set<() => void>();
  const asked: (string | null)[] = [];
  const reader = {
    watch: (_: unknown, { after }: { after: string | null }, told: (reading: Reading<never>) => void) => {
      const ask = () => {
        asked.push(after);
        waiting.push(() => {
          const behind = [...sessions].filter((each) => after === null || each < after);
          const nodes = behind.slice(0, 2).map(session);
          const pageInfo = { hasNextPage: behind.length > 2, endCursor: nodes.at(-1)?.id ?? null };
          const data = { viewer: { sessions: { totalCount: sessions.length, nodes, pageInfo } } } as never;
          told({ data, at: 1, stale: false, failure: null });
        });
      };
      watched.add(ask);
      ask();
      return { again: ask, stop: () => watched.delete(ask) };
    },
  } as unknown as Pick<Reader, "watch">;
  const answer = (most = 99) => {
    const now = waiting.slice(0, most);
    waiting = waiting.slice(most);
    for (const each of now) each();
  };
  const becomes = (next: string) => {
    sessions = next;
    for (const each of [...watched]) each();
  };
  return { reader, answer, becomes, asked, watched };
}

function chained(list: string) {
  const server = served(list);
  let shown: Shown = NOTHING_SHOWN;
  const chain = new PageChain(server.reader, 2, (next) => {
    shown = next;
  });
  server.answer();
  chain.more();
  server.answer();
  return { ...server, chain, shown: () => shown, ids: () => shown.sessions.map(({ id }) => id).join("") };
}

describe("the list of sessions, page by page", () => {
  it("goes on where the page before ends, until there is no more", () => {
    const { chain, answer, ids, shown, asked } = chained("edcba");
    expect(ids()).toBe("edcb");
    expect(shown()).toMatchObject({ hasMore: true, isLoading: false, total: 5 });
    chain.more();
    chain.more();
    expect(shown().isLoading).toBe(true);
    answer();
    expect(ids()).toBe("edcba");
    expect(shown().hasMore).toBe(false);
    expect(asked).toEqual([null, "d", "b"]);
  });

  it("loses none when one arrives, neither before nor after the next page was read anew", () => {
    const { becomes, answer, ids, shown, watched } = chained("edcba");
    becomes("fedcba");
    answer();
    expect(ids()).toBe("fedcb");
    answer();
    expect(ids()).toBe("fedc");
    expect(shown()).toMatchObject({ total: 6, hasMore: true });
    expect(watched.size).toBe(2);
  });

  it("drops one that is gone, and the pages that are no more", () => {
    const { becomes, answer, ids, shown, watched } = chained("edcba");
    becomes("ed");
    answer();
    expect(ids()).toBe("ed");
    expect(shown()).toMatchObject({ hasMore: false, isLoading: false });
    expect(watched.size).toBe(1);
  });

  it("is watched no longer once it is left", () => {
    const { chain, watched } = chained("edcba");
    chain.stop();
    expect(watched.size).toBe(0);
  });
});
