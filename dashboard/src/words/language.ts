/**
 * In which language the page speaks. English is the only one there is; two pseudo-locales show what has no room:
 * `en-XA` (accents, brackets, a third longer) and `ar-XB` (the same, written from right to left).
 */
const PLACE = "spectrum.language";
const KNOWN = new Set(["en", "en-XA", "ar-XB"]);

const address = globalThis.location?.search ?? "";
const tab = globalThis.sessionStorage as Storage | undefined;

/** BCP 47, as it is told to the server: `?language=…` of the address (held by the tab), else English. */
export const language: string = chosen();

/** For dates and numbers: the browser's own English, when that is what it speaks. */
export const formats: string = globalThis.navigator?.language?.startsWith("en")
  ? navigator.language
  : "en-GB";

/** "rtl" where lines run from right to left. */
export const direction: "ltr" | "rtl" = language.startsWith("ar") ? "rtl" : "ltr";

function chosen(): string {
  const asked = new URLSearchParams(address).get("language") ?? tab?.getItem(PLACE);
  if (!asked || !KNOWN.has(asked)) return "en";
  tab?.setItem(PLACE, asked);
  return asked;
}
