/** The feelings and the patterns to choose from, as the server names them; where it names none, why. */
import type { Emotion, GlossaryQuery, ThinkingPattern } from "../../../api/documents";
import { Failure } from "../../../parts/failure";
import { Skeleton } from "../../../parts/skeleton";
import type { Answered } from "../../../parts/use_answer";
import { Chosen } from "./correction_fields";
import { type Draft, MOST_EMOTIONS } from "./said";
import { words } from "./words";

const EMOTIONS: readonly Emotion[] = [
  "JOY",
  "WARMTH",
  "HOPE",
  "SURPRISE",
  "NEUTRAL",
  "SADNESS",
  "FEAR",
  "ANGER",
  "SHAME",
];
const PATTERNS: readonly ThinkingPattern[] = [
  "ALL_OR_NOTHING",
  "CATASTROPHIZING",
  "COMPARING",
  "DISCOUNTING_POSITIVE",
  "EMOTIONAL_REASONING",
  "FORTUNE_TELLING",
  "LABELING",
  "MENTAL_FILTER",
  "MIND_READING",
  "OVERGENERALIZATION",
  "PERSONALIZATION",
  "SHOULD_STATEMENTS",
];

interface Given {
  readonly glossary: Answered<GlossaryQuery>;
  readonly draft: Draft;
  /** All feelings were taken away, which cannot count. */
  readonly noFeeling: boolean;
  readonly change: (part: Partial<Draft>) => void;
}

export function Choices({ glossary: { data, failure, again }, draft, noFeeling, change }: Given) {
  const { correction } = words;
  if (!data && failure)
    return (
      <>
        <p class="soft">{correction.unnamed}</p>
        <Failure failure={failure} again={again} />
      </>
    );
  if (!data) return <Skeleton heights={["11rem", "15rem"]} />;
  const { spectrum } = data.viewer;
  if (!spectrum) return <p class="soft">{correction.withoutPlan}</p>;
  const named = <Value extends string>(values: readonly Value[]) =>
    values.flatMap((value) => {
      const label = labelIn(data, value);
      return label ? [{ value, label }] : [];
    });
  return (
    <>
      <Chosen
        legend={correction.emotions}
        options={named(EMOTIONS)}
        chosen={draft.emotions}
        most={MOST_EMOTIONS}
        note={noFeeling ? correction.emotionsNone : correction.emotionsChosen(draft.emotions.length)}
        choose={(emotions) => change({ emotions })}
      />
      <Chosen
        legend={correction.patterns}
        options={named(PATTERNS)}
        chosen={draft.patterns}
        most={PATTERNS.length}
        note={correction.patternsNone}
        choose={(patterns) => change({ patterns })}
      />
    </>
  );
}

/** How the server names a feeling or a pattern; empty where it does not. */
export function labelIn(glossary: GlossaryQuery | null, key: string): string {
  return glossary?.viewer.spectrum?.glossary.find((each) => each.key === key)?.label ?? "";
}
