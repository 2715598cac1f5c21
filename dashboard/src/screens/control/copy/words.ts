import { catalogue } from "../../../words/catalogue";

export const words = catalogue({
  lead: "Everything that is held of you, as one zip file: your sessions, numbers, cards, choices, and what you wrote, as long as its text is still kept.",
  what: "What is in it",
  inside: {
    readme: "A page that says what each file is.",
    tables: "Tables for a spreadsheet: your sessions, your cards, and what you left out.",
    words: "Your words, one session a line.",
    everything: "Every row that has to do with you, for programs.",
  },
  warning: {
    title: "Your own words are in it",
    text: "Whoever opens the file can read them. Keep it where only you can get at it: not on a shared computer, and not in a folder that others see. Delete it when you no longer need it.",
  },
  often:
    "It is made while it is sent, and stored nowhere. You can take ten copies within 24 hours; one that breaks off counts too.",
  take: "Take my copy",
  stop: "Stop",
  coming: (size: string) => `${size} so far …`,
  asking: "Beginning …",
  size: (bytes: number) => `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 2 : 1)} MB`,
  done: (size: string) => `Your copy is complete: ${size}.`,
  brokenOff:
    "It broke off before its end. Half a zip is no copy and does not open, so it was thrown away. Please try again.",
  givenUp: "Stopped. What had come was thrown away.",
  tooOften: (at: string) => `You have taken ten copies within a day. The next can be taken from ${at} on.`,
  notNow: "Your copy cannot be made at the moment. Please try again in a while.",
  notWritten: "The file could not be written: there may be no room, or it may not be allowed there.",
});
