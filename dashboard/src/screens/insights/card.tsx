/** One card: what kind of thing it tells, its sentences, the numbers behind them, and one step at the end. */
import { useEffect, useRef } from "preact/hooks";
import { words as common } from "../../parts/words";
import { Feedback } from "./feedback";
import type { Card as CardOfFeed } from "./pages";
import { Step } from "./step";
import type { Watch } from "./use_seen";
import { words } from "./words";

interface Given {
  readonly card: CardOfFeed;
  readonly seen: Watch;
  readonly open: (card: CardOfFeed) => void;
}

export function Card({ card, seen, open }: Given) {
  const { id, kindLabel, status, seenAt, confidence, headline, body, suggestion, edition } = card;
  const article = useRef<HTMLElement>(null);
  const isNew = seenAt === null;
  useEffect(() => {
    if (isNew && article.current) return seen.watch(article.current, id);
  }, [isNew, id, seen]);
  return (
    <article class="sheet card" ref={article} aria-labelledby={`${id}-headline`}>
      <p class="card-kind small">
        <span>{kindLabel}</span>
        <span class="soft small">{common.confidence[confidence] ?? ""}</span>
        {isNew && <span class="fresh">{words.fresh}</span>}
      </p>
      <h3 id={`${id}-headline`} dir="auto">
        {headline.text}
      </h3>
      {body.length > 0 && (
        <p class="prose" dir="auto">
          {body.map(({ text }) => text).join(" ")}
        </p>
      )}
      {status === "STALE" && <p class="notice">{words.stale}</p>}
      <div class="row card-actions no-print">
        {evidenceOf(card).length > 0 && (
          <button
            type="button"
            class="quiet"
            aria-haspopup="dialog"
            aria-describedby={`${id}-headline`}
            onClick={() => open(card)}
          >
            {words.evidence}
          </button>
        )}
        {suggestion && <Step step={suggestion} />}
      </div>
      <Feedback card={card} />
      {edition > 1 && <p class="soft small">{words.edition(edition)}</p>}
    </article>
  );
}

/** What a card's sentences rest on, each once, in the order of the sentences. */
export function evidenceOf({ headline, body }: CardOfFeed): string[] {
  return [...new Set([headline, ...body].flatMap(({ evidence }) => evidence.map(({ id }) => id)))];
}
