/**
 * The feeling plane: pleasantness to the right, energy upwards. A point is a day: larger with more sessions, paler the older it is.
 * The cross is the centre of the period, and the oval around it spans the 90 % interval in each direction.
 */
import { scaleLinear, scaleSqrt } from "d3-scale";
import { type Axes, PlaneFrame } from "./plane_frame";

export interface DayOnPlane {
  readonly key: string;
  readonly valence: number;
  readonly arousal: number;
  readonly sampleCount: number;
}

export interface Interval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

interface Given {
  readonly days: readonly DayOnPlane[];
  readonly centre: { readonly valence: Interval; readonly arousal: Interval };
  readonly label: string;
  readonly corners: {
    readonly tense: string;
    readonly lively: string;
    readonly drained: string;
    readonly calm: string;
  };
  readonly axes: Axes;
  readonly chosen: number | null;
  readonly choose: (place: number | null) => void;
  /** Written across the picture when it is not the viewer's own. */
  readonly mark?: string;
}

const SIZE = 400;
const EDGE = 26;
const SMALLEST_REACH = 0.4;
const TOUCH = 44;

/** How far the axes reach: the same in all four directions, so that near the middle looks near the middle. */
export function reach(values: readonly number[]): number {
  const farthest = Math.max(SMALLEST_REACH, ...values.map(Math.abs));
  return Math.min(1, Math.ceil(farthest * 10 + 0.5) / 10);
}

export function Plane({ days, centre, label, corners, axes, chosen, choose, mark }: Given) {
  const ends = [centre.valence.low, centre.valence.high, centre.arousal.low, centre.arousal.high];
  const far = reach([
    ...days.flatMap((each) => [each.valence, each.arousal]),
    ...ends.map((each) => each ?? 0),
  ]);
  const x = scaleLinear([-far, far], [EDGE, SIZE - EDGE]);
  const y = scaleLinear([-far, far], [SIZE - EDGE, EDGE]);
  const radius = scaleSqrt([0, Math.max(4, ...days.map((each) => each.sampleCount))], [0, 13]);
  const age = scaleLinear([0, Math.max(1, days.length - 1)], [0.22, 0.95]);
  const picked = chosen === null ? undefined : days[chosen];

  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const at = {
      x: ((event.clientX - box.x) / box.width) * SIZE,
      y: ((event.clientY - box.y) / box.height) * SIZE,
    };
    const distances = days.map((each) => Math.hypot(x(each.valence) - at.x, y(each.arousal) - at.y));
    const nearest = distances.indexOf(Math.min(...distances));
    choose((distances[nearest] ?? SIZE) < TOUCH ? nearest : null);
  };

  return (
    <svg
      class="picture plane"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={label}
      onPointerMove={(event) => event.pointerType === "mouse" && point(event)}
      onPointerDown={point}
    >
      <PlaneFrame width={SIZE} height={SIZE} edge={EDGE} x={x} y={y} axes={axes} />
      <g>
        <text class="corner" x={EDGE + 10} y={EDGE + 22}>
          {corners.tense}
        </text>
        <text class="corner" x={SIZE - EDGE - 10} y={EDGE + 22} text-anchor="end">
          {corners.lively}
        </text>
        <text class="corner" x={EDGE + 10} y={SIZE - EDGE - 12}>
          {corners.drained}
        </text>
        <text class="corner" x={SIZE - EDGE - 10} y={SIZE - EDGE - 12} text-anchor="end">
          {corners.calm}
        </text>
      </g>
      {days.map((each, place) => (
        <circle
          key={each.key}
          class="point"
          cx={x(each.valence)}
          cy={y(each.arousal)}
          r={radius(each.sampleCount)}
          opacity={age(place)}
        />
      ))}
      <Centre centre={centre} x={x} y={y} />
      {mark && (
        <text class="mark" x={SIZE / 2} y={SIZE - EDGE - 40} text-anchor="middle">
          {mark}
        </text>
      )}
      {picked && (
        <circle
          class="chosen"
          cx={x(picked.valence)}
          cy={y(picked.arousal)}
          r={radius(picked.sampleCount) + 4}
        />
      )}
    </svg>
  );
}

function Centre({
  centre,
  x,
  y,
}: {
  centre: Given["centre"];
  x: (value: number) => number;
  y: (value: number) => number;
}) {
  const { valence, arousal } = centre;
  if (valence.value === null || arousal.value === null) return null;
  const left = x(valence.low ?? valence.value);
  const right = x(valence.high ?? valence.value);
  const top = y(arousal.high ?? arousal.value);
  const bottom = y(arousal.low ?? arousal.value);
  const [cx, cy] = [x(valence.value), y(arousal.value)];
  return (
    <g>
      <ellipse
        class="region"
        cx={(left + right) / 2}
        cy={(top + bottom) / 2}
        rx={(right - left) / 2}
        ry={(bottom - top) / 2}
      />
      <path class="centre" d={`M${cx - 7} ${cy}h14M${cx} ${cy - 7}v14`} />
    </g>
  );
}
