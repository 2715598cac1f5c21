/** Figures as the team reads them: each with its interval where it has one, and why there is none where there is none. */
import { formats } from "../words/language";
import type { EnvelopeUnit } from "./documents";
import { words } from "./words";

export interface Rate {
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly suppressed: boolean;
}

const shareFormat = new Intl.NumberFormat(formats, { style: "percent", maximumFractionDigits: 1 });
const countFormat = new Intl.NumberFormat(formats);
const numberFormat = new Intl.NumberFormat(formats, { maximumSignificantDigits: 3 });
const signedFormat = new Intl.NumberFormat(formats, {
  maximumSignificantDigits: 3,
  signDisplay: "exceptZero",
});
const dollars = { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" } as const;
const centsFormat = new Intl.NumberFormat(formats, dollars);
const finerFormat = new Intl.NumberFormat(formats, {
  ...dollars,
  minimumFractionDigits: 2,
  maximumFractionDigits: 5,
});

export const share = (value: number): string => shareFormat.format(value);
export const figure = (value: number): string => numberFormat.format(value);
export const signedFigure = (value: number): string => signedFormat.format(value);

/** A count of people; null is a group that is too small to be told of. */
export const people = (value: number | null): string =>
  value === null ? words.few : countFormat.format(value);

export const count = (value: number): string => countFormat.format(value);

/** US dollars, to the cent from a dollar on, below that to a thousandth of one. */
export function money(amount: string | null): string {
  if (amount === null) return words.few;
  const value = Number(amount);
  return value !== 0 && Math.abs(value) < 1 ? finerFormat.format(value) : centsFormat.format(value);
}

/** "92% (95 %: 88% to 95%), 184 of 200", or why there is no rate. */
export function rateText({ numerator, denominator, rate, low, high, suppressed }: Rate): string {
  if (suppressed) return words.few;
  if (rate === null || low === null || high === null) return words.nobody;
  const interval = words.interval(share(low), share(high));
  const counts = numerator === null || denominator === null ? "" : `, ${words.of(numerator, denominator)}`;
  return `${share(rate)} (${interval})${counts}`;
}

interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** "+0.031 (95 %: +0.012 to +0.05)", or that there is nothing yet. */
export function differenceText({ value, low, high }: Estimate, format: (value: number) => string): string {
  if (value === null) return words.notYet;
  return low === null || high === null
    ? format(value)
    : `${format(value)} (${words.interval(format(low), format(high))})`;
}

/** Percentage points, signed. */
export const points = (value: number): string => `${signedFigure(value * 100)} pp`;

/** "129 ms", "1.2 s", "3 min 20 s", "2 h 5 min", "4 d 3 h". */
export function duration(seconds: number | null): string {
  if (seconds === null) return words.none;
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 60) return `${figure(seconds)} s`;
  const whole = Math.round(seconds);
  const [size, unit, smaller, name] =
    whole < 3_600
      ? [60, "min", 1, "s"]
      : whole < 172_800
        ? [3_600, "h", 60, "min"]
        : ([86_400, "d", 3_600, "h"] as const);
  const rest = Math.floor((whole % size) / smaller);
  return `${Math.floor(whole / size)} ${unit}${rest > 0 ? ` ${rest} ${name}` : ""}`;
}

/** A value in the unit of its envelope. */
export function amount(value: number, unit: EnvelopeUnit): string {
  switch (unit) {
    case "MILLISECONDS":
      return duration(value / 1_000);
    case "SECONDS":
      return duration(value);
    case "DOLLARS":
      return money(String(value));
    case "MEBIBYTES":
      return `${figure(value)} MiB`;
    case "KIBIBYTES":
      return `${figure(value)} KiB`;
    case "SHARE":
      return share(value);
    case "COUNT":
      return count(value);
  }
}

export const milliseconds = (ms: number | null): string => (ms === null ? words.few : duration(ms / 1_000));

/** The ISO week before that of `now` (UTC), as 2026-W46. */
export const lastWeek = (now: Date): string => weekOf(new Date(now.getTime() - 7 * 86_400_000));

/** The ISO week of a moment (UTC). */
export function weekOf(moment: Date): string {
  const day = new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate()));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7)); // its Thursday, which names the year
  const ordinal = (day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000;
  return `${day.getUTCFullYear()}-W${String(Math.floor(ordinal / 7) + 1).padStart(2, "0")}`;
}

/** Each day of a period, both ends included. */
export function daysOf({ from, to }: { readonly from: string; readonly to: string }): string[] {
  const first = Date.parse(`${from}T00:00:00Z`);
  const length = Math.round((Date.parse(`${to}T00:00:00Z`) - first) / 86_400_000) + 1;
  return Array.from({ length }, (_, place) =>
    new Date(first + place * 86_400_000).toISOString().slice(0, 10),
  );
}
