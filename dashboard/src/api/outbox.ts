/**
 * What happened on the screens (a closed list of names, nothing else), kept until the server has it.
 *
 * Sent in batches; offline, or refused for now, they wait in the person's own store, a week at most, then they are dropped.
 */
import { get, update } from "idb-keyval";
import { type EventInput, type EventName, Track } from "./documents";
import { OwnStore } from "./store";
import type { Ask } from "./transport";

export type Happened = Omit<EventInput, "id" | "occurredAt" | "name">;

const WAITING = "waiting";
const MOST_WAITING = 500;
const BATCH = 100;
const SOON_MS = 4_000;
const OLDEST_MS = 6.5 * 86_400_000;

export class Outbox {
  private readonly store: OwnStore;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sending: Promise<void> | null = null;

  constructor(
    person: string,
    private readonly ask: Ask,
  ) {
    this.store = new OwnStore("spectrum-events", person);
  }

  /** Note that something happened now; it is sent within seconds. */
  async add(name: EventName, more: Happened = {}): Promise<void> {
    await this.addPast({ name, id: crypto.randomUUID(), occurredAt: new Date().toISOString() }, more);
  }

  /** Note what happened before, under the id that it was given then: noted twice, it counts once. */
  async addPast(
    { id, name, occurredAt }: Pick<EventInput, "id" | "name" | "occurredAt">,
    more: Happened = {},
  ): Promise<void> {
    const event: EventInput = { ...more, id, name, occurredAt };
    await this.change((waiting) => [...waiting, event].slice(-MOST_WAITING));
    this.timer ??= setTimeout(() => void this.send(), SOON_MS);
  }

  /** Send what waits, batch by batch. Stops at the first that does not get through. */
  send(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.sending ??= this.batches().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  async wipe(): Promise<void> {
    await this.store.wipe();
  }

  private async batches(): Promise<void> {
    for (let round = 0; round < MOST_WAITING / BATCH; round++) {
      await this.change((waiting) =>
        waiting.filter(({ occurredAt }) => Date.parse(occurredAt) > Date.now() - OLDEST_MS),
      );
      const waiting = await this.store.with((store) => get<EventInput[]>(WAITING, store), []);
      const events = (waiting ?? []).slice(0, BATCH);
      if (events.length === 0) return;
      try {
        await this.ask(Track, { input: { appVersion: __VERSION__, platform: "WEB", events } });
      } catch {
        return; // they wait for the next chance: being online again, the next event, the next start
      }
      const sent = new Set(events.map(({ id }) => id));
      await this.change((waiting) => waiting.filter(({ id }) => !sent.has(id)));
    }
  }

  private async change(changed: (waiting: EventInput[]) => EventInput[]): Promise<void> {
    await this.store.with(
      (store) => update<EventInput[]>(WAITING, (waiting) => changed(waiting ?? []), store),
      undefined,
    );
  }
}
