import { expect, test } from "vitest";
import {
  amount,
  daysOf,
  differenceText,
  duration,
  lastWeek,
  money,
  points,
  rateText,
  share,
} from "../src/team/format";

const rate = (over: object) => ({
  ...{ numerator: 184, denominator: 200, rate: 0.92, low: 0.8741, high: 0.95, suppressed: false },
  ...over,
});

test("a rate has its interval and its counts", () => {
  expect(rateText(rate({}))).toBe("92% (95 %: 87.4% to 95%), 184 of 200");
});

test("a small group and an empty one are said in words", () => {
  const none = { numerator: null, denominator: null, rate: null, low: null, high: null };
  expect(rateText(rate({ ...none, suppressed: true }))).toBe("fewer than 20 people");
  expect(rateText(rate({ ...none, numerator: 0, denominator: 0 }))).toBe("nobody yet");
});

test("a difference has a sign, and none where there is nothing", () => {
  expect(differenceText({ value: 0.1333, low: 0.0718, high: 0.194 }, points)).toBe(
    "+13.3 pp (95 %: +7.18 pp to +19.4 pp)",
  );
  expect(differenceText({ value: null, low: null, high: null }, share)).toBe("not yet");
});

test.each([
  [null, "none"],
  [0.129, "129 ms"],
  [1.2, "1.2 s"],
  [200, "3 min 20 s"],
  [7_500, "2 h 5 min"],
  [270_000, "3 d 3 h"],
])("%s seconds are %s", (seconds, told) => expect(duration(seconds)).toBe(told));

test.each([
  [null, "fewer than 20 people"],
  ["0.000000", "$0.00"],
  ["0.5", "$0.50"],
  ["0.0391", "$0.0391"],
  ["1234.5", "$1,234.50"],
])("%s dollars are %s", (amount, told) => expect(money(amount)).toBe(told));

test.each([
  [363, "MILLISECONDS", "363 ms"],
  [1_800, "MILLISECONDS", "1.8 s"],
  [21_600, "SECONDS", "6 h"],
  [0.0004, "SECONDS", "0 ms"],
  [0.748, "DOLLARS", "$0.748"],
  [103.26, "MEBIBYTES", "103 MiB"],
  [117.2, "KIBIBYTES", "117 KiB"],
  [0.01, "SHARE", "1%"],
  [200_000, "COUNT", "200,000"],
] as const)("%s %s are %s", (value, unit, told) => expect(amount(value, unit)).toBe(told));

test.each([
  ["2026-11-27", "2026-W47"],
  ["2027-01-04", "2026-W53"],
  ["2026-01-01", "2025-W52"],
])("the week before %s is %s", (today, week) => expect(lastWeek(new Date(`${today}T12:00:00Z`))).toBe(week));

test("a range has each of its days", () => {
  expect(daysOf({ from: "2026-02-27", to: "2026-03-01" })).toEqual([
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
  ]);
});
