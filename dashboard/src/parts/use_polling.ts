/** Asking again and again, as long as something is in motion that the server may not tell of. */
import { useEffect } from "preact/hooks";

const PAUSE_MS = 4_000;

/** Call `again` every few seconds while `moving`, and the page is seen. (Where the server can tell, it tells sooner.) */
export function usePolling(moving: boolean, again: () => void): void {
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => document.hidden || again(), PAUSE_MS);
    return () => clearInterval(timer);
  }, [moving, again]);
}
