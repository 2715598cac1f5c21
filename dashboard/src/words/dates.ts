/** Dates, times and numbers as people read them. A local date is a calendar day and has no time zone. */
import { formats } from "./language";

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(formats, options);
const dayFormat = format({ day: "numeric", month: "short", timeZone: "UTC" });
const dayOfWeekFormat = format({ weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const dayOfYearFormat = format({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const fullDayFormat = format({
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const monthFormat = format({ month: "long", year: "numeric", timeZone: "UTC" });
const monthShortFormat = format({ month: "short", timeZone: "UTC" });
const instantFormat = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const agoFormat = new Intl.RelativeTimeFormat(formats, { numeric: "auto" });
const numberFormat = new Intl.NumberFormat(formats, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "exceptZero",
});
const pointsFormat = new Intl.NumberFormat(formats, {
  maximumFractionDigits: 0,
  signDisplay: "exceptZero",
});
const percentFormat = new Intl.NumberFormat(formats, { style: "percent" });

const utc = (date: string) => new Date(`${date}T00:00:00Z`);

/** 3 Nov. */
export const day = (date: string): string => dayFormat.format(utc(date));

/** Tue, 3 Nov. */
export const dayOfWeek = (date: string): string => dayOfWeekFormat.format(utc(date));

/** 3 Nov 2026. */
export const dayOfYear = (date: string): string => dayOfYearFormat.format(utc(date));

interface Days {
  readonly from: string;
  readonly to: string;
}

const isOverYears = ({ from, to }: Days) => from.slice(0, 4) !== to.slice(0, 4);

/** A day of a period: with its year where the period lies in more than one. */
export const dayIn = (period: Days): ((date: string) => string) => (isOverYears(period) ? dayOfYear : day);

/** The same with its weekday. */
export const dayOfWeekIn = (period: Days): ((date: string) => string) =>
  isOverYears(period) ? (date) => fullDayFormat.format(utc(date)) : dayOfWeek;

/** November 2026, of 2026-11. */
export const monthName = (month: string): string => monthFormat.format(utc(`${month}-01`));

/** Nov, of 2026-11. */
export const monthShort = (month: string): string => monthShortFormat.format(utc(`${month}-01`));

/** 3 – 30 Nov 2026. */
export const span = ({ from, to }: Days): string => dayOfYearFormat.formatRange(utc(from), utc(to));

/** 3 Nov, 18:04, in the reader's own time. */
export const instant = (at: string | number): string => instantFormat.format(new Date(at));

/** "3 minutes ago". */
export function ago(at: number, now: number = Date.now()): string {
  const minutes = Math.round((at - now) / 60_000);
  if (Math.abs(minutes) < 60) return agoFormat.format(minutes, "minute");
  if (Math.abs(minutes) < 48 * 60) return agoFormat.format(Math.round(minutes / 60), "hour");
  return agoFormat.format(Math.round(minutes / 1440), "day");
}

/** +0.32 on the plane's scale of -1 to 1. */
export const signed = (value: number): string => numberFormat.format(value);

/** 41%. */
export const percent = (share: number): string => percentFormat.format(share);

/** −12, of a difference between shares: percentage points. */
export const points = (difference: number): string => pointsFormat.format(difference * 100);

/** The month before (-1) or after (1), as 2026-10. */
export function monthBeside(month: string, by: number): string {
  const at = utc(`${month}-01`);
  at.setUTCMonth(at.getUTCMonth() + by);
  return at.toISOString().slice(0, 7);
}

/** The reader's own day as 2026-11-26. */
export function today(now: Date = new Date(), timeZone?: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone }).format(now);
}

/** The reader's own day on which an instant falls, as 2026-11-26. */
export const dayOfInstant = (at: string, timeZone?: string): string => today(new Date(at), timeZone);

/** The day a week begins on: Monday of 2026-W46; the first of 2026-11; the day itself. */
export function firstDay(key: string): string {
  const week = /^(\d{4})-W(\d{2})$/.exec(key);
  if (!week) return key.length === 7 ? `${key}-01` : key;
  const fourth = new Date(`${week[1]}-01-04T00:00:00Z`);
  const monday =
    fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000 + (Number(week[2]) - 1) * 7 * 86_400_000;
  return new Date(monday).toISOString().slice(0, 10);
}

/** Whole days between two dates. */
export const daysBetween = (from: string, to: string): number =>
  (utc(to).getTime() - utc(from).getTime()) / 86_400_000;
