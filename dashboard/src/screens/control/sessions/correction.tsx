/** A person's own word on a session: two sliders, the feelings and the patterns that were there. */
import { useState } from "preact/hooks";
import { Glossary } from "../../../api/documents";
import { Modal } from "../../../parts/modal";
import { useAnswer } from "../../../parts/use_answer";
import { Choices, labelIn } from "./correction_choices";
import { Slider } from "./correction_fields";
import { type Draft, draftOf, ESTIMATE_AGAIN, foreseen, type Said, saidOf, type Vector } from "./said";
import { words } from "./words";

interface Given {
  readonly name: string;
  readonly vector: Vector;
  readonly close: () => void;
  readonly correct: (said: Said, vector: Vector) => void;
}

export function Correction({ name, vector, close, correct }: Given) {
  const { correction } = words;
  const [draft, setDraft] = useState<Draft>(() => draftOf(vector));
  const glossary = useAnswer(Glossary, {});
  const label = (key: string) => labelIn(glossary.data, key);
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
        <Choices glossary={glossary} draft={draft} noFeeling={noFeeling} change={change} />
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
