/**
 * Which cards were seen: at least half of one in view for two seconds, or its numbers opened. Told to the server in batches.
 *
 * A card that is taller than the view counts when it fills half of the view.
 */
import { useEffect, useRef } from "preact/hooks";
import { Seen } from "../../api/documents";
import { useHome } from "../../home";
import { sayUnseen } from "../../parts/use_unseen";

const LOOKED_MS = 2_000;
const TOGETHER_MS = 1_500;
const BATCH = 100;
const THRESHOLDS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1];

export interface Watch {
  /** Watch a card that was never seen; returns the way to stop. */
  readonly watch: (element: Element, id: string) => () => void;
  /** It was seen for certain. */
  readonly saw: (id: string) => void;
}

export function useSeen(): Watch {
  const { ask } = useHome();
  const watch = useRef<(Watch & { readonly stop: () => void }) | null>(null);
  watch.current ??= watching(async (ids) => {
    const answer = await ask(Seen, { input: { insightIds: ids } });
    if (answer !== "unchanged") sayUnseen(answer.data.markInsightsSeen.unseenCount);
  });
  useEffect(() => watch.current?.stop, []);
  return watch.current;
}

function watching(tell: (ids: string[]) => Promise<void>) {
  const told = new Set<string>();
  const waiting = new Set<string>();
  const looks = new Map<Element, { id: string; timer: ReturnType<typeof setTimeout> | null }>();
  let sending: ReturnType<typeof setTimeout> | null = null;

  const send = async () => {
    if (sending) clearTimeout(sending);
    sending = null;
    const ids = [...waiting].slice(0, BATCH);
    if (ids.length === 0) return;
    for (const id of ids) waiting.delete(id);
    try {
      await tell(ids);
    } catch {
      for (const id of ids) told.delete(id); // unsaid: the next look at them says it again
    }
  };
  const saw = (id: string) => {
    if (told.has(id)) return;
    told.add(id);
    waiting.add(id);
    sending ??= setTimeout(() => void send(), TOGETHER_MS);
  };
  const looked = (element: Element, isInView: boolean) => {
    const look = looks.get(element);
    if (!look || isInView === (look.timer !== null)) return;
    if (look.timer) clearTimeout(look.timer);
    look.timer = isInView ? setTimeout(() => !document.hidden && saw(look.id), LOOKED_MS) : null;
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio, intersectionRect, rootBounds } of entries) {
        const half = (rootBounds?.height ?? innerHeight) / 2;
        looked(target, intersectionRatio >= 0.5 || intersectionRect.height >= half);
      }
    },
    { threshold: THRESHOLDS },
  );
  return {
    saw,
    watch: (element: Element, id: string) => {
      looks.set(element, { id, timer: null });
      observer.observe(element);
      return () => {
        looked(element, false);
        looks.delete(element);
        observer.unobserve(element);
      };
    },
    stop: () => {
      observer.disconnect();
      for (const element of [...looks.keys()]) looked(element, false);
      void send();
    },
  };
}
