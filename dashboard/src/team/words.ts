/** Words that the team's pages share. */
import { catalogue } from "../words/catalogue";

export const words = catalogue({
  title: "Spectrum for the team",
  skip: "Skip to the content",
  pages: "Pages",
  tabs: { work: "Work", money: "Money", words: "Words", use: "Use", experiments: "Experiments" },
  graphiql: "GraphiQL",
  examples: "Ask yourself, in GraphiQL",
  example: {
    late: "Jobs that are overdue",
    spend: "Spending by model and day",
    safety: "What checks did about drafts",
    funnel: "From teaser to paywall",
  },
  signOut: "Sign out",
  loading: "Loading …",
  again: "Try again",
  asOf: (at: string) => `As of ${at}`,
  every: "renewed every 15 seconds while this page is seen",
  failures: {
    SIGNED_OUT: {
      title: "Sign in",
      text: "These pages are for the team. Open them by a link that ends in #token= and a staff token; it stays in this tab alone.",
      hint: "On a developer’s machine: spectrum token --person team --role OPERATOR prints a token.",
    },
    FORBIDDEN: {
      title: "Not for this token",
      text: "This token has no role of the team’s, so nothing of these pages is shown to it. A person’s own numbers are at /app.",
      hint: "The roles are ANALYST, REVIEWER, OPERATOR and ADMIN.",
    },
    UNREACHABLE: { title: "", text: "Spectrum could not be reached.", hint: "" },
    REFUSED: { title: "", text: "This could not be answered.", hint: "" },
  },
  quote: (id: string) => `Quote ${id} where you report it.`,
  few: "fewer than 20 people",
  nobody: "nobody yet",
  none: "none",
  nothing: "nothing yet",
  notYet: "not yet",
  yes: "yes",
  no: "no",
  of: (count: number, all: number) => `${count} of ${all}`,
  interval: (low: string, high: string) => `95 %: ${low} to ${high}`,
  range: "Range",
  ranges: {
    LAST_7_DAYS: "7 days",
    LAST_28_DAYS: "4 weeks",
    LAST_90_DAYS: "3 months",
    LAST_365_DAYS: "A year",
  },
  isOut: "This page could not be fetched.",
});
