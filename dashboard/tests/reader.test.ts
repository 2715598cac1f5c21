/** What is asked before anybody watches is used once, by whoever watches the same, and never after a change. */
import { expect, test } from "vitest";
import type { Document } from "../src/api/document";
import type { Kept } from "../src/api/kept";
import { Reader, type Reading } from "../src/api/reader";
import type { Ask } from "../src/api/transport";

const DAYS: Document<{ days: number }, { range: string }> = { name: "Days", kind: "query", id: "1" };

function somebody() {
  const asked: [unknown, string | null | undefined][] = [];
  const kept = {
    find: async () => ({ data: { days: 1 }, tag: "old", at: 5 }),
    keep: async () => undefined,
  } as unknown as Kept;
  const ask = (async (_: unknown, variables: unknown, tag?: string | null) => {
    asked.push([variables, tag]);
    return { data: { days: 2 }, tag: "new" };
  }) as unknown as Ask;
  const reader = new Reader(
    ask,
    kept,
    () => "en",
    () => undefined,
  );
  const readings: Reading<{ days: number }>[] = [];
  const watch = (range: string) => reader.watch(DAYS, { range }, (reading) => readings.push(reading));
  return { reader, asked, readings, watch };
}

const atRest = () => new Promise((done) => setTimeout(done));

test("what was expected is not asked a second time, and is told as always: the kept copy, then the answer", async () => {
  const { reader, asked, readings, watch } = somebody();
  await reader.expect(DAYS, { range: "week" });
  expect(asked).toEqual([[{ range: "week" }, "old"]]);
  watch("week");
  await atRest();
  expect(asked).toHaveLength(1);
  expect(readings.map(({ data, stale }) => [data?.days, stale])).toEqual([
    [1, true],
    [2, false],
  ]);
  watch("week");
  await atRest();
  expect(asked).toHaveLength(2);
});

test("another question is asked by itself", async () => {
  const { reader, asked, watch } = somebody();
  await reader.expect(DAYS, { range: "week" });
  watch("year");
  await atRest();
  expect(asked.map(([variables]) => variables)).toEqual([{ range: "week" }, { range: "year" }]);
});

test("after a change it is asked anew", async () => {
  const { reader, asked, watch } = somebody();
  await reader.expect(DAYS, { range: "week" });
  reader.refresh();
  watch("week");
  await atRest();
  expect(asked).toHaveLength(2);
});

test("whoever has left is told nothing", async () => {
  const { reader, readings, watch } = somebody();
  await reader.expect(DAYS, { range: "week" });
  reader.end();
  watch("week");
  await atRest();
  expect(readings).toEqual([]);
});
