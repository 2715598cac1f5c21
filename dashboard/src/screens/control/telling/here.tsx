/** A switch for this browser, and how it stands in a sentence. Nothing asks for permission before it is touched. */
import type { ToldHere } from "./use_here";
import { words } from "./words";

export function Here({
  here: { answer, busy, begin, end },
  isSilent,
}: {
  here: ToldHere;
  isSilent: boolean;
}) {
  const { here: told } = words;
  const isOn = answer === "ON";
  const isPossible = answer !== null && answer !== "UNSUPPORTED" && answer !== "DENIED";
  return (
    <section class="sheet" aria-labelledby="here-title">
      <h2 id="here-title">{told.title}</h2>
      {isPossible && (
        <label class="check">
          <input
            type="checkbox"
            checked={isOn}
            aria-disabled={busy}
            onClick={(event) => busy && event.preventDefault()}
            onChange={(event) => {
              // it shows how things stand, which the answer alone changes
              event.currentTarget.checked = isOn;
              void (isOn ? end() : begin());
            }}
          />
          {told.label}
        </label>
      )}
      <p class="soft" role="status">
        {busy || answer === null ? told.waiting : told.answers[answer]}
      </p>
      {isOn && isSilent && <p class="soft small">{told.silent}</p>}
    </section>
  );
}
