/** The cards by week, the numbers behind one of them, and what is further back. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { InsightKind, SuppressionReason } from "../../api/documents";
import { useHome } from "../../home";
import { EvidenceDrawer } from "../../parts/evidence";
import { Failure } from "../../parts/failure";
import { sayUnseen } from "../../parts/use_unseen";
import { Waiting } from "../../parts/waiting";
import { day, span } from "../../words/dates";
import { Card, evidenceOf } from "./card";
import { byPeriod, type Card as CardOfFeed, type Spectrum } from "./pages";
import { type Pages, usePages } from "./use_pages";
import { useSeen } from "./use_seen";
import { words } from "./words";

interface Given {
  readonly spectrum: Spectrum;
  readonly kind: InsightKind | null;
  /** What is shown is not yet what was asked for. */
  readonly isChanging: boolean;
  readonly met: (cards: readonly CardOfFeed[]) => void;
}

export function Feed({ spectrum, kind, isChanging, met }: Given) {
  const pages = usePages(spectrum, kind);
  const seen = useSeen();
  const { opened, open, close } = useOpened(seen.saw);
  const { unseenCount, emptyReason } = spectrum.insightFeed;
  useEffect(() => sayUnseen(unseenCount), [spectrum.insightFeed]);
  useLayoutEffect(() => met(pages.cards), [pages.cards]);

  if (emptyReason) return <Empty reason={emptyReason} spectrum={spectrum} />;
  if (pages.cards.length === 0) return <p class="sheet">{words.nothingOfKind}</p>;
  return (
    <div class="feed">
      {spectrum.state === "COLLECTING" && <Waiting standing={spectrum} />}
      {byPeriod(pages.cards).map(({ period, cards }) => (
        <section key={`${period.from} ${period.to}`} class="stack" aria-labelledby={`week-${period.from}`}>
          <h2 id={`week-${period.from}`} class="week">
            <span class="unseen-by-eye">{words.week} </span>
            {span(period)}
          </h2>
          {cards.map((card) => (
            <Card key={card.id} card={card} seen={seen} open={open} />
          ))}
        </section>
      ))}
      <Further pages={pages} isHeld={isChanging} />
      {opened && <EvidenceDrawer ids={evidenceOf(opened)} close={close} />}
    </div>
  );
}

/** Which card's numbers are open; opening them is told, and counts as having seen the card. */
function useOpened(saw: (id: string) => void) {
  const { outbox } = useHome();
  const [opened, setOpened] = useState<CardOfFeed | null>(null);
  const before = useRef(new Set<string>()).current;
  const open = (card: CardOfFeed) => {
    setOpened(card);
    saw(card.id);
    if (!before.has(card.id)) void outbox.add("INSIGHT_OPENED", { subjectId: card.id });
    before.add(card.id);
    void outbox.add("EVIDENCE_OPENED", { subjectId: card.id });
  };
  return { opened, open, close: () => setOpened(null) };
}

/** What comes next: more by itself when its end comes near, more by a button, or the end. */
function Further({
  pages: { cards, next, isLoading, failure, more },
  isHeld,
}: {
  pages: Pages;
  isHeld: boolean;
}) {
  const end = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState(false);
  const isOpen = next !== null && !isLoading && !failure && !isHeld;
  useEffect(() => {
    if (!isOpen || !end.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), {
      rootMargin: "0px 0px 50% 0px",
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isOpen, next]);
  const oldest = cards.at(-1);
  return (
    <div ref={end} class="stack further">
      {failure && <Failure failure={failure} again={more} />}
      {next !== null && !failure && (
        <button
          type="button"
          aria-disabled={isLoading}
          onClick={() => {
            setAsked(true);
            more();
          }}
        >
          {isLoading ? words.loadingMore : words.more}
        </button>
      )}
      {next === null && oldest && <p class="soft small">{words.end(day(oldest.period.from))}</p>}
      <p role="status" class="unseen-by-eye">
        {asked && !isLoading && words.loaded(cards.length)}
      </p>
    </div>
  );
}

function Empty({ reason, spectrum }: { reason: SuppressionReason; spectrum: Spectrum }) {
  const { empty } = words;
  if (spectrum.state === "EMPTY") return <Waiting standing={spectrum} />;
  return (
    <>
      <section class="sheet">
        <h2>{empty.title}</h2>
        <p>{empty[reason] ?? empty.title}</p>
        <p class="soft">{empty.text}</p>
      </section>
      {spectrum.state === "COLLECTING" && <Waiting standing={spectrum} />}
    </>
  );
}
