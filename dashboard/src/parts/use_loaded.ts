/** Tells, once a visit, that a screen was looked at and how long it took until it showed something. */
import { useEffect, useRef } from "preact/hooks";
import type { EventName } from "../api/documents";
import type { Reading } from "../api/reader";
import { useHome } from "../home";

const LONGEST_MS = 600_000;
let navigatedAt = 0;
let leftFirst = false;

/** Another screen was navigated to: its time counts from now. (The first screen's counts from the navigation.) */
export function navigated(): void {
  navigatedAt = performance.now();
  leftFirst = true;
}

/** Whether the page has shown another screen before. */
export const cameByNavigation = (): boolean => leftFirst;

export function useLoaded(viewed: EventName, { data, stale }: Reading<unknown>, subjectId?: string): void {
  const { outbox } = useHome();
  const told = useRef(false);
  const shown = data !== null;
  useEffect(() => {
    if (!shown || told.current) return;
    told.current = true;
    const fromCache = stale;
    requestAnimationFrame(() =>
      setTimeout(() => {
        const durationMs = Math.min(Math.round(performance.now() - navigatedAt), LONGEST_MS);
        void outbox.add(viewed, subjectId ? { subjectId } : {});
        void outbox.add("SCREEN_LOADED", { durationMs, fromCache, screen: viewed });
      }),
    );
  }, [shown]);
}
