/**
 * What the service worker and the page know together: which device this browser is, and which messages came and were opened.
 *
 * In a store of one person. Without a device nothing is noted: then a message is somebody's who has left.
 */
import { createStore, get, update } from "idb-keyval";

export const NOTES = "spectrum-messages";
export const DEVICE = "device";
const CAME = "came";
const MOST_NOTED = 50;
/** A message is shown, whatever the browser's store does. */
const PATIENCE_MS = 1_000;

/** This browser as the server knows it. */
export interface Device {
  readonly id: string;
  /** Under which address it was registered last, and when (milliseconds since 1970). */
  readonly endpoint: string;
  readonly renewedAt: number;
  /** In which language its messages are shown. */
  readonly language: string;
}

/** Something that happened to a message, until the page can say what it was about. */
export interface Came {
  readonly id: string;
  readonly name: "PUSH_RECEIVED" | "PUSH_OPENED";
  readonly occurredAt: string;
  readonly path: string;
}

type Store = ReturnType<typeof createStore>;

/** The device, as the worker finds it; null when there is none, or nothing is kept here. */
export async function findDevice(): Promise<Device | null> {
  const found = get<Device>(DEVICE, createStore(NOTES, "kept")).catch(() => undefined);
  const patience = new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS));
  return (await Promise.race([found, patience])) ?? null;
}

/** Note that a message came or was opened. */
export async function noteCame(name: Came["name"], path: string): Promise<void> {
  const came: Came = { name, path, id: crypto.randomUUID(), occurredAt: new Date().toISOString() };
  const store = createStore(NOTES, "kept");
  await update<Came[]>(CAME, (all) => [...(all ?? []), came].slice(-MOST_NOTED), store).catch(
    () => undefined,
  );
}

export const listCame = async (store: Store): Promise<readonly Came[]> =>
  (await get<Came[]>(CAME, store)) ?? [];

/** Forget those that were passed on. */
export async function forgetCame(passed: readonly Came[], store: Store): Promise<void> {
  const ids = new Set(passed.map(({ id }) => id));
  await update<Came[]>(CAME, (all) => (all ?? []).filter(({ id }) => !ids.has(id)), store);
}
