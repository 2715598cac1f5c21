/**
 * A list of bars with whiskers: the bar is the number, the whisker its 90 % interval. A row without a number says why.
 *
 * Drawn as a list of buttons or plain rows, so that it is read, reached and tapped like any list.
 */
import { scaleLinear } from "d3-scale";
import "./bars.css";
import { Whisker } from "./whisker";

export interface Bar {
  readonly key: string;
  readonly label: string;
  /** What is said at the end of the row, such as "7 of 17 sessions". */
  readonly told: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** A second line under the bar, such as its share with the interval. */
  readonly note?: string;
}

const SMALLEST_SCALE = 0.25;

/** The scale's end: wide enough for every interval, in steps of five percent, so that a small share can still be seen. */
export function fullOf(bars: readonly Pick<Bar, "high">[]): number {
  const highest = Math.max(SMALLEST_SCALE, ...bars.map(({ high }) => high ?? 0));
  return Math.min(1, Math.ceil(highest * 20 - 1e-9) / 20);
}

interface Given {
  readonly bars: readonly Bar[];
  readonly label: string;
  /** Right end of the scale; 1 for shares. */
  readonly full: number;
  readonly open?: (key: string) => void;
}

export function Bars({ bars, label, full, open }: Given) {
  return (
    <ul class="bars plain-list" aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.key}>
          {open ? (
            <button type="button" class="bar-row" onClick={() => open(bar.key)}>
              <Row bar={bar} full={full} />
            </button>
          ) : (
            <div class="bar-row">
              <Row bar={bar} full={full} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Row({ bar: { label, told, value, low, high, note }, full }: { bar: Bar; full: number }) {
  const x = scaleLinear([0, full], [0, 100]).clamp(true);
  return (
    <>
      <span class="bar-label">{label}</span>
      <span class="bar-told soft small">{told}</span>
      <svg class="picture bar-picture" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="10" />
        {value !== null && <rect class="bar" width={x(value)} height="10" />}
        <Whisker x={x} low={low} high={high} middle={5} reach={3} />
      </svg>
      {note && <span class="bar-note soft small">{note}</span>}
    </>
  );
}
