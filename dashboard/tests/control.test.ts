import { afterEach, describe, expect, it, vi } from "vitest";
import { BrokenOff, copyAsBlob } from "../src/api/copy";
import { SignedOut, Throttled } from "../src/api/failures";
import { type Draft, missing, rangeOf, targetOf } from "../src/screens/control/leaving_out/target";
import { draftOf, foreseen, saidOf, turned, type Vector } from "../src/screens/control/sessions/said";
import { today } from "../src/words/dates";

const vector: Vector = {
  valence: 0.48,
  arousal: -0.12,
  confidence: 0.8,
  origin: "ANALYSER",
  emotions: [
    { emotion: "JOY", label: "Joy", intensity: 0.7 },
    { emotion: "FEAR", label: "Fear", intensity: 0.2 },
  ],
  patterns: [{ pattern: "COMPARING", label: "Comparing", probability: 0.9 }],
};

describe("what a person says of a session", () => {
  const before = draftOf(vector);

  it("is nothing until something was touched, and then only that", () => {
    expect(saidOf(before, before)).toBeNull();
    expect(saidOf(before, { ...before, valence: -0.3 })).toEqual({ valence: -0.3 });
    expect(saidOf(before, { ...before, patterns: [] })).toEqual({ patterns: [] });
  });

  it("begins with the feelings and patterns that were there", () => {
    expect(before.emotions).toEqual(["JOY"]);
    expect(before.patterns).toEqual(["COMPARING"]);
  });

  it("is shown as it will count: named feelings at half strength or more, the others gone", () => {
    const then = foreseen(vector, { emotions: ["FEAR"] }, (key) => key.toLowerCase());
    expect(then.emotions).toEqual([{ emotion: "FEAR", label: "fear", intensity: 0.5 }]);
    expect(then.valence).toBe(vector.valence);
    expect(then.origin).toBe("PERSON");
  });

  it("turns a choice on and off", () => {
    expect(turned(turned(["a"], "b"), "a")).toEqual(["b"]);
  });
});

describe("what is to be left out", () => {
  const dates: Draft = { kind: "dates", session: null, from: "2026-01-01", to: "2026-01-03", source: "LENS" };

  it("says what is missing before anybody is asked", () => {
    expect(missing(dates)).toBeNull();
    expect(missing({ ...dates, to: "2025-12-31" })).not.toBeNull();
    expect(missing({ ...dates, to: "2027-06-01" })).not.toBeNull();
    expect(missing({ ...dates, kind: "session" })).not.toBeNull();
  });

  it("names exactly one thing", () => {
    expect(targetOf(dates)).toEqual({ dates: { from: "2026-01-01", to: "2026-01-03" } });
    expect(targetOf({ ...dates, kind: "source" })).toEqual({ source: "LENS" });
  });

  it("is looked at in a period that holds it", () => {
    expect(rangeOf({ ...dates, from: today(), to: today() })).toEqual({ preset: "LAST_90_DAYS" });
    expect(rangeOf({ ...dates, from: "2019-01-01", to: "2019-01-05" })).toEqual({
      dates: { from: "2019-01-01", to: "2019-01-05" },
    });
  });
});

describe("one's own copy", () => {
  const asked = () => ({ bearer: "x", signal: new AbortController().signal, came: vi.fn() });
  afterEach(() => vi.unstubAllGlobals());

  it("is all of it, counted as it comes", async () => {
    const mine = asked();
    vi.stubGlobal("fetch", async () => new Response("a whole zip"));
    expect(await (await copyAsBlob(mine)).text()).toBe("a whole zip");
    expect(mine.came).toHaveBeenLastCalledWith(11);
  });

  it("is nothing when it breaks off", async () => {
    const half = new ReadableStream({
      pull: (control) => control.error(new TypeError("network")),
      start: (control) => control.enqueue(new Uint8Array(3)),
    });
    vi.stubGlobal("fetch", async () => new Response(half));
    await expect(copyAsBlob(asked())).rejects.toBeInstanceOf(BrokenOff);
  });

  it("says when it can be taken again, and that a sign-in has ended", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 429, headers: { "retry-after": "90" } }));
    const refused = await copyAsBlob(asked()).catch((failure: unknown) => failure);
    expect(refused).toBeInstanceOf(Throttled);
    expect((refused as Throttled).afterMs).toBe(90_000);
    vi.stubGlobal("fetch", async () => new Response("", { status: 401 }));
    await expect(copyAsBlob(asked())).rejects.toBeInstanceOf(SignedOut);
  });
});
