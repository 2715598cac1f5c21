import { describe, expect, it } from "vitest";
import { byPeriod, type Card, type Page, withFirst, withOlder } from "../src/screens/insights/pages";

const WEEK = { from: "2026-11-16", to: "2026-11-22" };

function card(id: string, edition = 1, period = WEEK): Card {
  return {
    id,
    edition,
    period,
    kind: "QUESTION",
    kindLabel: "A question",
    status: "ACTIVE",
    publishedAt: "2026-11-23T08:00:00Z",
    seenAt: null,
    confidence: "LOW",
    headline: { text: id, evidence: [] },
    body: [],
    suggestion: null,
    feedback: null,
  };
}

function page(ids: string, endCursor: string | null = null, edition = 1): Page {
  const nodes = [...ids].map((id) => card(id, edition));
  return {
    nodes,
    unseenCount: 0,
    emptyReason: null,
    pageInfo: { hasNextPage: endCursor !== null, endCursor },
  };
}

const idsOf = (cards: readonly Card[]) => cards.map(({ id }) => id).join("");
const loaded = (ids: string, next: string | null) => ({ cards: page(ids).nodes, next });

describe("a first page that was read again", () => {
  it("takes the place of what it covers and keeps what was loaded behind it", () => {
    const { cards, next } = withFirst(page("abc", "c", 2), loaded("abcdef", "f"));
    expect(idsOf(cards)).toBe("abcdef");
    expect(cards.map(({ edition }) => edition)).toEqual([2, 2, 2, 1, 1, 1]);
    expect(next).toBe("f");
  });

  it("brings new cards, and those it pushed out stay", () => {
    expect(idsOf(withFirst(page("xab", "b"), loaded("abcdef", "f")).cards)).toBe("xabcdef");
  });

  it("drops a card that was taken back", () => {
    expect(idsOf(withFirst(page("acd", "d"), loaded("abcdef", "f")).cards)).toBe("acdef");
  });

  it("begins anew where it shares no card with what was loaded, or is all there is", () => {
    expect(withFirst(page("xyz", "z"), loaded("abcdef", "f"))).toMatchObject({ next: "z" });
    expect(idsOf(withFirst(page("xyz", "z"), loaded("abcdef", "f")).cards)).toBe("xyz");
    expect(withFirst(page("ab"), loaded("abcdef", "f"))).toMatchObject({ next: null });
    expect(idsOf(withFirst(page("ab"), loaded("abcdef", "f")).cards)).toBe("ab");
  });
});

describe("an older page", () => {
  it("comes behind the others, each card once, and says where the next begins", () => {
    const { cards, next } = withOlder(page("cde", "e"), loaded("abc", "c"));
    expect(idsOf(cards)).toBe("abcde");
    expect(next).toBe("e");
    expect(withOlder(page("f"), { cards, next }).next).toBeNull();
  });
});

describe("cards by period", () => {
  it("keeps their order, one group a week", () => {
    const before = { from: "2026-11-09", to: "2026-11-15" };
    const groups = byPeriod([card("a"), card("b"), card("c", 1, before)]);
    expect(groups.map(({ period, cards }) => [period.from, idsOf(cards)])).toEqual([
      ["2026-11-16", "ab"],
      ["2026-11-09", "c"],
    ]);
  });
});
