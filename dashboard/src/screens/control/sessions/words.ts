import { catalogue } from "../../../words/catalogue";
import { signed } from "../../../words/dates";

export const words = catalogue({
  lead: "Every session as Spectrum knows it: when, how long, and numbers. What you wrote is never shown here.",
  time: { MORNING: "morning", AFTERNOON: "afternoon", EVENING: "evening", NIGHT: "night" },
  about: (minutes: number, turns: number) =>
    `${minutes < 1 ? "under a minute" : minutes === 1 ? "1 minute" : `${minutes} minutes`}, ${turns === 1 ? "1 turn" : `${turns} turns`}`,
  place: (valence: number, arousal: number) => `Pleasantness ${signed(valence)}, energy ${signed(arousal)}`,
  yours: "Corrected by you",
  estimated: "Estimated",
  status: {
    PENDING: "Waiting to be read.",
    RUNNING: "Being read.",
    FAILED: "Could not be read; it is left out of every number.",
    SKIPPED: "Its text was gone before it could be read.",
  },
  notCounted: "Does not count.",
  leftOut: "Left out by you.",
  none: "There is no session yet.",
  counted: (count: number) => (count === 1 ? "1 session" : `${count} sessions`),
  correct: "Say how it was",
  correctThis: (session: string) => `Say how it was: ${session}`,
  leaveOut: "Leave out",
  leaveOutThis: (session: string) => `Leave out: ${session}`,
  correction: {
    title: "How it really was",
    truth:
      "What you say here becomes the truth: it counts in place of the estimate, in every number, at once.",
    valence: "Pleasantness",
    unpleasant: "unpleasant",
    pleasant: "pleasant",
    arousal: "Energy",
    still: "still",
    activated: "activated",
    valenceTold: (value: number) => `${signed(value)} on a scale from unpleasant (−1) to pleasant (+1)`,
    arousalTold: (value: number) => `${signed(value)} on a scale from still (−1) to activated (+1)`,
    emotions: "Feelings that were there (1 to 5)",
    emotionsChosen: (count: number) =>
      count === 0
        ? "As estimated, until you choose. What you then do not choose was not there."
        : `${count} of 5 chosen. What is not chosen was not there.`,
    emotionsNone: "Choose at least one, or close without a change.",
    patterns: "Patterns that were there",
    patternsNone: "What is not chosen was not there, once you change something here.",
    unnamed: "The feelings and patterns to choose from could not be fetched. The sliders work all the same.",
    withoutPlan:
      "Without a plan, feelings and patterns cannot be chosen here. The sliders work all the same.",
    save: "Let this count",
    nothing: "Nothing is changed yet.",
    giveBack: "Give the estimate back",
    giveBackText: "Takes back all that you said of this session.",
  },
});
