/**
 * Everything that lives as long as one person is signed in: reading, keeping, listening, telling.
 *
 * Knows no view: `shown` is called with the home whenever it changes, `left` when the person is gone.
 */
import { Erasures } from "./api/documents";
import { Kept } from "./api/kept";
import { Outbox } from "./api/outbox";
import { Reader } from "./api/reader";
import { dropToken, type Token } from "./api/token";
import { type Ask, transport } from "./api/transport";
import { firstAskOf } from "./first_asks";
import type { Home } from "./home";
import type { ThisBrowser } from "./push/this_browser";
import { language } from "./words/language";

/** Long enough that the first picture has all of the network. */
const SOON_MS = 2_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the tabs of a device tell each other: who has signed in; nobody, when somebody signed out. */
interface Said {
  readonly person: string | null;
}

export class SignedIn {
  private home: Home;
  private readonly ask: Ask;
  private readonly tabs = new BroadcastChannel("spectrum");
  private readonly listeners = new AbortController();
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private stopListening: () => void = () => undefined;
  private attempts = 0;
  private browser: Promise<ThisBrowser> | null = null;

  constructor(
    private token: Token,
    private readonly shown: (home: Home) => void,
    private readonly left: () => unknown,
  ) {
    this.ask = transport(
      () => this.bearer(),
      () => language,
    );
    const kept = new Kept(token.person);
    const outbox = new Outbox(token.person, this.ask);
    const reader = new Reader(
      this.ask,
      kept,
      () => language,
      () => this.tokenEnded(),
    );
    this.home = {
      ...{ token, ask: this.ask, reader, outbox, kept, signedOut: false },
      thisBrowser: () => this.messages(),
      signOut: () => this.signOut(),
      leave: () => this.leave(),
    };
  }

  /** Whose page this is. */
  get person(): string {
    return this.token.person;
  }

  /** What can be reached at the moment. */
  get now(): Home {
    return this.home;
  }

  /** Begin with the screen at `path`: what it asks is on its way when the returned promise ends. */
  begin(path: string): Promise<void> {
    const first = firstAskOf(path);
    const asked = first ? this.home.reader.expect(first.document, first.variables) : Promise.resolve();
    const until = { signal: this.listeners.signal };
    document.addEventListener("visibilitychange", () => this.looked(), until);
    addEventListener("online", () => this.back(), until);
    addEventListener("offline", () => this.offline(), until);
    navigator.serviceWorker?.addEventListener("message", () => void this.passOnMessages(), until);
    this.tabs.addEventListener("message", ({ data }: MessageEvent<Said>) => this.heardTab(data));
    this.tabs.postMessage({ person: this.person } satisfies Said);
    this.after(SOON_MS, () => this.catchUp());
    this.watchToken();
    void asked.then(() => this.home.outbox.add("SPECTRUM_OPENED"));
    return asked;
  }

  /** The same person with a newer token: everything goes on. */
  renew(token: Token): void {
    this.token = token;
    this.show({ token, signedOut: false });
    this.watchToken();
    this.back();
  }

  /** Let go of everything; what is kept stays. */
  end(): void {
    this.home.reader.end();
    this.listeners.abort();
    this.tabs.close();
    for (const timer of this.timers) clearTimeout(timer);
    this.attempts++;
    this.stopListening();
  }

  private bearer(): string | null {
    return this.token.endsAt > Date.now() ? this.token.bearer : null;
  }

  private show(changed: Partial<Home>): void {
    this.home = { ...this.home, ...changed };
    this.shown(this.home);
  }

  private after(ms: number, work: () => void): void {
    this.timers.add(setTimeout(work, Math.min(ms, LONGEST_TIMER_MS)));
  }

  private watchToken(): void {
    this.after(
      Math.max(this.token.endsAt - Date.now(), 0),
      () => this.bearer() === null && this.tokenEnded(),
    );
  }

  private tokenEnded(): void {
    if (!this.home.signedOut) this.show({ signedOut: true });
  }

  private leave(): void {
    dropToken();
    this.end();
    this.left();
  }

  private async signOut(): Promise<void> {
    const { kept, outbox } = this.home;
    this.tabs.postMessage({ person: null } satisfies Said);
    this.leave();
    const untold = this.messages().then((browser) => browser.leave());
    await Promise.all([kept.wipe(), outbox.wipe(), untold.catch(() => undefined)]);
  }

  private heardTab({ person }: Said): void {
    if (person !== this.person) this.leave();
  }

  /** Hear of changes from now on, and drop what was erased while nobody looked. */
  private catchUp(): void {
    void this.listen();
    void this.forgetErased();
    void this.passOnMessages();
  }

  /** Of its own file: the first picture does not wait for it. */
  private messages(): Promise<ThisBrowser> {
    this.browser ??= import("./push/this_browser").then(
      (room) => new room.ThisBrowser(this.person, this.ask, language),
    );
    return this.browser;
  }

  private async passOnMessages(): Promise<void> {
    const browser = await this.messages().catch(() => {
      this.browser = null; // out of reach without a network
      return null;
    });
    await browser?.catchUp(this.home.outbox);
  }

  private async listen(): Promise<void> {
    const mine = ++this.attempts;
    this.stopListening();
    const live = await import("./api/live").catch(() => null); // out of reach without a network
    if (!live || mine !== this.attempts || document.hidden || !navigator.onLine) return;
    const stop = live.listen(
      () => this.bearer(),
      (reason) => this.changed(reason),
    );
    this.stopListening = () => {
      stop();
      this.stopListening = () => undefined;
    };
  }

  private async forgetErased(): Promise<void> {
    const answer = await this.ask(Erasures, {}).catch(() => null);
    if (!answer || answer === "unchanged") return;
    const newest = answer.data.viewer.operations.nodes.find(({ status }) => status === "SUCCEEDED");
    await this.home.kept.forgetErased(newest?.id ?? null);
    await this.home.kept.prune();
  }

  private async changed(reason: string | null): Promise<void> {
    if (reason === "RESET") await this.home.kept.wipe();
    this.home.reader.refresh();
  }

  private looked(): void {
    if (document.hidden) {
      this.attempts++;
      this.stopListening();
      void this.home.outbox.send();
    } else {
      this.back();
    }
  }

  /** In sight, or with a network, again. */
  private back(): void {
    this.home.reader.refresh();
    void this.home.outbox.send();
    this.catchUp();
  }

  private offline(): void {
    this.attempts++;
    this.stopListening();
    this.home.reader.refresh();
  }
}
