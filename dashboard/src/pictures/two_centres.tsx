/**
 * The plane as it is and as it would be, in one picture: days that stay, days that would go, and the centre before and after.
 */
import { scaleLinear } from "d3-scale";
import { type Interval, reach } from "./plane";
import { type Axes, PlaneFrame } from "./plane_frame";

export interface State {
  readonly days: readonly { readonly key: string; readonly valence: number; readonly arousal: number }[];
  readonly centre: { readonly valence: Interval; readonly arousal: Interval };
}

interface Given {
  readonly before: State;
  readonly after: State;
  readonly label: string;
  readonly axes: Axes;
}

const WIDTH = 400;
const HEIGHT = 300;
const EDGE = 24;

type Scale = (value: number) => number;

export function TwoCentres({ before, after, label, axes }: Given) {
  const far = reach(
    [before, after].flatMap(({ days, centre: { valence, arousal } }) => [
      ...days.flatMap((each) => [each.valence, each.arousal]),
      ...[valence.low, valence.high, arousal.low, arousal.high].map((each) => each ?? 0),
    ]),
  );
  const x = scaleLinear([-far, far], [EDGE, WIDTH - EDGE]);
  const y = scaleLinear([-far, far], [HEIGHT - EDGE, EDGE]);
  const staying = new Set(after.days.map(({ key }) => key));
  const going = before.days.filter(({ key }) => !staying.has(key));
  return (
    <svg class="picture two-centres" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <PlaneFrame width={WIDTH} height={HEIGHT} edge={EDGE} x={x} y={y} axes={axes} />
      {after.days.map(({ key, valence, arousal }) => (
        <circle key={key} class="point staying" cx={x(valence)} cy={y(arousal)} r="4.5" />
      ))}
      {going.map(({ key, valence, arousal }) => (
        <circle key={key} class="going" cx={x(valence)} cy={y(arousal)} r="5.5" />
      ))}
      <Oval centre={before.centre} x={x} y={y} kind="was" />
      <Oval centre={after.centre} x={x} y={y} kind="will" />
    </svg>
  );
}

function Oval({ centre, x, y, kind }: { centre: State["centre"]; x: Scale; y: Scale; kind: "was" | "will" }) {
  const { valence, arousal } = centre;
  if (valence.value === null || arousal.value === null) return null;
  const [left, right] = [x(valence.low ?? valence.value), x(valence.high ?? valence.value)];
  const [top, bottom] = [y(arousal.high ?? arousal.value), y(arousal.low ?? arousal.value)];
  const [cx, cy] = [x(valence.value), y(arousal.value)];
  return (
    <g class={kind}>
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
