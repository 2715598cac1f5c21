import { catalogue } from "../../words/catalogue";
import { instant } from "../../words/dates";

export const words = catalogue({
  title: "Control",
  lead: "What counts, how you are told, and what is kept. All of it is yours to change, with or without a plan.",
  back: "Control",
  counts: "What counts",
  told: "How you are told",
  yours: "What is yours",
  parts: {
    "leave-out": "Leave something out",
    sessions: "Your sessions",
    notifications: "Notifications",
    copy: "Take a copy with you",
    reset: "Reset",
    kept: "What is kept, and for how long",
    device: "On this device",
  },
  notes: {
    leftOutNone: "Nothing is left out",
    leftOut: (count: number) => (count === 1 ? "1 thing is left out" : `${count} things are left out`),
    sessions: "Dates and numbers; say how one really was",
    both: "Weekly and monthly",
    weekly: "Weekly",
    monthly: "Monthly",
    silent: "You are told nothing",
    copy: "Everything that is held of you, as one file",
    reset: "Erase, with a signed receipt",
    resetPlanned: (at: string) => `Begins ${instant(at)}; can be called off`,
    resetRuns: "An erasure is running",
    kept: "In plain words",
    device: "The saved copy here, and signing out",
  },
  pause: {
    title: "Pause",
    running: "Spectrum reads your new sessions.",
    paused: "Spectrum is paused. New sessions are not read.",
    explain:
      "While it is paused, what there is stays as it is. Sessions that you have meanwhile wait sealed, and are read when you resume, as long as their text is kept (30 days).",
    pause: "Pause reading",
    resume: "Resume reading",
    erasing: "While a reset is running this cannot be changed.",
    without: "Without a plan no session is read, so there is nothing to pause.",
  },
  device: {
    title: "On this device",
    kept: "This browser keeps a copy of what you have looked at: numbers and the sentences of cards and months, never what you wrote. It is there so that pages open at once, and offline.",
    long: "It is kept for 30 days at most. It is wiped when you sign out, when a reset has run, and when somebody else signs in here.",
    events:
      "What you opened (names from a closed list, such as “landscape viewed”) waits here until it could be sent, a week at most.",
    token:
      "Your sign-in is kept in this tab, and forgotten here when the tab is closed. Until it ends, whoever holds it can read and change what you can.",
    until: (at: number) => `This sign-in ends ${instant(at)}.`,
    signOut: "Sign out and wipe this device",
  },
});
