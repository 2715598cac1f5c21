/** Bars as one picture to keep: each with its label, its frequency, its share with the interval, as on screen. */
import { scaleLinear } from "d3-scale";
import { render } from "preact";
import { direction } from "../words/language";
import type { Bar } from "./bars";
import { savePicture } from "./save";
import { Whisker } from "./whisker";

const WIDTH = 480;
const SIDE = 16;
const ROW = 58;
const ABOVE = 44;
const NOTE = 17;

interface Given {
  readonly bars: readonly Bar[];
  readonly full: number;
  /** The file's name, without its ending. */
  readonly name: string;
  readonly title: string;
  /** How to read it: short lines under the bars. */
  readonly notes: readonly string[];
  /** Of what it is: the period and the count. */
  readonly caption: string;
}

/** Draw the bars out of sight, in the page's colours, save them, and take them away again. */
export async function saveBars(given: Given): Promise<void> {
  const place = document.createElement("div");
  place.className = "unseen-by-eye";
  document.body.append(place);
  try {
    render(<Drawing {...given} />, place);
    const svg = place.querySelector("svg");
    if (svg) await savePicture(svg, given.name, given.caption);
  } finally {
    render(null, place);
    place.remove();
  }
}

function Drawing({ bars, full, title, notes }: Given) {
  const across = direction === "rtl" ? [WIDTH - SIDE, SIDE] : [SIDE, WIDTH - SIDE];
  const x = scaleLinear([0, full], across).clamp(true);
  const between = (one: number, other: number) => ({
    x: Math.min(x(one), x(other)),
    width: Math.abs(x(other) - x(one)),
  });
  const [near, far] = direction === "rtl" ? (["end", "start"] as const) : (["start", "end"] as const);
  return (
    <svg
      class="picture"
      aria-hidden="true"
      viewBox={`0 0 ${WIDTH} ${ABOVE + bars.length * ROW + notes.length * NOTE}`}
    >
      <text class="named titled" x={x(0)} y={28} text-anchor={near}>
        {title}
      </text>
      {bars.map(({ key, label, told, note, value, low, high }, place) => {
        const y = ABOVE + place * ROW;
        return (
          <g key={key}>
            <text class="named" x={x(0)} y={y + 14} text-anchor={near}>
              {label}
            </text>
            <text x={x(full)} y={y + 14} text-anchor={far}>
              {told}
            </text>
            <rect class="track" {...between(0, full)} y={y + 20} height="11" rx="3" />
            {value !== null && <rect class="bar" {...between(0, value)} y={y + 20} height="11" rx="3" />}
            <Whisker x={x} low={low} high={high} middle={y + 25.5} reach={3.5} />
            <text x={x(0)} y={y + 45} text-anchor={near}>
              {note}
            </text>
          </g>
        );
      })}
      {notes.map((note, place) => (
        <text
          key={note}
          class="noted"
          x={x(0)}
          y={ABOVE + bars.length * ROW + 12 + place * NOTE}
          text-anchor={near}
        >
          {note}
        </text>
      ))}
    </svg>
  );
}
