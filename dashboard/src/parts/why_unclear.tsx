/** Why a difference is called too uncertain although its own interval leaves out 0. */
import type { Direction } from "../api/documents";
import { words } from "./words";

interface Comparison {
  readonly direction: Direction;
  readonly difference: { readonly low: number | null; readonly high: number | null };
}

/** A claim needs more than the interval that is shown: it is corrected for all the differences that are looked at. */
export function isClearerThanSaid({ direction, difference: { low, high } }: Comparison): boolean {
  return direction === "UNCLEAR" && low !== null && high !== null && (low > 0 || high < 0);
}

export function WhyUnclear({ of }: { of: readonly Comparison[] }) {
  return of.some(isClearerThanSaid) ? <p class="soft small">{words.stricter}</p> : null;
}
