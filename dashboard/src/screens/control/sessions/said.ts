/** What a person says of a session, compared with what was estimated: only what they touched is sent. Draws nothing. */
import type { CorrectSessionInput, Emotion, ThinkingPattern } from "../../../api/documents";
import type { Session } from "../control";

export type Vector = NonNullable<Session["vector"]>;

/** Absent: as it is; null: the estimate again. */
export type Said = Omit<CorrectSessionInput, "sessionId">;

export interface Draft {
  readonly valence: number;
  readonly arousal: number;
  readonly emotions: readonly Emotion[];
  readonly patterns: readonly ThinkingPattern[];
}

export const MOST_EMOTIONS = 5;
/** A feeling or pattern is taken to have been there from here on. */
const THERE = 0.5;

export const ESTIMATE_AGAIN: Said = { valence: null, arousal: null, emotions: null, patterns: null };

/** The vector as a draft to change. */
export function draftOf({ valence, arousal, emotions, patterns }: Vector): Draft {
  return {
    valence: rounded(valence),
    arousal: rounded(arousal),
    emotions: emotions
      .filter(({ intensity }) => intensity >= THERE)
      .slice(0, MOST_EMOTIONS)
      .map(({ emotion }) => emotion),
    patterns: patterns.filter(({ probability }) => probability >= THERE).map(({ pattern }) => pattern),
  };
}

/** What of `draft` differs from `before`; null when nothing does. */
export function saidOf(before: Draft, draft: Draft): Said | null {
  const said: Said = {
    ...(draft.valence !== before.valence && { valence: draft.valence }),
    ...(draft.arousal !== before.arousal && { arousal: draft.arousal }),
    ...(!same(draft.emotions, before.emotions) && { emotions: draft.emotions }),
    ...(!same(draft.patterns, before.patterns) && { patterns: draft.patterns }),
  };
  return Object.keys(said).length > 0 ? said : null;
}

/** The vector as it will be, as far as that is known here. */
export function foreseen(vector: Vector, said: Said, label: (key: string) => string): Vector {
  const { emotions, patterns } = said;
  return {
    ...vector,
    valence: said.valence ?? vector.valence,
    arousal: said.arousal ?? vector.arousal,
    origin: "PERSON",
    emotions: emotions
      ? emotions.map((emotion) => ({
          emotion,
          label: label(emotion),
          intensity: Math.max(
            THERE,
            vector.emotions.find((each) => each.emotion === emotion)?.intensity ?? 0,
          ),
        }))
      : vector.emotions,
    patterns: patterns
      ? patterns.map((pattern) => ({ pattern, label: label(pattern), probability: 1 }))
      : vector.patterns,
  };
}

/** `chosen` with `each` put in or taken out. */
export function turned<Value>(chosen: readonly Value[], each: Value): readonly Value[] {
  return chosen.includes(each) ? chosen.filter((other) => other !== each) : [...chosen, each];
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

function rounded(value: number): number {
  return Math.round(value * 20) / 20;
}
