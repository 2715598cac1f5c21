import { catalogue } from "../../words/catalogue";
import { percent, span } from "../../words/dates";

export const words = catalogue({
  title: "Landscape",
  range: "Period",
  sources: "Sessions of",
  plane: "Where your days were",
  planeKey:
    "Each point is a day: larger with more sessions, paler the longer ago. The cross is the middle of all of them; the oval shows how sure that is.",
  chooseDay: "Look at a day: move the slider, or touch a point. The ring marks it.",
  dayText: (date: string, sessions: string, valence: string, arousal: string) =>
    `${date}: ${sessions}, pleasantness ${valence}, energy ${arousal}`,
  centreText: (valence: string, arousal: string) => `Middle: pleasantness ${valence}, energy ${arousal}.`,
  centreWithheld: (why: string) => `The middle is not shown: ${why}.`,
  spreadText: (spread: string) => `Spread around it: ${spread}.`,
  excluded: (count: number) =>
    count === 1 ? "1 session is left out by you." : `${count} sessions are left out by you.`,
  usual: {
    title: "Against your usual",
    explain: (from: string, to: string) => `Your usual: ${span({ from, to })}, the 12 weeks before.`,
    valence: {
      HIGHER: "More pleasant than your usual.",
      LOWER: "Less pleasant than your usual.",
      SIMILAR: "About as pleasant as your usual.",
      UNCLEAR: "Too uncertain to compare pleasantness with your usual.",
    },
    arousal: {
      HIGHER: "More activated than your usual.",
      LOWER: "Stiller than your usual.",
      SIMILAR: "About as activated as your usual.",
      UNCLEAR: "Too uncertain to compare energy with your usual.",
    },
    by: (difference: string) => `Difference ${difference}`,
  },
  trend: {
    title: "How pleasantness moved",
    weeks:
      "A dot is a day. A step is the mean of a week with its 90 % interval, where there is enough to say one.",
    days: "A dot is a day.",
    dashed: "Dashed: your usual.",
    pleasant: "pleasant",
    unpleasant: "unpleasant",
    /** `weeks`: of how many the mean is drawn; null where none is looked for. */
    label: (days: number, weeks: number | null) =>
      weeks === null
        ? `Pleasantness on ${days} days.`
        : weeks === 0
          ? `Pleasantness on ${days} days. No week has enough to say its mean.`
          : `Pleasantness on ${days} days, and the mean of ${weeks === 1 ? "the 1 week" : `the ${weeks} weeks`} for which it can be said.`,
    nothing: "There is not enough to draw yet.",
    notSaid: "not enough to say",
    columns: ["From", "Pleasantness", "90 % interval", "Sessions"],
  },
  feelings: {
    title: "Feelings",
    explain: "Mean strength over all sessions of the period, with its 90 % interval.",
    strength: (value: number) => percent(value),
    columns: ["Feeling", "Strength", "90 % interval", "Sessions"],
  },
  nothing: "No session that was read falls into this period.",
});
