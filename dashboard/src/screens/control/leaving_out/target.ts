/** What is to be left out, as a choice: its place in time, and how it is told before the server has it. Draws nothing. */
import type { ControlQuery, ExclusionTargetInput, RangeInput, Source } from "../../../api/documents";
import { daysBetween, today } from "../../../words/dates";
import type { Session } from "../control";
import { words } from "./words";

export type LeftOut = ControlQuery["viewer"]["exclusions"]["nodes"][number];
export type Kind = "session" | "dates" | "source";

export interface Draft {
  readonly kind: Kind;
  readonly session: Session | null;
  readonly from: string;
  readonly to: string;
  readonly source: Source;
}

export const MOST_DAYS = 366;
/** Stands for what the server has not answered yet. */
export const PROPOSED = "proposed";

/** Why the draft names nothing yet; null when it does. */
export function missing({ kind, session, from, to }: Draft): string | null {
  if (kind === "session") return session ? null : words.noSession;
  if (kind === "source") return null;
  if (!from || !to) return words.noDates;
  if (to < from) return words.wrongDates;
  return daysBetween(from, to) > MOST_DAYS ? words.tooLong : null;
}

export function targetOf({ kind, session, from, to, source }: Draft): ExclusionTargetInput {
  if (kind === "session" && session) return { sessionId: session.id };
  return kind === "dates" ? { dates: { from, to } } : { source };
}

/** The smallest usual period that holds all of it; of a source, the last three months. */
export function rangeOf({ kind, session, from, to }: Draft): RangeInput {
  const first = kind === "session" ? session?.localDate : kind === "dates" ? from : undefined;
  const last = kind === "dates" ? to : first;
  const ago = first ? daysBetween(first, today()) : 0;
  if (ago < 90) return { preset: "LAST_90_DAYS" };
  if (ago < 365) return { preset: "LAST_365_DAYS" };
  return { dates: { from: first ?? today(), to: last ?? today() } };
}

/** The draft as it will stand in the list; how many sessions that are, the server says. */
export function proposedOf(draft: Draft): LeftOut {
  const { kind, session, from, to, source } = draft;
  const target: LeftOut["target"] =
    kind === "session" ? { session } : kind === "dates" ? { period: { from, to } } : { source, from: null };
  const createdAt = new Date().toISOString();
  return { id: PROPOSED, status: "APPLYING", sessionCount: 0, createdAt, effectiveAt: null, target };
}
