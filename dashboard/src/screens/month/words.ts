import { catalogue } from "../../words/catalogue";
import { day, dayOfYear, instant, monthName } from "../../words/dates";

export const words = catalogue({
  title: "Month",
  months: "Months",
  all: "All months",
  earlier: "The month before:",
  later: "The month after:",
  status: {
    READY: "written",
    REBUILDING: "being rewritten",
    PENDING: "being written",
    NOT_ENOUGH_DATA: "too few sessions for words",
    IN_PROGRESS: "not over yet",
    NUMBERS_ONLY: "numbers only",
  },
  counted: (sessions: string, period: string) => `${sessions} · ${period}`,
  future: "This month has not begun.",
  none: "There was no session in this month.",
  excluded: (count: number) =>
    count === 1 ? "1 session is left out by you." : `${count} sessions are left out by you.`,
  standing: {
    REBUILDING:
      "Something changed in this month, so its words are being written again. Until then you can read these.",
    pending: "This month is over, and its words are being written.",
    due: (at: string) => `They are promised by ${instant(at)}.`,
    few: {
      title: "Too few sessions for words",
      counted: (sessions: string) =>
        `There ${sessions === "1 session" ? "was" : "were"} ${sessions} in this month.`,
      needed: (count: number) =>
        count === 1
          ? "One more would have been needed to say something that holds. A quiet month is no gap."
          : `${count} more would have been needed to say something that holds. A quiet month is no gap.`,
    },
    progress: {
      title: "So far",
      text: (sessions: string) => `${sessions} until now. The month is written when it is over.`,
      needed: (count: number) =>
        count === 0
          ? "There are enough sessions for its words."
          : count === 1
            ? "1 more session is needed for its words."
            : `${count} more sessions are needed for its words.`,
      due: (at: string) => `They are promised by ${instant(at)}.`,
    },
    numbers: {
      title: "Only numbers this time",
      text: "Every sentence is checked against your numbers before you see it. For this month none passed all checks, so here are the numbers by themselves.",
    },
    pendingTitle: "Being written",
  },
  restsOn: (labels: string) => `What this rests on: ${labels}`,
  plane: {
    title: "Where the days were",
    key: "A point is a day: larger with more sessions, paler the earlier.",
    middle: "The cross is the middle; the oval shows how sure that is.",
  },
  divided: {
    key: (share: string) => `Shares with their 90 % intervals. The whole width is ${share} of sessions.`,
    several: "A session can show several, or none.",
  },
  before: {
    title: (month: string) => `Against ${month}`,
    HIGHER: "More pleasant, on average, than the month before.",
    LOWER: "Less pleasant, on average, than the month before.",
    SIMILAR: "About as pleasant as the month before.",
    UNCLEAR: "Too uncertain to say whether it was more or less pleasant than the month before.",
    by: (difference: string, period: string) =>
      `Difference in pleasantness: ${difference}. The month before: ${period}.`,
  },
  numbers: {
    title: "The numbers of this month",
    tables: ["Where the days were, and feelings", "Patterns and sources"],
    show: "Show the numbers",
    hide: "Hide the numbers",
    columns: ["Measure", "Number", "90 % interval", "Sessions"],
    middle: "On the plane, -1 to +1",
    valence: "Pleasantness, middle",
    arousal: "Energy, middle",
    spread: "Spread (0 to 2.83)",
    emotions: "Strength of feelings, mean of all sessions",
    patterns: "Thinking patterns that may have been there",
    sources: "Where sessions came from",
    noneOf: (sessions: string, labels: string) => `In none of ${sessions}: ${labels}.`,
    withheld: (why: string) => `Not shown: ${why}.`,
  },
  share: {
    print: "Print or save as PDF",
    hint: "One or two pages to keep, or to take to somebody you trust. Nothing is sent.",
    saved: (month: string, sessions: string) => `Where the days were · ${monthName(month)} · ${sessions}`,
  },
  paper: {
    head: "Kalei Spectrum · a month of one person’s own sessions",
    foot: (date: string) =>
      `Printed on ${dayOfYear(date)}. Estimates from sessions that this person chose to have, with 90 % intervals; they do not show the whole of a life. Not a diagnosis, and not a clinical test.`,
  },
  origin: {
    title: "Where these words come from",
    engine: {
      TEMPLATE: "Written by fixed rules in the house, from your numbers alone.",
      SMALL_MODEL: "Written by a small language model, from your numbers alone.",
      LARGE_MODEL: "Written by a large language model, from your numbers alone.",
    },
    degraded: "A simpler writer than usual was used, because the budget for writing was reached.",
    edition: (edition: number, date: string) =>
      edition > 1
        ? `Edition ${edition}, of ${day(date)}: rewritten because something changed.`
        : `First edition, of ${day(date)}.`,
    revision: (name: string) => `Rules: ${name}`,
    checks: (count: number) => `${count} checks passed before you could read it`,
    checksShort: (count: number) =>
      `${count} checks passed, among them: every number is right, no claim about causes, no diagnosis.`,
  },
  check: {
    schema: "has the right form",
    letters: "uses plain letters",
    length: "is not too long",
    numbers: "every number is one of yours",
    direction: "“more” and “less” are the right way round",
    subjects: "speaks only of what was measured",
    binding: "each number belongs to its sentence",
    claims: "every claim has its numbers",
    "no-causal-claim": "claims no cause",
    "no-diagnosis": "makes no diagnosis",
    "no-crisis-talk": "leaves crises to people",
    "no-medication": "says nothing about medication",
    "no-command": "tells you nothing to do",
    "no-url": "holds no links",
    "no-markup": "holds no hidden marks",
    "no-names": "names nobody",
    "no-superlative": "does not exaggerate",
    "no-forecast": "does not predict",
    "no-guilt": "blames nobody",
    "no-machinery": "speaks of you, not of machines",
    "no-generic": "could not be about just anybody",
    tone: "has a calm tone",
    care: "is careful where it is heavy",
    "reading-ease": "is easy to read",
    specific: "says something definite",
  },
});
