import { describe, expect, it } from "vitest";
import { reach } from "../src/pictures/plane";
import { placeOf } from "../src/screens/landscape/days";
import { dayIn, dayOfInstant, dayOfWeekIn, daysBetween, firstDay } from "../src/words/dates";
import { pseudo } from "../src/words/pseudo";

describe("what a bucket begins on", () => {
  it("is the Monday of an ISO week, also over the end of a year", () => {
    expect(firstDay("2026-W46")).toBe("2026-11-09");
    expect(firstDay("2026-W53")).toBe("2026-12-28");
    expect(firstDay("2027-W01")).toBe("2027-01-04");
    expect(firstDay("2025-W01")).toBe("2024-12-30");
  });

  it("is the first of a month, and a day itself", () => {
    expect(firstDay("2026-02")).toBe("2026-02-01");
    expect(firstDay("2026-02-28")).toBe("2026-02-28");
  });

  it("is counted in whole days whatever the clock does", () => {
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
  });
});

describe("the day of an instant", () => {
  it("is the reader's own, before and after midnight of UTC", () => {
    expect(dayOfInstant("2026-11-26T23:30:00Z", "Europe/Berlin")).toBe("2026-11-27");
    expect(dayOfInstant("2026-11-26T03:30:00+00:00", "America/New_York")).toBe("2026-11-25");
    expect(dayOfInstant("2026-11-26T12:00:00Z", "UTC")).toBe("2026-11-26");
  });
});

describe("a day of a period", () => {
  const overYears = { from: "2025-11-27", to: "2026-11-26" };
  const within = { from: "2026-08-29", to: "2026-11-26" };

  it("has its year only where the period lies in more than one", () => {
    expect(dayIn(overYears)(overYears.from)).toContain("2025");
    expect(dayOfWeekIn(overYears)(overYears.to)).toContain("2026");
    expect(dayIn(within)(within.from)).not.toContain("2026");
    expect(dayOfWeekIn(within)(within.from)).not.toContain("2026");
  });
});

describe("the day that is looked at", () => {
  const days = ["2026-11-20", "2026-11-24", "2026-11-25"].map((key) => ({ key }));

  it("is the newest until one is chosen, and when the chosen one is gone", () => {
    expect(placeOf(null, days)).toBe(2);
    expect(placeOf("2026-11-23", days)).toBe(2);
    expect(placeOf(null, [])).toBeNull();
  });

  it("stays the same day when others come or go before it", () => {
    expect(placeOf("2026-11-24", days)).toBe(1);
    expect(placeOf("2026-11-24", days.slice(1))).toBe(0);
  });
});

describe("how far the plane reaches", () => {
  it("holds every value, is never smaller than 0.4 and never larger than the scale", () => {
    expect(reach([])).toBeGreaterThanOrEqual(0.4);
    expect(reach([0.61])).toBeGreaterThanOrEqual(0.61);
    expect(reach([1])).toBe(1);
  });
});

describe("the pseudo-locale", () => {
  it("is a third longer, in brackets, and looks strange", () => {
    const text = pseudo("Landscape");
    expect(text.startsWith("[")).toBe(true);
    expect(text.length).toBeGreaterThanOrEqual("Landscape".length * 1.33);
    expect(text).not.toContain("Landscape");
  });
});
