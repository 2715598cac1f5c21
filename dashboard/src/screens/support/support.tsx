/** Where to turn when things are heavy: calm words and ways to people. Asks nothing, draws nothing, and tells nobody. */
import { useState } from "preact/hooks";
import { hasHost, wish } from "../../api/host";
import { TitledPage } from "../../parts/screen";
import "./support.css";
import { words } from "./words";

const DIRECTORY = "https://findahelpline.com";

export function Support() {
  const { danger, talk, near, now, honest } = words;
  return (
    <TitledPage title={words.title}>
      <div class="support">
        <p class="prose">{words.opening}</p>
        <section class="sheet support-first" aria-labelledby="danger-title">
          <h2 id="danger-title">{danger.title}</h2>
          <p>{danger.text}</p>
        </section>
        <section class="sheet" aria-labelledby="talk-title">
          <h2 id="talk-title">{talk.title}</h2>
          <p>{talk.text}</p>
          <div class="row">
            <a class="button strong" href={DIRECTORY} target="_blank" rel="noopener noreferrer external">
              {talk.link}
              <span aria-hidden="true">↗</span>
            </a>
            {hasHost() && <OfTheApp />}
          </div>
          <p class="soft small">{talk.leaves}</p>
        </section>
        <section class="stack" aria-labelledby="near-title">
          <h2 id="near-title">{near.title}</h2>
          <p>{near.text}</p>
        </section>
        <section class="stack" aria-labelledby="now-title">
          <h2 id="now-title">{now.title}</h2>
          <ul class="support-steps">
            {now.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ul>
        </section>
        <section class="stack support-honest" aria-labelledby="honest-title">
          <h2 id="honest-title">{honest.title}</h2>
          <p class="soft">{honest.told}</p>
          <p class="soft">{honest.scored}</p>
          <p class="soft">{honest.watched}</p>
        </section>
      </div>
    </TitledPage>
  );
}

function OfTheApp() {
  const [said, setSaid] = useState("");
  const { talk } = words;
  return (
    <>
      <button
        type="button"
        onClick={() => wish({ type: "open", action: "SEE_SUPPORT" }) && setSaid(talk.opening)}
      >
        {talk.app}
      </button>
      <p role="status" class="soft small">
        {said}
      </p>
    </>
  );
}
