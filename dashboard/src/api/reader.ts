/**
 * Answers as a screen wants them: what was kept at once, then what the server says, then again after every change.
 *
 * Knows no view: whoever watches is told the newest of what is known, and how it was come by.
 */
import type { Document } from "./document";
import { SignedOut, Throttled } from "./failures";
import type { Kept } from "./kept";
import type { Ask } from "./transport";

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

const MOST_PAUSES = 3;

export class Reader {
  private readonly watched = new Set<() => void>();

  constructor(
    private readonly ask: Ask,
    private readonly kept: Kept,
    private readonly language: () => string,
    private readonly onSignedOut: () => void,
  ) {}

  /** Ask everything on screen again: something changed, or the network came back. */
  refresh(): void {
    for (const again of this.watched) again();
  }

  /** Tell `told` of each reading of the document until the returned function is called. */
  watch<Result, Variables>(
    document: Document<Result, Variables>,
    variables: Variables,
    told: (reading: Reading<Result>) => void,
  ): { stop: () => void; again: () => void } {
    const key = `${document.id} ${this.language()} ${JSON.stringify(variables)}`;
    let shown: Reading<Result> = NOTHING_YET;
    let tag: string | null = null;
    let round = 0;
    let stopped = false;
    const tell = (next: Reading<Result>) => {
      shown = next;
      if (!stopped) told(next);
    };

    const again = async () => {
      const mine = ++round;
      try {
        const answer = await this.patiently(document, variables, tag);
        if (mine !== round || stopped) return;
        const at = Date.now();
        if (answer === "unchanged") {
          tell({ ...shown, at, stale: false, failure: null });
        } else {
          tag = answer.tag;
          tell({ data: answer.data, at, stale: false, failure: null });
        }
        if (shown.data) await this.kept.keep(key, { data: shown.data, tag, at });
      } catch (failure) {
        if (mine !== round || stopped) return;
        if (failure instanceof SignedOut) this.onSignedOut();
        tell({ ...shown, stale: shown.data !== null, failure: failure as Error });
      }
    };

    const begin = async () => {
      const found = await this.kept.find<Result>(key);
      if (found && !stopped) {
        tag = found.tag;
        tell({ data: found.data, at: found.at, stale: true, failure: null });
      }
      await again();
    };
    this.watched.add(again);
    void begin();
    return {
      again,
      stop: () => {
        stopped = true;
        this.watched.delete(again);
      },
    };
  }

  private async patiently<Result, Variables>(
    document: Document<Result, Variables>,
    variables: Variables,
    tag: string | null,
  ) {
    for (let pause = 1; ; pause++) {
      try {
        return await this.ask(document, variables, tag);
      } catch (failure) {
        if (!(failure instanceof Throttled) || pause > MOST_PAUSES) throw failure;
        await new Promise((done) => setTimeout(done, failure.afterMs * pause));
      }
    }
  }
}
