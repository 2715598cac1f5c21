/** Time as state: now, second by second; and looking again, as long as something is in motion. */
import { useEffect, useState } from "preact/hooks";

const LOOK_MS = 4_000;

/** Milliseconds since 1970, renewed each second while `running`. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

/** Call `again` every few seconds while `moving`, and the page is seen. (Where the server can tell, it tells sooner.) */
export function useLooking(moving: boolean, again: () => void): void {
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => document.hidden || again(), LOOK_MS);
    return () => clearInterval(timer);
  }, [moving, again]);
}
