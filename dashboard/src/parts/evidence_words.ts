import { catalogue } from "../words/catalogue";
import { ago } from "../words/dates";

export const words = catalogue({
  title: "The numbers behind this",
  loading: "Counting again …",
  gone: "These numbers are not there any more: the sessions behind them were left out or erased.",
  counted: (share: number, sessions: string) => `${share} of ${sessions}`,
  basis: (sessions: string, days: number) => `From ${sessions} on ${days === 1 ? "1 day" : `${days} days`}`,
  interval: (low: string, high: string) => `90 % interval: ${low} to ${high}`,
  withheld: (why: string) => `No single number is shown: ${why}.`,
  usual: "Against your usual",
  usualWas: (usual: string, when: string) => `Your usual, ${when}: ${usual}.`,
  direction: {
    HIGHER: "Higher than your usual.",
    LOWER: "Lower than your usual.",
    SIMILAR: "About the same as your usual.",
    UNCLEAR: "Too uncertain to compare with your usual.",
  },
  difference: (difference: string) => `Difference: ${difference}.`,
  differencePoints: (difference: string) => `Difference in percentage points: ${difference}.`,
  check: {
    MATCHES: "Counted again just now: the same.",
    CHANGED: "Counted again just now: the numbers have changed since. The words are being written again.",
    saved: (at: number) => `Not counted again just now: this is your saved copy from ${ago(at)}.`,
  },
  sessions: (count: number) =>
    count === 1 ? "The session that was counted" : `The ${count} sessions that were counted`,
  sessionsMore: (count: number) => `and ${count === 1 ? "1 more" : `${count} more`}`,
  control: "Leave sessions out, or correct them",
  ends: {
    pleasant: "pleasant",
    unpleasant: "unpleasant",
    active: "activated",
    still: "still",
    less: "less",
    more: "more",
    none: "none",
    all: "all",
    absent: "absent",
    strong: "very strong",
    close: "close together",
    wide: "far apart",
  },
  yourUsual: "your usual",
  picture: (value: string, low: string, high: string) =>
    `The number is ${value}; its 90 % interval runs from ${low} to ${high}.`,
  pictureUsual: (usual: string) => `Your usual is ${usual}.`,
});
