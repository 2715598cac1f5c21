/**
 * Shares over time as steps: a line is the value, from its unit to the next, a band its interval. A unit without a value is a gap.
 *
 * The second curve is dashed as well as of another colour.
 */
import { scaleLinear } from "d3-scale";
import "./curves.css";

export interface Curve {
  readonly label: string;
  readonly points: readonly {
    readonly x: number;
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
  }[];
}

interface Given {
  readonly curves: readonly Curve[];
  readonly label: string;
  /** What the first and last unit are called. */
  readonly first: string;
  readonly last: string;
  readonly format: (value: number) => string;
}

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 44;
const RIGHT = 8;
const ABOVE = 10;
const BELOW = 26;
const LINES = [0, 0.25, 0.5, 0.75, 1];

export function Curves({ curves, label, first, last, format }: Given) {
  const units = 1 + Math.max(0, ...curves.flatMap(({ points }) => points.map(({ x }) => x)));
  const x = scaleLinear([0, units], [LEFT, WIDTH - RIGHT]);
  const y = scaleLinear([0, 1], [HEIGHT - BELOW, ABOVE]);
  return (
    <figure class="curves">
      <svg class="picture" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {LINES.map((line) => (
          <g key={line}>
            <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(line)} y2={y(line)} />
            <text x={LEFT - 6} y={y(line) + 4} text-anchor="end">
              {format(line)}
            </text>
          </g>
        ))}
        {curves.map(({ label: name, points }, place) => (
          <g key={name} class={place === 0 ? "curve" : "curve other"}>
            {points.map(
              (point) =>
                point.low !== null &&
                point.high !== null && (
                  <rect
                    key={point.x}
                    class="band"
                    x={x(point.x)}
                    width={x(point.x + 1) - x(point.x)}
                    y={y(point.high)}
                    height={Math.max(y(point.low) - y(point.high), 0)}
                  />
                ),
            )}
            <path class="line" d={steps(points, x, y)} />
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 6}>
          {first}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} text-anchor="end">
          {last}
        </text>
      </svg>
      {curves.length > 1 && (
        <figcaption class="row soft small">
          {curves.map(({ label: name }, place) => (
            <span key={name} class={place === 0 ? "key" : "key other"}>
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

/** Level through each unit, straight up or down between neighbours, and begun anew after a gap. */
function steps(points: Curve["points"], x: (value: number) => number, y: (value: number) => number): string {
  let isDrawing = false;
  return points
    .map(({ x: unit, value }) => {
      if (value === null) {
        isDrawing = false;
        return "";
      }
      const level = y(value);
      const begin = isDrawing ? `V${level}` : `M${x(unit)} ${level}`;
      isDrawing = true;
      return `${begin}H${x(unit + 1)}`;
    })
    .join("");
}
