import { catalogue } from "../../../words/catalogue";

export const words = catalogue({
  lead: "You write here about your worst days, so the rule is short: your words go in sealed, the analyser alone reads them, and they come out nowhere but in your own copy.",
  where: "Where",
  long: "How long",
  who: "Who can see it",
  rows: {
    words: {
      what: "What you wrote and said",
      why: "To be read once, and again if the analyser changed.",
      where:
        "On Spectrum’s server, sealed with a key of your own, which opens only with another that is kept elsewhere.",
      long: "30 days from its arrival, or until a reset that forgets your history.",
      who: "The analyser, for as long as it reads. No person, no screen, no log. Your own copy holds it while it is kept.",
    },
    numbers: {
      what: "Numbers of your sessions",
      why: "Estimates of feelings and patterns; every picture and sentence is made of them.",
      where: "On Spectrum’s server.",
      long: "Until any reset.",
      who: "You. The programs that count and draw.",
    },
    sessions: {
      what: "When you had which session",
      why: "What numbers are about, and what you can leave out.",
      where: "On Spectrum’s server.",
      long: "Until a reset that forgets your history.",
      who: "You. The programs that count and draw.",
    },
    choices: {
      what: "What you corrected or left out",
      why: "Your word counts in place of the estimate, and what you left out can be given back exactly.",
      where: "On Spectrum’s server, as numbers and names from closed lists.",
      long: "Until taken back, or a reset that forgets your history.",
      who: "You. The programs that count and draw.",
    },
    texts: {
      what: "Cards and months",
      why: "What you read, with the numbers each sentence rests on, and what you said of a card.",
      where: "On Spectrum’s server.",
      long: "Until any reset. Reviewers’ marks are dropped after a year.",
      who: "You. Reviewers may read a card to judge how it is written, without a name on it.",
    },
    opened: {
      what: "What you opened",
      why: "To learn whether Spectrum is used and fast: names from a closed list, never what stood there.",
      where: "On Spectrum’s server; on this device until it was sent.",
      long: "400 days, or until everything is erased.",
      who: "The team, as counts.",
    },
    told: {
      what: "You, as far as needed",
      why: "Time zone, language, plan, whether it is paused, how you want to be told; the addresses of your devices.",
      where: "On Spectrum’s server, under an id that leads nowhere.",
      long: "Until everything is erased; a device 180 days after it was last renewed.",
      who: "You see it here. The programs that tell you.",
    },
    proof: {
      what: "The proof of a reset",
      why: "That the rest is gone: counts, dates, a signature and a keyed hash, no content.",
      where: "On Spectrum’s server, and wherever you save it.",
      long: "It stays.",
      who: "You. Whoever you show it to can check it.",
    },
    backups: {
      what: "Backups",
      why: "So that a broken machine loses nothing. Your words stay sealed in them.",
      where: "Apart from the server.",
      long: "30 days; a receipt names its own date. What was erased is erased again when one is brought back.",
      who: "Those who run the server, if they had to bring one back.",
    },
    device: {
      what: "The copy on this device",
      why: "So that pages open at once, and offline. It holds no word that you wrote.",
      where: "In this browser.",
      long: "30 days; wiped when you sign out, and when a reset has run.",
      who: "Whoever can use this browser as you.",
    },
  },
  never: "Nothing here is ever compared with other people.",
});
