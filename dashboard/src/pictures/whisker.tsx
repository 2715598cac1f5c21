/** An interval as a thin line with an end to each side, on the middle of a bar. Nothing where there is none, or it is a point. */
interface Given {
  readonly x: (value: number) => number;
  readonly low: number | null;
  readonly high: number | null;
  /** The bar's middle, and how far the ends reach from it. */
  readonly middle: number;
  readonly reach: number;
}

export function Whisker({ x, low, high, middle, reach }: Given) {
  if (low === null || high === null || low === high) return null;
  const end = `${middle - reach}v${2 * reach}`;
  return <path class="whisker" d={`M${x(low)} ${middle}H${x(high)}M${x(low)} ${end}M${x(high)} ${end}`} />;
}
