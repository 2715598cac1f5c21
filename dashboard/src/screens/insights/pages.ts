/**
 * The feed as it was loaded so far: a first page that is read again and again, and older pages behind it.
 *
 * Pure: nothing is asked here.
 */
import type { FeedQuery } from "../../api/documents";

export type Spectrum = NonNullable<FeedQuery["viewer"]["spectrum"]>;
export type Page = Spectrum["insightFeed"];
export type Card = Page["nodes"][number];

export interface Loaded {
  readonly cards: readonly Card[];
  /** Where the next older page begins; null at the end of the feed. */
  readonly next: string | null;
}

export const onlyPage = ({ nodes, pageInfo }: Page): Loaded => ({ cards: nodes, next: nextOf({ pageInfo }) });

/**
 * The first page was read again: it replaces all cards as far as it reaches, and what lies behind it stays.
 *
 * A page that shares no card with what was loaded leaves a gap, so that everything behind is loaded anew.
 */
export function withFirst(page: Page, { cards, next }: Loaded): Loaded {
  const fresh = idsOf(page.nodes);
  const last = cards.findLastIndex(({ id }) => fresh.has(id));
  const behind = last < 0 || !page.pageInfo.hasNextPage ? [] : cards.slice(last + 1);
  return behind.length > 0 ? { cards: [...page.nodes, ...behind], next } : onlyPage(page);
}

/** An older page arrived: each of its cards once, behind the others. */
export function withOlder(page: Page, { cards }: Loaded): Loaded {
  const known = idsOf(cards);
  return { cards: [...cards, ...page.nodes.filter(({ id }) => !known.has(id))], next: nextOf(page) };
}

/** Cards by the period they are about, as a feed has them: newest first. */
export function byPeriod(cards: readonly Card[]): { period: Card["period"]; cards: Card[] }[] {
  const groups: { period: Card["period"]; cards: Card[] }[] = [];
  for (const card of cards) {
    const group = groups.at(-1);
    if (group && group.period.from === card.period.from && group.period.to === card.period.to)
      group.cards.push(card);
    else groups.push({ period: card.period, cards: [card] });
  }
  return groups;
}

const idsOf = (cards: readonly Card[]) => new Set(cards.map(({ id }) => id));

const nextOf = ({ pageInfo }: Pick<Page, "pageInfo">) => (pageInfo.hasNextPage ? pageInfo.endCursor : null);
