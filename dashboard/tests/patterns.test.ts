import { describe, expect, it } from "vitest";
import { fullOf } from "../src/pictures/bars";
import { daysOf } from "../src/pictures/days";
import { shiftReach } from "../src/pictures/shifts";
import { inOrder } from "../src/screens/patterns/order";

const keys = (slices: readonly { readonly key: string }[]) => slices.map(({ key }) => key).join(" ");
const slices = (text: string) => text.split(" ").map((key) => ({ key }));

describe("the order of parts", () => {
  it("is the calendar's for days and times, what it does not know last", () => {
    expect(keys(inOrder("WEEKDAY", slices("SUNDAY OTHER MONDAY FRIDAY")))).toBe("MONDAY FRIDAY SUNDAY OTHER");
    expect(keys(inOrder("TIME_OF_DAY", slices("NIGHT EVENING MORNING")))).toBe("MORNING EVENING NIGHT");
  });

  it("is as it came for everything else", () => {
    expect(keys(inOrder("PATTERN", slices("LABELING COMPARING")))).toBe("LABELING COMPARING");
  });
});

describe("the scale of movements", () => {
  it("reaches equally far to both sides, over every interval, and is never tiny", () => {
    expect(shiftReach([{ low: -0.1, high: 0.1 }])).toBe(0.4);
    expect(shiftReach([{ low: -0.83, high: 0.2 }])).toBe(0.9);
    expect(shiftReach([{ low: null, high: null }])).toBe(0.4);
  });
});

describe("the scale of shares", () => {
  it("holds every interval, in steps of five percent, and never more than all", () => {
    expect(fullOf([{ high: 0.1 }, { high: null }])).toBe(0.25);
    expect(fullOf([{ high: 0.3 }])).toBe(0.3);
    expect(fullOf([{ high: 0.41 }])).toBe(0.45);
    expect(fullOf([{ high: 0.99 }])).toBe(1);
  });
});

describe("a series as points of the plane", () => {
  it("leaves out what was not measured in both directions", () => {
    const series = { keys: ["a", "b", "c"], valence: [0.1, null, 0.3], arousal: [0.2, 0.2, null] };
    expect(daysOf({ ...series, sampleCount: [2, 1, 1] })).toEqual([
      { key: "a", valence: 0.1, arousal: 0.2, sampleCount: 2 },
    ]);
  });
});
