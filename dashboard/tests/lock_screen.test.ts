import { expect, test } from "vitest";
import { shownOf } from "../src/push/lock_screen";

const message = (type: unknown, path: unknown) => JSON.stringify({ type, path });

test("a type has one sentence, and one tag with its path", () => {
  const one = shownOf(message("WEEK_READY", "/app/insights/2026-W46"), "en");
  const again = shownOf(message("WEEK_READY", "/app/insights/2026-W46"), "en");
  const later = shownOf(message("WEEK_READY", "/app/insights/2026-W47"), "en");
  expect(one).toEqual(again);
  expect(later.title).toBe(one.title);
  expect(later.tag).not.toBe(one.tag);
});

test.each([
  "",
  "[]",
  "7",
  message("toString", "/app/"),
  message("WEEK_READY ", "//elsewhere.example"),
  message(null, "/ops/"),
])("what cannot be read is something new: %s", (sent) => {
  expect(shownOf(sent, "en")).toEqual({
    title: "You have something new to read.",
    tag: "SOMETHING_NEW /app/",
    path: "/app/",
  });
});

test("a language without words is shown the English, a pseudo-locale its own", () => {
  expect(shownOf(message("MONTH_READY", "/app/month/2026-10"), "de-AT").title).toBe(
    "Your month in Spectrum is ready.",
  );
  expect(shownOf(message("MONTH_READY", "/app/month/2026-10"), "en-XA").title).toMatch(/^\[.*~\]$/);
});
