/** What every picture of the plane stands in: its frame, its two axes, and the words at their ends. */

interface Given {
  readonly width: number;
  readonly height: number;
  /** From the picture's border to the frame. */
  readonly edge: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly axes: Axes;
}

export interface Axes {
  readonly pleasant: string;
  readonly unpleasant: string;
  readonly active: string;
  readonly still: string;
}

const ASIDE = 16;

export function PlaneFrame({ width, height, edge, x, y, axes }: Given) {
  const upwards = (at: number, turn: number) => `rotate(${turn} ${at} ${height / 2})`;
  return (
    <>
      <rect class="grid" x={edge} y={edge} width={width - 2 * edge} height={height - 2 * edge} rx="10" />
      <line class="axis" x1={x(0)} x2={x(0)} y1={edge} y2={height - edge} />
      <line class="axis" x1={edge} x2={width - edge} y1={y(0)} y2={y(0)} />
      <text x={width / 2} y={16} text-anchor="middle">
        {axes.active}
      </text>
      <text x={width / 2} y={height - 8} text-anchor="middle">
        {axes.still}
      </text>
      <text x={ASIDE} y={height / 2} text-anchor="middle" transform={upwards(ASIDE, -90)}>
        {axes.unpleasant}
      </text>
      <text x={width - ASIDE} y={height / 2} text-anchor="middle" transform={upwards(width - ASIDE, 90)}>
        {axes.pleasant}
      </text>
    </>
  );
}
