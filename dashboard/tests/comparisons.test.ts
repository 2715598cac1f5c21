/** Where a difference is too uncertain to be named although its interval leaves out 0, that is explained; nowhere else. */
import { describe, expect, test } from "vitest";
import { isClearerThanSaid } from "../src/parts/why_unclear";

const of = (
  direction: "HIGHER" | "LOWER" | "SIMILAR" | "UNCLEAR",
  low: number | null,
  high: number | null,
) => ({
  direction,
  difference: { low, high },
});

describe("a claim needs more than its interval", () => {
  test("an interval on one side of 0 with no claim is explained", () => {
    expect(isClearerThanSaid(of("UNCLEAR", 0.01, 0.2))).toBe(true);
    expect(isClearerThanSaid(of("UNCLEAR", -0.2, -0.01))).toBe(true);
  });

  test("an interval that holds 0 explains itself, and so does a claim", () => {
    expect(isClearerThanSaid(of("UNCLEAR", -0.01, 0.2))).toBe(false);
    expect(isClearerThanSaid(of("UNCLEAR", null, null))).toBe(false);
    expect(isClearerThanSaid(of("HIGHER", 0.1, 0.2))).toBe(false);
    expect(isClearerThanSaid(of("SIMILAR", 0.01, 0.04))).toBe(false);
  });
});
