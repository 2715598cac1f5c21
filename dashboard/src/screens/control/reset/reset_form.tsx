/** What to erase, from when on, and the word that says that it is meant. */
import { useState } from "preact/hooks";
import { Reset, type ResetScope } from "../../../api/documents";
import { Refusals } from "../../../parts/refusals";
import { useChange } from "../../../parts/use_change";
import { words } from "./words";

const SCOPES = Object.entries(words.scopes) as [ResetScope, (typeof words.scopes)[ResetScope]][];
const WORD = "RESET";

export function ResetForm({ begun }: { begun: (id: string) => void }) {
  const [scope, setScope] = useState<ResetScope>("DERIVED");
  const [immediately, setImmediately] = useState(false);
  const [confirmation, setConfirmation] = useState("");
  const { busy, refused, send, forget } = useChange(Reset, { once: true });

  const erase = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const answer = await send({ scope, immediately, confirmation: confirmation.trim() });
    if (answer?.operation) begun(answer.operation.id);
  };
  return (
    <form class="stack" onSubmit={erase} noValidate>
      <p>{words.lead}</p>
      <fieldset class="stack">
        <legend class="unseen-by-eye">{words.scope}</legend>
        {SCOPES.map(([value, { title, goes, stays }]) => (
          <label key={value} class="sheet scope">
            <input type="radio" name="scope" checked={scope === value} onChange={() => setScope(value)} />
            <span class="stack">
              <strong>{title}</strong>
              <span class="soft">{goes}</span>
              <span class="soft">{stays}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <section class="sheet" aria-labelledby="when-title">
        <h2 id="when-title">{words.when}</h2>
        <fieldset>
          <legend class="unseen-by-eye">{words.when}</legend>
          <label class="check">
            <input type="radio" name="when" checked={!immediately} onChange={() => setImmediately(false)} />
            {words.later}
          </label>
          <label class="check">
            <input type="radio" name="when" checked={immediately} onChange={() => setImmediately(true)} />
            {words.atOnce}
          </label>
        </fieldset>
        <div class="row apart">
          <p class="soft">{words.copyFirst}</p>
          <a class="button" href="/app/control/copy">
            {words.toCopy}
          </a>
        </div>
        <label class="field confirm">
          <span>
            {words.type} <strong class="typed">{WORD}</strong>
          </span>
          <input
            type="text"
            name="confirmation"
            value={confirmation}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            onInput={(event) => {
              setConfirmation(event.currentTarget.value);
              if (refused.length > 0) forget();
            }}
          />
        </label>
        <Refusals refused={refused} />
        <div class="row">
          <button type="submit" class="strong" aria-disabled={busy}>
            {immediately
              ? words.eraseNow(words.scopes[scope].title)
              : words.eraseLater(words.scopes[scope].title)}
          </button>
        </div>
      </section>
    </form>
  );
}
