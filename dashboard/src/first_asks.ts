/**
 * What each screen asks before anything is chosen on it: known here, so that it can be asked before the screen itself is here.
 *
 * Draws nothing, and imports nothing that does.
 */
import type { Document } from "./api/document";
import { Control, Feed, Landscape, Months, Patterns } from "./api/documents";

const ask = <Result, Variables, const Given extends Variables>(
  document: Document<Result, Variables>,
  variables: Given,
) => ({ document, variables });

interface Question {
  readonly document: Document<unknown, unknown>;
  readonly variables: unknown;
}

export const FIRST_PAGE = 20;

export const firstAsks = {
  landscape: ask(Landscape, { range: { preset: "LAST_90_DAYS" }, trend: "WEEK", sources: null }),
  patterns: ask(Patterns, { range: { preset: "LAST_90_DAYS" }, by: "PATTERN", groupBy: "KIND" }),
  insights: ask(Feed, { first: FIRST_PAGE, after: null, kinds: null }),
  months: ask(Months, { first: 12, after: null }),
  control: ask(Control, { first: FIRST_PAGE, after: null }),
} as const;

/** Of the screen at this address; null where it is another one, which asks by itself. */
export function firstAskOf(path: string): Question | null {
  const { landscape, patterns, insights, months, control } = firstAsks;
  const found = new Map<string, Question>(
    Object.entries({ "": landscape, patterns, insights, month: months, control }),
  );
  return found.get(path.split("/")[2] ?? "") ?? null;
}
