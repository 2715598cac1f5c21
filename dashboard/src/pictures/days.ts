/** A series of days as points of the plane: only those that were measured in both directions. */
import type { DayOnPlane } from "./plane";

interface Series {
  readonly keys: readonly string[];
  readonly valence: readonly (number | null)[];
  readonly arousal: readonly (number | null)[];
  readonly sampleCount: readonly number[];
}

export function daysOf({ keys, valence, arousal, sampleCount }: Series): DayOnPlane[] {
  return keys.flatMap((key, place) => {
    const [pleasant, active] = [valence[place], arousal[place]];
    return pleasant == null || active == null
      ? []
      : [{ key, valence: pleasant, arousal: active, sampleCount: sampleCount[place] ?? 1 }];
  });
}
