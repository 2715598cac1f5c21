import { catalogue } from "../../../words/catalogue";
import { day, dayOfYear, monthName, span } from "../../../words/dates";

export const words = catalogue({
  lead: "What you leave out stays yours, but no number and no sentence sees it. You can put it back at any time, exactly as it was. To erase something, use a reset.",
  list: "Left out now",
  none: "Nothing is left out.",
  session: (source: string, date: string) => `A ${source} session of ${date}`,
  sessionGone: "A session that is no more",
  dates: (from: string, to: string) => (from === to ? dayOfYear(from) : span({ from, to })),
  all: (source: string) => `All ${source} sessions`,
  allFrom: (source: string, from: string) => `All ${source} sessions from ${dayOfYear(from)} on`,
  status: {
    APPLYING: "being left out: numbers have changed, words are being rewritten",
    ACTIVE: "left out everywhere",
    REMOVING: "being put back: words are being rewritten",
    REMOVED: "put back",
  },
  since: (date: string) => `since ${date}`,
  putBack: "Put back",
  putBackThis: (what: string) => `Put back: ${what}`,
  newest: (count: number) => `The newest ${count} are shown.`,
  add: "Choose what to leave out",
  what: "What to leave out",
  kinds: { session: "A session", dates: "Some days", source: "A source" },
  chosen: "You chose",
  another: "Choose another",
  choose: "Which session",
  from: "From",
  to: "To, included",
  which: "All sessions of",
  sourceText: "New sessions of this source are left out, too, until you put it back.",
  look: "See what would change",
  looking: "Looking at what would change …",
  apply: "Leave it out",
  notNow: "Rather not",
  wrongDates: "The second day cannot lie before the first.",
  tooLong: "At most 366 days at once.",
  noDates: "Choose both days.",
  noSession: "Choose a session.",
  done: "Left out. Numbers have changed at once; words follow within a minute.",
  doneBack: "Put back. Numbers are as they were; words follow within a minute.",
  expired: "Something changed in the meantime. Here is the newest picture of what would change.",
  preview: {
    title: "What would change",
    affected: (count: number) =>
      count === 0
        ? "No session changes sides: nothing would be different."
        : count === 1
          ? "1 session would no longer count."
          : `${count} sessions would no longer count.`,
    small:
      "Too little would be left of this period to say much: its middle, or its words, would be withheld.",
    period: (from: string, to: string) => `Looked at: ${span({ from, to })}`,
    label: (before: string, after: string) => `As it is: ${before} As it would be: ${after}`,
    key: "Filled points are days that stay, rings are days that would go. The dashed cross and oval are the middle as it is; the solid ones as it would be.",
    before: "As it is",
    after: "As it would be",
    changes: "Numbers that would change",
    all: (count: number) => `All ${count}`,
    slight: (count: number) =>
      count === 1
        ? "1 more number would change by less than can be seen."
        : `${count} more numbers would change by less than can be seen.`,
    noChanges: "No number of this period would change.",
    columns: ["Measure", "Now", "Then"],
    rewritten: "Words that would be rewritten or taken back",
    noRewritten: "No card and no month would have to be rewritten.",
    month: (month: string) => monthName(month),
    week: (from: string, to: string) => `${day(from)} to ${day(to)}`,
  },
  without: "Without a plan there is nothing to compare, but it is left out all the same.",
});
