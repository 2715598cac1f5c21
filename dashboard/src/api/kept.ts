/**
 * Answers kept for the next start and for being offline: one IndexedDB database for each person, at most 30 days.
 *
 * Only numbers and the sentences of cards and months are in them. Wiped on sign-out and reset, and when another person signs in.
 * Where a browser has no IndexedDB, nothing is kept and everything works.
 */
import { clear, createStore, del, entries, get, set, type UseStore } from "idb-keyval";

export interface KeptAnswer<Result> {
  readonly data: Result;
  readonly tag: string | null;
  /** Milliseconds since 1970, when the server last said that this is right. */
  readonly at: number;
}

const OLDEST_MS = 30 * 86_400_000;
const LAST = "spectrum.person";

/** The databases of one person on this device: idb-keyval has one store in each. */
export const answersOf = (person: string) => `spectrum-answers-${person}`;
export const eventsOf = (person: string) => `spectrum-events-${person}`;

export class Kept {
  private readonly store: UseStore;

  /** The answers of one person; everybody else's are wiped. */
  constructor(person: string) {
    const before = localStorage.getItem(LAST);
    if (before && before !== person) {
      for (const name of [answersOf(before), eventsOf(before)]) indexedDB.deleteDatabase(name);
    }
    localStorage.setItem(LAST, person);
    this.store = createStore(answersOf(person), "kept");
  }

  async find<Result>(key: string): Promise<KeptAnswer<Result> | null> {
    const found = await get<KeptAnswer<Result>>(key, this.store).catch(() => undefined);
    return found && Date.now() - found.at < OLDEST_MS ? found : null;
  }

  async keep<Result>(key: string, answer: KeptAnswer<Result>): Promise<void> {
    await set(key, answer, this.store).catch(() => undefined);
  }

  /** Drop what is too old. */
  async prune(): Promise<void> {
    const all = await entries<string, { at?: number }>(this.store).catch(() => []);
    const old = all.filter(([, { at }]) => at !== undefined && Date.now() - at >= OLDEST_MS);
    await Promise.all(old.map(([key]) => del(key, this.store))).catch(() => undefined);
  }

  async wipe(): Promise<void> {
    await clear(this.store).catch(() => undefined);
  }
}
