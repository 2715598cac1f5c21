/**
 * Hears from the server that something changed, over graphql-transport-ws, for as long as the page is seen.
 *
 * Nothing is replayed, and a page is read before its socket is up: after each connect, the first one too, everything on screen is asked
 * again (which costs nothing when nothing changed).
 */
import { createClient } from "graphql-ws";
import { Live, type RevisionReason } from "./documents";

const RETRIES = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Listen until the returned function is called. `bearer` is asked at each connect; without one nothing is tried. */
export function listen(
  bearer: () => string | null,
  heard: (reason: RevisionReason | null) => void,
): () => void {
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop: () => void = () => undefined;
  const client = createClient({
    url: `${location.origin.replace("http", "ws")}/graphql`,
    connectionParams: () => ({ authorization: `Bearer ${bearer()}` }),
    retryAttempts: RETRIES,
    shouldRetry: () => bearer() !== null,
    retryWait: (tries) => new Promise((done) => setTimeout(done, pause(tries))),
    keepAlive: 25_000,
    on: { connected: () => heard(null) },
  });
  const subscribe = () => {
    stop = client.subscribe<{ spectrumEvents: { reason: RevisionReason } }>(
      { query: Live.text ?? "" },
      {
        next: ({ data }) => data && heard(data.spectrumEvents.reason),
        error: later,
        complete: later,
      },
    );
  };
  // The server let go, or refused for now: it is asked again, and what was missed is read.
  const later = () => {
    if (ended || bearer() === null) return;
    timer = setTimeout(
      () => {
        heard(null);
        subscribe();
      },
      LONGEST_PAUSE_MS / 2 + pause(RETRIES) / 2,
    );
  };
  subscribe();
  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
    void client.dispose();
  };
}

/** Doubling from half a second, with a full jitter, so that a server that comes back is not met by everybody at once. */
function pause(tries: number): number {
  return Math.random() * Math.min(500 * 2 ** tries, LONGEST_PAUSE_MS);
}
