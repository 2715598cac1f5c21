/** What to leave out: a session, some days, or all of a source. */
import type { Source } from "../../../api/documents";
import { ChooseOne } from "../../../parts/choice";
import { today } from "../../../words/dates";
import { sources } from "../../../words/sources";
import { SessionPages } from "../sessions/session_pages";
import { SessionText } from "../sessions/session_row";
import { words as sessionWords } from "../sessions/words";
import type { Draft, Kind } from "./target";
import { words } from "./words";

interface Given {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}

const KINDS = (Object.entries(words.kinds) as [Kind, string][]).map(([value, label]) => ({ value, label }));
const SOURCES = (Object.entries(sources) as [Source, string][]).map(([value, label]) => ({
  value,
  label,
}));

export function Choosing({ draft, change }: Given) {
  return (
    <>
      <ChooseOne
        legend={words.what}
        name="kind"
        options={KINDS}
        chosen={draft.kind}
        choose={(kind) => change({ kind })}
      />
      {draft.kind === "session" && <OneSession draft={draft} change={change} />}
      {draft.kind === "dates" && <Days draft={draft} change={change} />}
      {draft.kind === "source" && (
        <>
          <ChooseOne
            legend={words.which}
            name="source"
            options={SOURCES}
            chosen={draft.source}
            choose={(source) => change({ source })}
          />
          <p class="soft small">{words.sourceText}</p>
        </>
      )}
    </>
  );
}

function OneSession({ draft: { session }, change }: Given) {
  if (session)
    return (
      <div class="stack picked">
        <p class="soft small">{words.chosen}</p>
        <SessionText session={session} />
        <div class="row">
          <button type="button" class="quiet" onClick={() => change({ session: null })}>
            {words.another}
          </button>
        </div>
      </div>
    );
  return (
    <fieldset class="pick">
      <legend>{words.choose}</legend>
      <SessionPages size={8}>
        {(each) => (
          <label class="check">
            <input
              type="radio"
              name="session"
              disabled={each.exclusions.length > 0}
              onChange={() => change({ session: each })}
            />
            <span class="grows">
              <SessionText session={each} />
              {each.exclusions.length > 0 && <span class="soft small">{sessionWords.leftOut}</span>}
            </span>
          </label>
        )}
      </SessionPages>
    </fieldset>
  );
}

function Days({ draft: { from, to }, change }: Given) {
  return (
    <div class="row fields">
      <label class="field">
        {words.from}
        <input
          type="date"
          value={from}
          max={today()}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        {words.to}
        <input type="date" value={to} onChange={(event) => change({ to: event.currentTarget.value })} />
      </label>
    </div>
  );
}
