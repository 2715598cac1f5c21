/** Words that several pictures share: the periods they can be of, the ends of the plane, and why there is no usual. */
import { catalogue } from "../words/catalogue";

export const words = catalogue({
  ranges: {
    LAST_7_DAYS: "7 days",
    LAST_28_DAYS: "4 weeks",
    LAST_90_DAYS: "3 months",
    LAST_365_DAYS: "A year",
  },
  corners: { tense: "tense", lively: "lively", drained: "drained", calm: "at ease" },
  axes: { pleasant: "pleasant", unpleasant: "unpleasant", active: "activated", still: "still" },
  planeColumns: ["Day", "Pleasantness", "Energy", "Sessions"],
  noUsual:
    "There were sessions that count here in fewer than 4 of the 12 weeks before this period, so there is no usual to compare with.",
});
