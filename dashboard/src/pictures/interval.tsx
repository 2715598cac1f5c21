/** One number on its scale: a point, its 90 % interval as a band, and a dashed mark where one's usual lies. */
import { scaleLinear } from "d3-scale";
import "./interval.css";

interface Given {
  readonly scale: { readonly from: number; readonly to: number; readonly ends: readonly [string, string] };
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly usual: { readonly value: number; readonly label: string } | null;
  readonly label: string;
}

export function IntervalOnLine({ scale: { from, to, ends }, value, low, high, usual, label }: Given) {
  const x = scaleLinear([from, to], [0, 100]).clamp(true);
  const at = (place: number) => `${x(place)}%`;
  return (
    <figure class="interval">
      <svg class="picture" height="40" role="img" aria-label={label}>
        <rect class="track" x="0" y="16" width="100%" height="8" rx="4" />
        {from < 0 && <line class="axis" x1={at(0)} x2={at(0)} y1="10" y2="30" />}
        <rect class="band" x={at(low)} y="10" width={`${x(high) - x(low)}%`} height="20" rx="6" />
        {usual && <line class="usual" x1={at(usual.value)} x2={at(usual.value)} y1="0" y2="40" />}
        <circle class="point" cx={at(value)} cy="20" r="7" />
      </svg>
      <figcaption class="soft small" aria-hidden="true">
        <span>{ends[0]}</span>
        {usual && <span class="interval-key">{usual.label}</span>}
        <span>{ends[1]}</span>
      </figcaption>
    </figure>
  );
}
