import { catalogue } from "./catalogue";

export const words = catalogue({
  skip: "Skip to the content",
  navigation: "Screens",
  landscape: "Landscape",
  patterns: "Patterns",
  insights: "Insights",
  month: "Month",
  control: "Control",
  outOfReach: "This screen could not be fetched",
  unseen: (count: number) => `${count} new`,
  signIn: {
    title: "Sign in",
    text: "Spectrum shows one person their own numbers, so it has to know who you are. Open it from Kalei, which signs you in.",
    development: "On a developer’s machine: make up prints a link for each sample person.",
    button: "Open Kalei",
    nothing: "Nothing opened? Then Kalei is not installed here; open Spectrum from where it is.",
  },
});
