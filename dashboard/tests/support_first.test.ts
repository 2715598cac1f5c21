import { describe, expect, it } from "vitest";
import { asksForSupport } from "../src/parts/support_first";

const card = (action: "SEE_SUPPORT" | "TAKE_A_BREAK", to: string) => ({
  id: "a card",
  period: { from: "2026-11-01", to },
  suggestion: { action },
});

describe("whether support comes first", () => {
  it("does when the newest card asks for it and is of these days", () => {
    expect(asksForSupport(card("SEE_SUPPORT", "2026-11-22"), "2026-11-26")).toBe(true);
    expect(asksForSupport(card("SEE_SUPPORT", "2026-11-12"), "2026-11-26")).toBe(true);
  });

  it("does not when that was longer ago, or another thing is suggested, or nothing", () => {
    expect(asksForSupport(card("SEE_SUPPORT", "2026-11-11"), "2026-11-26")).toBe(false);
    expect(asksForSupport(card("TAKE_A_BREAK", "2026-11-22"), "2026-11-26")).toBe(false);
    expect(asksForSupport({ ...card("SEE_SUPPORT", "2026-11-22"), suggestion: null }, "2026-11-26")).toBe(
      false,
    );
    expect(asksForSupport(null)).toBe(false);
  });
});
