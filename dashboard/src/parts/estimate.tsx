/** A number with its uncertainty in words; where it is withheld, why. */
import type { SuppressionReason } from "../api/documents";
import { percent, signed } from "../words/dates";
import { words } from "./words";

export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly suppressed: SuppressionReason | null;
  readonly sessionsNeeded?: number | null;
}

type Format = (value: number) => string;

/** "+0.32 (+0.20 to +0.44)", or why there is no number. */
export function estimateText(estimate: Estimate, format: Format = signed): string {
  const { value, low, high } = estimate;
  if (value === null || low === null || high === null) return withheldText(estimate);
  return low === high ? format(value) : `${format(value)} (${words.between(format(low), format(high))})`;
}

/** "41% (24% to 60%)". */
export const shareText = (estimate: Estimate): string => estimateText(estimate, percent);

/** Why a number is not shown, and what is missing. */
export function withheldText({ suppressed, sessionsNeeded }: Estimate): string {
  const why = suppressed ? words.suppressed[suppressed] : "–";
  return sessionsNeeded ? `${why} (${words.needed(sessionsNeeded)})` : why;
}
