/** Everything that is held of a person, to take with them. */
import { useCopy } from "./use_copy";
import { words } from "./words";

export function Copy() {
  const { bytes, told, take, stop } = useCopy();
  const running = bytes !== null;
  return (
    <>
      <p>{words.lead}</p>
      <section class="notice" aria-labelledby="warning-title">
        <h2 id="warning-title">{words.warning.title}</h2>
        <p>{words.warning.text}</p>
      </section>
      <section class="sheet" aria-labelledby="inside-title">
        <h2 id="inside-title">{words.what}</h2>
        <ul class="inside">
          {Object.entries(words.inside).map(([key, told]) => (
            <li key={key}>{told}</li>
          ))}
        </ul>
        <p class="soft">{words.often}</p>
        <div class="row">
          <button type="button" class="strong" aria-disabled={running} onClick={() => running || void take()}>
            {words.take}
          </button>
          {running && (
            <button type="button" onClick={stop}>
              {words.stop}
            </button>
          )}
        </div>
        {running && (
          <>
            <progress aria-label={words.take} />
            <p class="soft small numbers">{bytes === 0 ? words.asking : words.coming(words.size(bytes))}</p>
          </>
        )}
        <p role="status" class={told ? "notice" : "unseen-by-eye"}>
          {told}
        </p>
      </section>
    </>
  );
}
