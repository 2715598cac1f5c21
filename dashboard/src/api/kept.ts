/**
 * Answers kept for the next start and for being offline, at most 30 days: numbers, and the sentences of cards and months.
 *
 * Wiped on sign-out, when another person signs in, and of all that is older than a reset.
 */
import { del, entries, get, set } from "idb-keyval";
import { OwnStore } from "./store";

export interface KeptAnswer<Result> {
  readonly data: Result;
  readonly tag: string | null;
  /** Milliseconds since 1970, when the server last said that this is right. */
  readonly at: number;
}

const ERASURE = "erasure";
const OLDEST_MS = 30 * 86_400_000;

export class Kept {
  private readonly store: OwnStore;

  constructor(person: string) {
    this.store = new OwnStore("spectrum-answers", person);
  }

  async find<Result>(key: string): Promise<KeptAnswer<Result> | null> {
    const found = await this.store.with((store) => get<KeptAnswer<Result>>(key, store), undefined);
    return found && Date.now() - found.at < OLDEST_MS ? found : null;
  }

  async keep<Result>(key: string, answer: KeptAnswer<Result>): Promise<void> {
    await this.store.with((store) => set(key, answer, store), undefined);
  }

  /** Wipe everything when `erasure`, the id of the person's newest finished reset, is not the one known here. */
  async forgetErased(erasure: string | null): Promise<void> {
    const known = await this.store.with((store) => get<string | null>(ERASURE, store), null);
    if ((known ?? null) !== erasure) await this.store.keepOnly(ERASURE, erasure);
  }

  /** Drop what is too old. */
  async prune(): Promise<void> {
    const first = Date.now() - OLDEST_MS;
    await this.store.with(async (store) => {
      const all = await entries<string, { at?: number } | null>(store);
      const old = all.filter(([, value]) => value?.at !== undefined && value.at < first);
      await Promise.all(old.map(([key]) => del(key, store)));
    }, undefined);
  }

  async wipe(): Promise<void> {
    await this.store.wipe();
  }
}
