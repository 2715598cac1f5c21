import { describe, expect, it } from "vitest";
import { inTurn } from "../src/parts/in_turn";
import { Proposals } from "../src/parts/proposals";

type Part = { readonly time?: string; readonly day?: string };

/** Sends by hand: `sent` is what went out, `answer` lets the oldest of it be answered. */
function byHand() {
  const sent: Part[] = [];
  const waiting: ((held: boolean) => void)[] = [];
  const change = inTurn((part: Part) => {
    sent.push(part);
    return new Promise<boolean>((done) => waiting.push(done));
  });
  const answer = async (held: boolean) => {
    waiting.shift()?.(held);
    await new Promise((done) => setTimeout(done));
  };
  return { sent, change, answer };
}

describe("changes of one thing", () => {
  it("are sent one at a time; what waits goes together, and the newest wins", async () => {
    const { sent, change, answer } = byHand();
    const all = change({ time: "08:00" });
    void change({ time: "09:00" });
    void change({ day: "FRIDAY" });
    void change({ time: "10:00" });
    expect(sent).toEqual([{ time: "08:00" }]);
    await answer(true);
    expect(sent).toEqual([{ time: "08:00" }, { time: "10:00", day: "FRIDAY" }]);
    await answer(true);
    expect(await all).toBe(true);
    void change({ time: "11:00" });
    expect(sent).toHaveLength(3);
  });

  it("tell each proposal its own outcome", async () => {
    const { change, answer } = byHand();
    const told: string[] = [];
    const all = change({ time: "08:00" }, (kept) => told.push(`first ${kept}`));
    void change({ time: "09:00" }, (kept) => told.push(`second ${kept}`));
    void change({ day: "FRIDAY" }, (kept) => told.push(`third ${kept}`));
    await answer(false);
    expect(told).toEqual(["first false"]);
    await answer(true);
    expect(told).toEqual(["first false", "second true", "third true"]);
    expect(await all).toBe(false);
  });
});

describe("what was proposed", () => {
  function proposed() {
    let shown: string | null = null;
    const proposals = new Proposals<string>((next) => {
      shown = next?.value ?? null;
    });
    return { proposals, shown: () => shown };
  }

  it("is shown until the server's next value, when it held", () => {
    const { proposals, shown } = proposed();
    const settle = proposals.propose("a");
    settle(true);
    expect(shown()).toBe("a");
    proposals.arrived();
    expect(shown()).toBeNull();
  });

  it("goes at once when it was refused", () => {
    const { proposals, shown } = proposed();
    proposals.propose("a")(false);
    expect(shown()).toBeNull();
  });

  it("stays when an older one is refused", () => {
    const { proposals, shown } = proposed();
    const older = proposals.propose("a");
    const newer = proposals.propose("b");
    older(false);
    expect(shown()).toBe("b");
    newer(true);
    expect(shown()).toBe("b");
    proposals.arrived();
    expect(shown()).toBeNull();
  });

  it("outlasts a value that came while it was on its way", () => {
    const { proposals, shown } = proposed();
    const settle = proposals.propose("a");
    proposals.arrived();
    expect(shown()).toBe("a");
    settle(true);
    expect(shown()).toBeNull();
  });
});
