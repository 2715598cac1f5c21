import { catalogue } from "../../words/catalogue";

export const words = catalogue({
  title: "Spectrum",
  sessions: (count: number) =>
    count === 0
      ? "There is no finished session yet that Spectrum could read."
      : `You have ${count === 1 ? "1 finished session" : `${count} finished sessions`} that Spectrum could read.`,
  unread: "Without Spectrum, none of them is read.",
  example: {
    title: "What a picture looks like",
    mark: "EXAMPLE",
    invented: "invented numbers",
    key: "An example: every point is an invented day of nobody. Yours would be drawn the same way, and only for you.",
  },
  upgrade: "See what Spectrum costs",
  asked: "The Kalei app is opening it. Nothing is bought by that.",
  where: "You can choose a plan in the Kalei app. Nothing can be bought on this page.",
  later: "There is no rush. This page stays where it is.",
  free: {
    title: "Free, always",
    text: "A copy of everything that is kept about you, leaving sessions out, and erasing all of it cost nothing, with or without a plan.",
    link: "To control",
  },
});
