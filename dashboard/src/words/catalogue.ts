/**
 * Words by screen: each room of the page keeps its own in a `words.ts`, as an object of sentences, of lists of them, and of functions
 * that make one.
 *
 * A further language is one more object of the same shape beside the English one.
 */
import { language } from "./language";
import { pseudo } from "./pseudo";

export type Words = {
  readonly [key: string]: string | readonly string[] | ((...given: never[]) => string) | Words;
};

/** The words of a room in the page's language; English where there are none. */
export function catalogue<Room extends Words>(
  english: Room,
  others: Readonly<Record<string, Room>> = {},
): Room {
  return wordsIn(language, english, others);
}

/** The same in a language (BCP 47) that is said: a service worker has no page to take it from. */
export function wordsIn<Room extends Words>(
  asked: string,
  english: Room,
  others: Readonly<Record<string, Room>> = {},
): Room {
  if (asked === "en-XA" || asked === "ar-XB") return changed(english, pseudo);
  return others[asked] ?? others[asked.split("-")[0] ?? ""] ?? english;
}

function changed<Room extends Words>(words: Room, change: (text: string) => string): Room {
  const each = (word: Words[string]): Words[string] => {
    if (typeof word === "string") return change(word);
    if (typeof word === "function") return (...given: never[]) => change(word(...given));
    return isList(word) ? word.map(change) : changed(word, change);
  };
  return Object.fromEntries(Object.entries(words).map(([key, word]) => [key, each(word)])) as Room;
}

const isList = (word: readonly string[] | Words): word is readonly string[] => Array.isArray(word);
