/**
 * The loaded feed as state: the first page comes from the screen's own reading, older pages are asked for one by one.
 *
 * When something changed, the older pages that are open are read again, too, so that no card outlives its numbers.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Feed, type InsightKind } from "../../api/documents";
import { FIRST_PAGE } from "../../first_asks";
import { useHome } from "../../home";
import { type Loaded, onlyPage, type Page, type Spectrum, withFirst, withOlder } from "./pages";

const LARGEST_PAGE = 100;
const AFTER_A_CHANGE_MS = 1_500;

export interface Pages extends Loaded {
  readonly isLoading: boolean;
  readonly failure: Error | null;
  readonly more: () => void;
}

export function usePages({ insightFeed: first, dataRevision }: Spectrum, kind: InsightKind | null): Pages {
  const { ask } = useHome();
  const [loaded, setLoaded] = useState<Loaded>(() => onlyPage(first));
  const [isLoading, setLoading] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const shown = useRef({ loaded, kind, round: 0 }).current;
  const show = (next: Loaded) => {
    shown.loaded = next;
    setLoaded(next);
  };

  /** One older page, unless the feed was changed meanwhile; then null. */
  const older = async (count: number, after: string): Promise<Page | null> => {
    const round = shown.round;
    const answer = await ask(Feed, { first: count, after, kinds: kind ? [kind] : null });
    if (answer === "unchanged" || round !== shown.round) return null;
    return answer.data.viewer.spectrum?.insightFeed ?? null;
  };

  const more = async () => {
    if (!shown.loaded.next || isLoading) return;
    setLoading(true);
    setFailure(null);
    try {
      const page = await older(FIRST_PAGE, shown.loaded.next);
      if (page) show(withOlder(page, shown.loaded));
    } catch (failed) {
      setFailure(failed as Error);
    }
    setLoading(false);
  };

  /** Read everything behind the first page again, as far as it is loaded. Whether that came to an end. */
  const renew = async (): Promise<boolean> => {
    let missing = shown.loaded.cards.length - first.nodes.length;
    let renewed = onlyPage(first);
    while (missing > 0 && renewed.next) {
      const page = await older(Math.min(missing, LARGEST_PAGE), renewed.next).catch(() => null);
      if (!page) return false;
      missing -= page.nodes.length;
      renewed = withOlder(page, renewed);
    }
    shown.round++;
    show(renewed);
    return true;
  };

  useLayoutEffect(() => {
    shown.round++;
    show(shown.kind === kind ? withFirst(first, shown.loaded) : onlyPage(first));
    shown.kind = kind;
    setFailure(null);
  }, [first]);

  const renewedTo = useRef(dataRevision);
  useEffect(() => {
    if (shown.loaded.cards.length <= first.nodes.length) renewedTo.current = dataRevision;
    if (renewedTo.current === dataRevision) return;
    const timer = setTimeout(async () => {
      if (await renew()) renewedTo.current = dataRevision;
    }, AFTER_A_CHANGE_MS);
    return () => clearTimeout(timer);
  }, [dataRevision, first]);

  return { ...loaded, isLoading, failure, more: () => void more() };
}
