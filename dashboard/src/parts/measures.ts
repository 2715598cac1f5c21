/** How a measure's numbers are written and how far its scale reaches. One that this page does not know is written plainly. */
import type { Metric } from "../api/documents";
import { percent, signed } from "../words/dates";
import { formats } from "../words/language";
import { words } from "./evidence_words";

export interface Measure {
  readonly format: (value: number) => string;
  /** A difference of two such numbers. */
  readonly difference: (value: number) => string;
  readonly isPercent: boolean;
  /** Both ends of its scale, and what they mean; none where a line would say nothing. */
  readonly scale: {
    readonly from: number;
    readonly to: number;
    readonly ends: readonly [string, string];
  } | null;
  /** Whether it is a part of all sessions, so that it can be said as "3 of 5". */
  readonly isShare: boolean;
}

const { ends } = words;
const plainFormat = new Intl.NumberFormat(formats, { maximumFractionDigits: 2 });
const pointsFormat = new Intl.NumberFormat(formats, { maximumFractionDigits: 0, signDisplay: "exceptZero" });
const plain = (value: number) => plainFormat.format(value);
const points = (value: number) => pointsFormat.format(value * 100);

const plainly: Measure = { format: plain, difference: signed, isPercent: false, scale: null, isShare: false };

function on(from: number, to: number, low: string, high: string): Measure {
  return { ...plainly, format: signed, scale: { from, to, ends: [low, high] } };
}

function percentage(low: string, high: string): Measure {
  return {
    format: percent,
    difference: points,
    isPercent: true,
    scale: { from: 0, to: 1, ends: [low, high] },
    isShare: false,
  };
}

const SHARE: Measure = { ...percentage(ends.none, ends.all), isShare: true };

const MEASURES: Readonly<Record<Metric, Measure>> = {
  VALENCE: on(-1, 1, ends.unpleasant, ends.pleasant),
  AROUSAL: on(-1, 1, ends.still, ends.active),
  SESSION_SHIFT_VALENCE: on(-2, 2, ends.less, ends.more),
  TURN_SHIFT_VALENCE: on(-2, 2, ends.less, ends.more),
  SPREAD: { ...on(0, 2.83, ends.close, ends.wide), format: plain },
  EMOTION_INTENSITY: percentage(ends.absent, ends.strong),
  PATTERN_SHARE: SHARE,
  SOURCE_SHARE: SHARE,
  TIME_SHARE: SHARE,
  SESSION_COUNT: plainly,
};

export const measureOf = (metric: Metric): Measure => MEASURES[metric] ?? plainly;
