import { catalogue } from "../../words/catalogue";

export const words = catalogue({
  title: "Where to turn",
  opening:
    "If things are heavy just now, you do not have to carry them alone, and you do not have to find the right words first.",
  danger: {
    title: "If you are in danger, or might hurt yourself",
    text: "Call your local emergency number now, or go to the nearest emergency department. If you can, move away from what could harm you, and ask somebody to stay with you.",
  },
  talk: {
    title: "If you would like to talk to somebody",
    text: "Find A Helpline lists free lines by country: by phone, by text or by chat.",
    link: "findahelpline.com",
    leaves: "This opens another site. Spectrum is not told whether you go there.",
    app: "Support in the Kalei app",
    opening: "The Kalei app is opening it.",
  },
  near: {
    title: "Somebody you know",
    text: "It can be one person and one sentence: “I am not doing well. Can you stay with me for a while?” A doctor is somebody, too.",
  },
  now: {
    title: "For the next few minutes",
    steps: [
      "Put both feet on the floor, and let your breath out slowly, a few times.",
      "Drink some water. Sit somewhere warm, or near a window.",
      "Nothing has to be decided today.",
    ],
  },
  honest: {
    title: "What Spectrum does, and does not",
    told: "Nobody was told anything: no person was notified, neither at Kalei nor anywhere else.",
    scored:
      "Nothing was scored, and no risk was estimated. This page is offered when the words of a session sound heavy, and that can be mistaken.",
    watched: "Nobody is reading along, so please do not wait here for an answer.",
  },
});
