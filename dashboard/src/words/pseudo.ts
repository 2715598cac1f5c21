/** English made long and strange, to see which words are looked up and which have no room. */
const LETTERS: Readonly<Record<string, string>> = {
  a: "á",
  c: "ç",
  e: "é",
  i: "í",
  n: "ñ",
  o: "ö",
  s: "š",
  u: "ü",
  y: "ý",
  A: "Å",
  C: "Ç",
  E: "É",
  I: "Î",
  N: "Ñ",
  O: "Ø",
  S: "Š",
  U: "Ü",
  Y: "Ý",
};

/** "Days" → "[Ðáýš~]", a third longer and in brackets. */
export function pseudo(text: string): string {
  const strange = text.replace(/[a-zA-Z]/g, (letter) => LETTERS[letter] ?? letter);
  return `[${strange}${"~".repeat(Math.ceil(text.length / 3))}]`.replace(/~{12}(?=~)/g, "~~~~~~~~~~~~ ");
}
