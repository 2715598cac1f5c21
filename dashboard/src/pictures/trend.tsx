/**
 * How one measure moved. Dots are days; a step is a week's (or month's) mean with its 90 % interval, only where that can be said.
 * The dashed line is the viewer's own usual.
 */
import { scaleLinear } from "d3-scale";
import { dayIn, daysBetween, firstDay } from "../words/dates";

export interface Bucket {
  /** A date, week or month. */
  readonly key: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Given {
  readonly days: readonly { readonly key: string; readonly value: number }[];
  readonly steps: readonly Bucket[];
  /** How many days a step covers. */
  readonly stepDays: number;
  readonly period: { readonly from: string; readonly to: string };
  readonly usual: number | null;
  readonly label: string;
  readonly top: string;
  readonly bottom: string;
}

const WIDTH = 400;
const HEIGHT = 190;
const SIDE = 8;
const ABOVE = 24;
const BELOW = 26;

export function Trend({ days, steps, stepDays, period, usual, label, top, bottom }: Given) {
  const seen = [
    ...days.map(({ value }) => value),
    ...steps.flatMap(({ low, high }) => [low, high]),
    usual ?? 0,
  ];
  const far = Math.min(1, Math.max(0.3, ...seen.map(Math.abs)));
  const length = daysBetween(period.from, period.to) + 1;
  const x = scaleLinear([0, length], [SIDE, WIDTH - SIDE]).clamp(true);
  const y = scaleLinear([-far, far], [HEIGHT - BELOW, ABOVE]);
  const at = (key: string) => daysBetween(period.from, firstDay(key));
  return (
    <svg class="picture trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <line class="axis" x1={SIDE} x2={WIDTH - SIDE} y1={y(0)} y2={y(0)} />
      {usual !== null && <line class="usual" x1={SIDE} x2={WIDTH - SIDE} y1={y(usual)} y2={y(usual)} />}
      {days.map(({ key, value }) => (
        <circle key={key} class="point faint" cx={x(at(key) + 0.5)} cy={y(value)} r="2.6" />
      ))}
      {steps.map(({ key, value, low, high }) => {
        const [left, right] = [x(at(key)), x(at(key) + stepDays)];
        return (
          <g key={key}>
            <rect class="band" x={left} width={right - left} y={y(high)} height={y(low) - y(high)} rx="3" />
            <line class="line" x1={left + 1.5} x2={right - 1.5} y1={y(value)} y2={y(value)} />
          </g>
        );
      })}
      <g>
        <text x={SIDE} y={14}>
          {top}
        </text>
        <text x={SIDE} y={HEIGHT - BELOW - 4}>
          {bottom}
        </text>
        <text x={SIDE} y={HEIGHT - 6}>
          {dayIn(period)(period.from)}
        </text>
        <text x={WIDTH - SIDE} y={HEIGHT - 6} text-anchor="end">
          {dayIn(period)(period.to)}
        </text>
      </g>
    </svg>
  );
}
