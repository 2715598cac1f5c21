/**
 * Everything that lives as long as one person is signed in: reading, keeping, listening, telling.
 *
 * Knows no view: `shown` is called with the home whenever it changes.
 */
import { Kept } from "./api/kept";
import { Outbox } from "./api/outbox";
import { Reader } from "./api/reader";
import { dropToken, type Token } from "./api/token";
import { transport } from "./api/transport";
import type { Home } from "./home";
import { language } from "./words/language";

/** Long enough that the first picture has all of the network. */
const LISTEN_AFTER_MS = 2_000;

export function signedIn(token: Token, shown: (home: Home) => void, left: () => void) {
  const bearer = () => (token.endsAt > Date.now() ? token.bearer : null);
  const spoken = () => language;
  const ask = transport(bearer, spoken);
  const kept = new Kept(token.person);
  const outbox = new Outbox(token.person, ask);
  const ended = () => {
    if (!home.signedOut) show({ ...home, signedOut: true });
  };
  const reader = new Reader(ask, kept, spoken, ended);
  const signOut = async () => {
    dropToken();
    await Promise.all([kept.wipe(), outbox.wipe()]);
    left();
  };
  let home: Home = { token, ask, reader, outbox, kept, signedOut: false, signOut };
  const show = (next: Home) => {
    home = next;
    shown(next);
  };

  let stopListening: () => void = () => undefined;
  const listen = async () => {
    stopListening();
    stopListening = () => undefined;
    const live = await import("./api/live").catch(() => null); // the chunk may be out of reach without a network
    if (live && !document.hidden && navigator.onLine) stopListening = live.listen(bearer, changed);
  };
  const changed = async (reason: string | null) => {
    if (reason === "RESET") await kept.wipe();
    reader.refresh();
  };
  const looked = () => {
    if (document.hidden) {
      stopListening();
      void outbox.send();
    } else {
      reader.refresh();
      void listen();
    }
  };
  const online = () => {
    reader.refresh();
    void outbox.send();
    void listen();
  };
  const offline = () => {
    stopListening();
    reader.refresh();
  };
  const timers: ReturnType<typeof setTimeout>[] = [];

  return {
    begin: () => {
      show(home);
      document.addEventListener("visibilitychange", looked);
      addEventListener("online", online);
      addEventListener("offline", offline);
      timers.push(
        setTimeout(() => void listen(), LISTEN_AFTER_MS),
        setTimeout(() => void kept.prune(), LISTEN_AFTER_MS),
      );
      timers.push(setTimeout(ended, Math.min(Math.max(token.endsAt - Date.now(), 0), 2 ** 31 - 1)));
      void outbox.add("SPECTRUM_OPENED");
    },
    end: () => {
      timers.forEach(clearTimeout);
      stopListening();
      document.removeEventListener("visibilitychange", looked);
      removeEventListener("online", online);
      removeEventListener("offline", offline);
    },
  };
}
