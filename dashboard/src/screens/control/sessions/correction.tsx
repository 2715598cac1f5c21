/** A person's own word on a session: two sliders, the feelings and the patterns that were there. */
import { useState } from "preact/hooks";
import { type Emotion, Glossary, type ThinkingPattern } from "../../../api/documents";
import { Modal } from "../../../parts/modal";
import { useAnswer } from "../../../parts/use_answer";
import { Chosen, Slider } from "./correction_fields";
import {
  type Draft,
  draftOf,
  ESTIMATE_AGAIN,
  foreseen,
  MOST_EMOTIONS,
  type Said,
  saidOf,
  type Vector,
} from "./said";
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
  readonly name: string;
  readonly vector: Vector;
  readonly close: () => void;
  readonly correct: (said: Said, vector: Vector) => void;
}

export function Correction({ name, vector, close, correct }: Given) {
  const { correction } = words;
  const [draft, setDraft] = useState<Draft>(() => draftOf(vector));
  const notes = useAnswer(Glossary, {}).data?.viewer.spectrum?.glossary ?? [];
  const label = (key: string) => notes.find((each) => each.key === key)?.label ?? "";
  const named = <Value extends string>(values: readonly Value[]) =>
    values.flatMap((value) => (label(value) ? [{ value, label: label(value) }] : []));
  const said = saidOf(draftOf(vector), draft);
  const noFeeling = said?.emotions?.length === 0;
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });

  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (said && !noFeeling) correct(said, foreseen(vector, said, label));
  };
  return (
    <Modal title={correction.title} close={close} firm>
      <form class="stack" onSubmit={save}>
        <p>
          <strong>{name}</strong>
        </p>
        <p class="soft">{correction.truth}</p>
        <Slider
          name={correction.valence}
          ends={[correction.unpleasant, correction.pleasant]}
          value={draft.valence}
          told={correction.valenceTold(draft.valence)}
          change={(valence) => change({ valence })}
        />
        <Slider
          name={correction.arousal}
          ends={[correction.still, correction.activated]}
          value={draft.arousal}
          told={correction.arousalTold(draft.arousal)}
          change={(arousal) => change({ arousal })}
        />
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
        <div class="row">
          <button type="submit" class="strong" aria-disabled={!said || noFeeling}>
            {correction.save}
          </button>
          {!said && <span class="soft small">{correction.nothing}</span>}
        </div>
        {vector.origin === "PERSON" && (
          <div class="estimate-again">
            <button type="button" onClick={() => correct(ESTIMATE_AGAIN, vector)}>
              {correction.giveBack}
            </button>
            <p class="soft small">{correction.giveBackText}</p>
          </div>
        )}
      </form>
    </Modal>
  );
}
