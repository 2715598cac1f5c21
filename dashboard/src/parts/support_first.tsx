/**
 * When the newest card asks to see support, that comes first, and what a screen shows only when it is asked for.
 *
 * A kept copy may be older than that card, so until this visit has heard of the newest one, a copy is held back for a moment.
 */
import { useEffect, useState } from "preact/hooks";
import type { SuggestedAction } from "../api/documents";
import type { Reader, Reading } from "../api/reader";
import { useHome } from "../home";
import { daysBetween, today } from "../words/dates";
import { sayUnseen } from "./use_unseen";
import { words } from "./words";

/** How long a kept copy waits for an answer before it is shown. */
const HELD_MS = 800;
/** Of a card whose period ended longer ago it is no longer said that it is of these days. */
const THESE_DAYS = 14;

interface Card {
  readonly id: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly suggestion: { readonly action: SuggestedAction } | null;
}

/** What the document of a screen with pictures asks of the feed, as `newestCard`. */
export interface NewestCard {
  readonly unseenCount: number;
  readonly nodes: readonly Card[];
}

/** What one person's visit knows, on whichever screen it was learnt. */
interface Visit {
  /** As the newest answer has it; null: there is none; undefined: nothing was answered yet. */
  newest?: Card | null;
  /** The card in spite of which the screens were asked for. */
  waved?: string;
}

const visits = new WeakMap<Reader, Visit>();

export function asksForSupport(card: Card | null | undefined, now: string = today()): boolean {
  return card?.suggestion?.action === "SEE_SUPPORT" && daysBetween(card.period.to, now) <= THESE_DAYS;
}

/** What comes first on a screen, and how its own things are asked for. */
export function useFirst(feed: NewestCard | undefined, { stale, failure }: Reading<unknown>) {
  const { reader } = useHome();
  const visit = visitOf(reader);
  const [waved, setWaved] = useState(visit.waved);
  const [isLetGo, letGo] = useState(false);
  const isHeard = visit.newest !== undefined;
  const own = feed?.nodes[0] ?? null;
  const newest = stale && visit.newest !== undefined ? visit.newest : own;
  const isAsked = feed !== undefined && asksForSupport(newest) && newest?.id !== waved;
  const isHeld = feed !== undefined && !isAsked && stale && !failure && !isHeard && !isLetGo;

  useEffect(() => {
    if (!feed) return;
    if (!stale || !isHeard) sayUnseen(feed.unseenCount);
    if (!stale) visit.newest = own;
  }, [feed, stale]);
  useEffect(() => {
    if (failure) letGo(true);
    if (!isHeld) return;
    const timer = setTimeout(() => letGo(true), HELD_MS);
    return () => clearTimeout(timer);
  }, [isHeld, failure]);

  const goOn = () => {
    if (newest) visit.waved = newest.id;
    setWaved(visit.waved);
    document.querySelector("h1")?.focus({ preventScroll: true });
  };
  return { isAsked, isHeld, goOn };
}

function visitOf(reader: Reader): Visit {
  const visit = visits.get(reader) ?? {};
  visits.set(reader, visit);
  return visit;
}

export function SupportFirst({ goOn }: { goOn: () => void }) {
  const { support } = words;
  return (
    <section class="sheet" aria-labelledby="support-title">
      <h2 id="support-title">{support.title}</h2>
      <p class="prose">{support.text}</p>
      <div class="row">
        <a class="button strong" href="/app/support">
          {support.open}
        </a>
        <button type="button" class="quiet" onClick={goOn}>
          {support.goOn}
        </button>
      </div>
    </section>
  );
}
