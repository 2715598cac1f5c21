/** In a pseudo-locale every word is changed, wherever it stands in a catalogue. */
import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
  vi.unstubAllGlobals();
});

const ROOM = {
  title: "Title",
  columns: ["Day", "Sessions"],
  deeper: { steps: ["One"], told: (count: number) => `${count} days` },
};

test("single words, each of a list, and what functions make", async () => {
  vi.stubGlobal("location", { search: "?language=en-XA" });
  const { catalogue } = await import("../src/words/catalogue");
  const room = catalogue(ROOM);
  expect(room.columns).toHaveLength(2);
  for (const word of [room.title, ...room.columns, ...room.deeper.steps, room.deeper.told(3)])
    expect(word).toMatch(/^\[.*~+\]$/);
});

test("in English they are as they were written", async () => {
  const { catalogue } = await import("../src/words/catalogue");
  expect(catalogue(ROOM)).toEqual(ROOM);
});
