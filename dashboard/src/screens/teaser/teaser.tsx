/** What somebody without Spectrum sees: what it would show, by an example that says so, and that their own data are free to take. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Teaser as TeaserDocument, type TeaserQuery } from "../../api/documents";
import { wish } from "../../api/host";
import { useHome } from "../../home";
import { Failure } from "../../parts/failure";
import { TitledPage } from "../../parts/screen";
import { Skeleton } from "../../parts/skeleton";
import { useAnswer } from "../../parts/use_answer";
import { Example } from "./example";
import { words } from "./words";

export type Teased = NonNullable<TeaserQuery["viewer"]["spectrumTeaser"]>;

export function Teaser() {
  const { data, failure, again } = useAnswer(TeaserDocument, {});
  const teaser = data?.viewer.spectrumTeaser;
  return (
    <TitledPage title={teaser?.headline ?? words.title}>
      {failure && !data && <Failure failure={failure} again={again} />}
      {!failure && !data && <Skeleton heights={["7rem", "min(100vw, 28rem)"]} />}
      {teaser && <Shown teaser={teaser} />}
      <Free />
    </TitledPage>
  );
}

function Shown({
  teaser: { impressionToken, body, eligibleSessions, exampleLandscape },
}: {
  teaser: Teased;
}) {
  const { outbox } = useHome();
  const told = useRef(false);
  useEffect(() => {
    if (told.current) return;
    told.current = true;
    void outbox.add("TEASER_SHOWN", { impressionToken });
  }, [impressionToken]);
  return (
    <>
      <p class="prose">{body}</p>
      <div>
        <p>{words.sessions(eligibleSessions)}</p>
        {eligibleSessions > 0 && <p class="soft small">{words.unread}</p>}
      </div>
      <Example landscape={exampleLandscape} />
      <Upgrade impressionToken={impressionToken} />
    </>
  );
}

/** One button, once. The app shows what it costs; in a browser there is a sentence that says where that is. */
function Upgrade({ impressionToken }: { impressionToken: string }) {
  const { outbox } = useHome();
  const [said, setSaid] = useState("");
  const tapped = () => {
    void outbox.add("TEASER_TAPPED", { impressionToken });
    const isOpening = wish({ type: "upgrade", impressionToken });
    if (isOpening) void outbox.add("PAYWALL_SHOWN", { impressionToken });
    setSaid(isOpening ? words.asked : words.where);
  };
  return (
    <div class="stack">
      <div class="row">
        <button type="button" class="strong" onClick={tapped}>
          {words.upgrade}
        </button>
      </div>
      <p role="status" class="soft">
        {said}
      </p>
      <p class="soft small">{words.later}</p>
    </div>
  );
}

function Free() {
  const { free } = words;
  return (
    <section class="sheet" aria-labelledby="free-title">
      <h2 id="free-title">{free.title}</h2>
      <p>{free.text}</p>
      <p>
        <a class="button" href="/app/control">
          {free.link}
        </a>
      </p>
    </section>
  );
}
