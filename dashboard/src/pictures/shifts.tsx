/**
 * Movements about a middle line: a bar from nothing to the mean, its 90 % interval as a whisker. A row without a number says why.
 *
 * Two colours tell the two directions apart; neither says which is better.
 */
import { scaleLinear } from "d3-scale";
import "./bars.css";
import { Whisker } from "./whisker";

export interface Shift {
  readonly key: string;
  readonly label: string;
  /** At the end of the row, such as "10 turns". */
  readonly told: string;
  /** Under the bar, such as the number with its interval. */
  readonly note: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const SMALLEST_REACH = 0.4;

/** How far the scale reaches to both sides, so that every interval fits. */
export function shiftReach(shifts: readonly Pick<Shift, "low" | "high">[]): number {
  const ends = shifts.flatMap(({ low, high }) => [Math.abs(low ?? 0), Math.abs(high ?? 0)]);
  return Math.min(2, Math.ceil(Math.max(SMALLEST_REACH, ...ends) * 10 - 1e-9) / 10);
}

interface Given {
  readonly shifts: readonly Shift[];
  readonly label: string;
  readonly far: number;
  /** What each side of the middle line means. */
  readonly ends: { readonly less: string; readonly more: string };
}

export function Shifts({ shifts, label, far, ends }: Given) {
  return (
    <>
      <p class="shift-ends soft small" aria-hidden="true">
        <span>{ends.less}</span>
        <span>{ends.more}</span>
      </p>
      <List shifts={shifts} label={label} far={far} />
    </>
  );
}

function List({ shifts, label, far }: Omit<Given, "ends">) {
  return (
    <ul class="bars plain-list" aria-label={label}>
      {shifts.map((shift) => (
        <li key={shift.key} class="bar-row">
          <span class="bar-label">{shift.label}</span>
          <span class="bar-told soft small">{shift.told}</span>
          <Drawing shift={shift} far={far} />
          <span class="bar-note soft small">{shift.note}</span>
        </li>
      ))}
    </ul>
  );
}

function Drawing({ shift: { value, low, high }, far }: { shift: Shift; far: number }) {
  const x = scaleLinear([-far, far], [0, 100]).clamp(true);
  return (
    <svg class="picture bar-picture" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="10" />
      {value !== null && (
        <rect
          class={value < 0 ? "bar below" : "bar"}
          x={Math.min(x(0), x(value))}
          width={Math.abs(x(value) - x(0))}
          height="10"
        />
      )}
      <path class="zero" d={`M${x(0)} 0V10`} />
      <Whisker x={x} low={low} high={high} middle={5} reach={3} />
    </svg>
  );
}
