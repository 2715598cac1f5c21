/** One amount a unit of time, as columns side by side: for many of them, where a list of bars would be long. */
import { scaleLinear } from "d3-scale";

export interface Column {
  readonly key: string;
  readonly label: string;
  readonly value: number;
}

interface Given {
  readonly columns: readonly Column[];
  readonly label: string;
  readonly format: (value: number) => string;
}

const WIDTH = 960;
const HEIGHT = 180;
const ABOVE = 22;
const BELOW = 24;

export function Columns({ columns, label, format }: Given) {
  const highest = Math.max(...columns.map(({ value }) => value), 1e-9);
  const y = scaleLinear([0, highest], [HEIGHT - BELOW, ABOVE]);
  const each = WIDTH / Math.max(columns.length, 12);
  const end = Math.max(columns.length * each, each);
  return (
    <svg class="picture columns" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <line class="grid" x1="0" x2={WIDTH} y1={y(highest)} y2={y(highest)} />
      <text x="0" y={y(highest) - 6}>
        {format(highest)}
      </text>
      {columns.map(({ key, value }, place) => (
        <rect
          key={key}
          class="bar"
          x={place * each + each * 0.1}
          width={each * 0.8}
          y={y(value)}
          height={y(0) - y(value)}
        />
      ))}
      <line class="axis" x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
      <text x="0" y={HEIGHT - 6}>
        {columns[0]?.label}
      </text>
      {columns.length > 1 && (
        <text x={end} y={HEIGHT - 6} text-anchor="end">
          {columns.at(-1)?.label}
        </text>
      )}
    </svg>
  );
}
