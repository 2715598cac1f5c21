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
  devices: {
    title: "Your devices",
    none: "No device has been registered, so no message can reach you.",
    platform: { WEB: "Browser", IOS: "iPhone or iPad", ANDROID: "Android" },
    about: (version: string, seen: string) => `Version ${version}, last seen ${seen}`,
    gone: "Can no longer be reached.",
    forget: "Forget",
    forgetThis: (device: string) => `Forget: ${device}`,
  },
});
