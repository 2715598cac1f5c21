/** Days and times of day keep the order of the calendar; everything else stays as it came, largest first. */
import type { DistributionDimension } from "../../api/documents";

const CALENDAR: Partial<Record<DistributionDimension, readonly string[]>> = {
  TIME_OF_DAY: ["MORNING", "AFTERNOON", "EVENING", "NIGHT"],
  WEEKDAY: ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"],
};

export function inOrder<Slice extends { readonly key: string }>(
  by: DistributionDimension,
  slices: readonly Slice[],
): readonly Slice[] {
  const order = CALENDAR[by];
  if (!order) return slices;
  const place = ({ key }: Slice) => (order.includes(key) ? order.indexOf(key) : order.length);
  return [...slices].sort((one, other) => place(one) - place(other));
}
