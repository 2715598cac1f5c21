/**
 * Answers as a screen wants them: what was kept at once, then what the server says, then again after every change.
 *
 * Knows no view: whoever watches is told the newest of what is known, and how it was come by.
 */
import type { Document } from "./document";
import { SignedOut, Throttled } from "./failures";
import type { Kept, KeptAnswer } from "./kept";
import type { Answer, Ask } from "./transport";

export interface Reading<Result> {
  readonly data: Result | null;
  /** When the server last said that `data` is right; null while there is none. */
  readonly at: number | null;
  /** Shown from what was kept, and not confirmed since. */
  readonly stale: boolean;
  /** Why the newest attempt failed; null while it runs or after it succeeded. */
  readonly failure: Error | null;
}

export const NOTHING_YET: Reading<never> = { data: null, at: null, stale: false, failure: null };

/** What was asked before anybody watched: what is kept, and then what the server says. */
interface BegunOf<Result> {
  readonly found: Promise<KeptAnswer<Result> | null>;
  readonly answer: Promise<Answer<Result> | "unchanged">;
}

const MOST_PAUSES = 5;
const LONGEST_PAUSE_MS = 60_000;

export class Reader {
  private readonly watched = new Set<() => void>();
  private readonly begun = new Map<string, BegunOf<unknown>>();
  private hasEnded = false;

  constructor(
    private readonly ask: Ask,
    private readonly kept: Kept,
    private readonly language: () => string,
    private readonly onSignedOut: () => void,
  ) {}

  /**
   * Ask for what will be watched in a moment, so that nothing has to be drawn first. It is used once, and not after a change.
   * Ends when it is on its way.
   */
  async expect(document: Document<unknown, unknown>, variables: unknown): Promise<void> {
    const key = this.keyOf(document, variables);
    const found = this.kept.find(key);
    const answer = found.then((kept) => this.ask(document, variables, kept?.tag ?? null));
    answer.catch(() => undefined); // told to whoever watches
    this.begun.set(key, { found, answer });
    await found;
  }

  /** Ask everything on screen again: something changed, or the network came back. */
  refresh(): void {
    this.begun.clear();
    for (const again of this.watched) again();
  }

  /** Tell nobody anything any more, and keep nothing. */
  end(): void {
    this.hasEnded = true;
    this.begun.clear();
    this.watched.clear();
  }

  /** Tell `told` of each reading of the document until the returned function is called. */
  watch<Result, Variables>(
    document: Document<Result, Variables>,
    variables: Variables,
    told: (reading: Reading<Result>) => void,
  ): { stop: () => void; again: () => void } {
    const key = this.keyOf(document, variables);
    const begun = this.begun.get(key) as BegunOf<Result> | undefined;
    this.begun.delete(key);
    let shown: Reading<Result> = NOTHING_YET;
    let tag: string | null = null;
    let round = 0;
    let pauses = 0;
    let stopped = false;
    const tell = (next: Reading<Result>) => {
      shown = next;
      if (!stopped) told(next);
    };

    const again = async (begun?: BegunOf<Result>) => {
      const mine = ++round;
      const isOld = () => mine !== round || stopped || this.hasEnded;
      try {
        const answer = await (begun?.answer ?? this.ask(document, variables, tag));
        if (isOld()) return;
        const at = Date.now();
        pauses = 0;
        if (answer !== "unchanged") tag = answer.tag;
        const data = answer === "unchanged" ? shown.data : answer.data;
        tell({ data, at, stale: false, failure: null });
        if (data) await this.kept.keep(key, { data, tag, at });
      } catch (failure) {
        if (isOld()) return;
        tell({ ...shown, stale: shown.data !== null, failure: failure as Error });
        if (failure instanceof SignedOut) this.onSignedOut();
        if (failure instanceof Throttled && ++pauses <= MOST_PAUSES) {
          setTimeout(() => isOld() || again(), Math.min(failure.afterMs, LONGEST_PAUSE_MS) * pauses);
        }
      }
    };

    const begin = async () => {
      const found = await (begun?.found ?? this.kept.find<Result>(key));
      if (found && !stopped && !this.hasEnded) {
        tag = found.tag;
        tell({ data: found.data, at: found.at, stale: true, failure: null });
      }
      await again(begun);
    };
    const refreshed = () => void again();
    this.watched.add(refreshed);
    void begin();
    return {
      again: refreshed,
      stop: () => {
        stopped = true;
        this.watched.delete(refreshed);
      },
    };
  }

  private keyOf(document: Document<unknown, unknown>, variables: unknown): string {
    return `${document.id} ${this.language()} ${JSON.stringify(variables)}`;
  }
}
