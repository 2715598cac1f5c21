/**
 * A place on this device for one person: what another person left there is cleared before anything is read.
 *
 * A browser that refuses IndexedDB, or does not answer, keeps nothing, and nobody waits for it.
 */
import { clear, createStore, get, set, setMany, type UseStore } from "idb-keyval";

const OWNER = "owner";
const PATIENCE_MS = 1_000;

export class OwnStore {
  private store: Promise<UseStore | null> | null = null;

  constructor(
    private readonly name: string,
    private readonly person: string,
  ) {}

  /** Opened when it is first needed; null where the device keeps nothing. */
  opened(): Promise<UseStore | null> {
    this.store ??= opened(this.name, this.person);
    return this.store;
  }

  /** What `work` gives, or `otherwise` where the device keeps nothing or takes too long. */
  async with<Value>(work: (store: UseStore) => Promise<Value>, otherwise: Value): Promise<Value> {
    const worked = this.opened().then((store) => (store ? work(store) : otherwise));
    return await Promise.race([worked.catch(() => otherwise), patience(otherwise)]);
  }

  /** Clear all but one entry. */
  async keepOnly(key: string, value: unknown): Promise<void> {
    const store = await this.opened();
    if (!store) return;
    await clear(store);
    await setMany(
      [
        [OWNER, this.person],
        [key, value],
      ],
      store,
    );
  }

  /** Clear all of it, whoever it belongs to. */
  async wipe(): Promise<void> {
    const store = await this.opened();
    if (store) await clear(store).catch(() => undefined);
  }
}

async function opened(name: string, person: string): Promise<UseStore | null> {
  try {
    const store = createStore(name, "kept");
    if ((await get<string>(OWNER, store)) !== person) {
      await clear(store);
      await set(OWNER, person, store);
    }
    return store;
  } catch {
    return null;
  }
}

const patience = <Value>(otherwise: Value) =>
  new Promise<Value>((done) => setTimeout(() => done(otherwise), PATIENCE_MS));
