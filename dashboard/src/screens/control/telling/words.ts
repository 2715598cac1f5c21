import { catalogue } from "../../../words/catalogue";

export const words = catalogue({
  lead: "At most one message a week, at a time of yours. None ever holds a feeling, a pattern or a number.",
  what: "What you are told",
  weekly: "When a week can be read",
  monthly: "When a month can be read",
  when: "When",
  day: "Day of the week",
  days: {
    MONDAY: "Monday",
    TUESDAY: "Tuesday",
    WEDNESDAY: "Wednesday",
    THURSDAY: "Thursday",
    FRIDAY: "Friday",
    SATURDAY: "Saturday",
    SUNDAY: "Sunday",
  },
  time: "Time",
  zone: (zone: string) =>
    `In your time zone, ${zone}. What would fall into quiet hours is moved out of them.`,
  quiet: "Quiet hours",
  quietText: "Be told nothing between these times",
  from: "From",
  to: "Until",
  lock: "On the lock screen",
  locks: {
    DISCREET: "Only that there is something new to read",
    NAMED: "That the week is ready",
  },
  saved: "Saved.",
  here: {
    title: "On this device",
    label: "Be told here",
    waiting: "One moment …",
    answers: {
      ON: "Messages come to this browser.",
      OFF: "No message comes to this browser. Switching it on asks your permission first.",
      UNSUPPORTED:
        "No message can come here: this browser, or the app around this page, does not take them from pages. On an iPhone it does once the page is on the home screen.",
      DENIED:
        "This browser was told not to show messages of this page. Only its own settings can change that.",
      FAILED: "It could not be switched on: the browser’s message service, or Spectrum, was out of reach.",
    },
    silent: "Above, you chose to be told nothing; that holds here, too.",
  },
  devices: {
    thisOne: "This browser",
    title: "Your devices",
    none: "No device has been registered, so no message can reach you.",
    platform: { WEB: "Browser", IOS: "iPhone or iPad", ANDROID: "Android" },
    about: (version: string, seen: string) => `Version ${version}, last seen ${seen}`,
    gone: "Can no longer be reached.",
    forget: "Forget",
    forgetThis: (device: string) => `Forget: ${device}`,
  },
});
