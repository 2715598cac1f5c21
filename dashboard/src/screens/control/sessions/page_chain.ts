/**
 * The list of sessions as a chain of pages: each begins where the page before it ends now, and all are watched.
 *
 * When a session arrives or goes, the ends move, and the pages behind are read anew; until they have come, what was shown
 * stays in the list. Draws nothing.
 */
import { Sessions, type SessionsQuery } from "../../../api/documents";
import type { Reader, Reading } from "../../../api/reader";
import type { Session } from "../control";

export interface Shown {
  /** Each once, newest first. */
  readonly sessions: readonly Session[];
  /** In the whole list; null until it is known. */
  readonly total: number | null;
  readonly hasMore: boolean;
  /** A page was asked for and has not come. */
  readonly isLoading: boolean;
  /** Why a page could not be had. */
  readonly failure: Error | null;
}

export const NOTHING_SHOWN: Shown = {
  sessions: [],
  total: null,
  hasMore: false,
  isLoading: true,
  failure: null,
};

interface Page {
  readonly after: string | null;
  readonly watched: ReturnType<Reader["watch"]>;
  list: SessionsQuery["viewer"]["sessions"] | null;
  failure: Error | null;
}

export class PageChain {
  private readonly pages: Page[] = [];
  private shown = NOTHING_SHOWN;

  constructor(
    private readonly reader: Pick<Reader, "watch">,
    private readonly size: number,
    private readonly told: (shown: Shown) => void,
  ) {
    this.open(0, null);
  }

  /** One page more, unless one is on its way already. */
  more(): void {
    const end = endOf(this.pages.at(-1));
    if (end) this.open(this.pages.length, end);
    this.tell();
  }

  /** Ask again for what could not be had. */
  again(): void {
    for (const { failure, watched } of this.pages) if (failure) watched.again();
  }

  stop(): void {
    for (const { watched } of this.pages.splice(0)) watched.stop();
  }

  private open(place: number, after: string | null): void {
    this.pages[place]?.watched.stop();
    const came = (reading: Reading<SessionsQuery>) => this.came(place, after, reading);
    const watched = this.reader.watch(Sessions, { first: this.size, after }, came);
    this.pages[place] = { after, watched, list: null, failure: null };
  }

  private came(place: number, after: string | null, { data, failure }: Reading<SessionsQuery>): void {
    const page = this.pages[place];
    if (page?.after !== after) return;
    page.list = data?.viewer.sessions ?? page.list;
    page.failure = failure;
    const end = endOf(page);
    const next = this.pages[place + 1];
    if (next && page.list && next.after !== end) {
      if (end) this.open(place + 1, end);
      else for (const { watched } of this.pages.splice(place + 1)) watched.stop();
    }
    this.tell();
  }

  private tell(): void {
    const last = this.pages.at(-1);
    const isComplete = this.pages.every(({ list }) => list !== null);
    const come = this.pages.flatMap(({ list }) => list?.nodes ?? []);
    this.shown = {
      sessions: isComplete ? once(come) : once([...come, ...this.shown.sessions]),
      total: this.pages[0]?.list?.totalCount ?? null,
      hasMore: !isComplete || endOf(last) !== null,
      isLoading: this.pages.some(({ list, failure }) => !list && !failure),
      failure: this.pages.find(({ list, failure }) => !list && failure)?.failure ?? null,
    };
    this.told(this.shown);
  }
}

/** Where the page behind this one begins; null where there is none, or where it is not known yet. */
function endOf(page: Page | undefined): string | null {
  const info = page?.list?.pageInfo;
  return info?.hasNextPage ? info.endCursor : null;
}

/** Each session as it came first, by the time it began. */
function once(sessions: readonly Session[]): readonly Session[] {
  const known = new Map<string, Session>();
  for (const session of sessions) if (!known.has(session.id)) known.set(session.id, session);
  return [...known.values()].sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt));
}
