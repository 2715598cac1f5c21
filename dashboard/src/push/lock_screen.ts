/**
 * What a lock screen shows of a message: a sentence of this list, by the message's type, and nothing else of it.
 *
 * The English is the server's own (`LOCK_SCREEN_WORDS`); a test holds the two together.
 */
import { wordsIn } from "../words/catalogue";

const ENGLISH = {
  SOMETHING_NEW: "You have something new to read.",
  WEEK_READY: "Your week in Spectrum is ready.",
  MONTH_READY: "Your month in Spectrum is ready.",
};

export interface Shown {
  readonly title: string;
  /** One for each type and path: the same week comes in place of itself, a later one beside it. */
  readonly tag: string;
  /** Where a tap leads: a screen of this page. */
  readonly path: string;
}

const PATH = /^\/app\/[A-Za-z0-9/_-]{0,120}$/;

/** `message` as it arrived (JSON of `type` and `path`), in `language`. What cannot be read is shown as something new. */
export function shownOf(message: string, language: string): Shown {
  const { type, path } = read(message);
  const words = wordsIn(language, ENGLISH);
  const known = typeof type === "string" && Object.hasOwn(words, type) ? type : "SOMETHING_NEW";
  const place = typeof path === "string" && PATH.test(path) ? path : "/app/";
  return { title: words[known as keyof typeof words], tag: `${known} ${place}`, path: place };
}

function read(message: string): { type?: unknown; path?: unknown } {
  try {
    return Object(JSON.parse(message)) as object;
  } catch {
    return {};
  }
}
