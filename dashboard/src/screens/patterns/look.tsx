/** One pattern, feeling or other part looked at: what it means, how often, where those sessions were, and a small step. */
import { useState } from "preact/hooks";
import { type DistributionDimension, Glossary, type SuggestedAction } from "../../api/documents";
import { wish } from "../../api/host";
import { estimateText, shareText, withheldText } from "../../parts/estimate";
import { Modal } from "../../parts/modal";
import { Skeleton } from "../../parts/skeleton";
import { useAnswer } from "../../parts/use_answer";
import { WhyUnclear } from "../../parts/why_unclear";
import { words as common } from "../../parts/words";
import { points } from "../../words/dates";
import type { Slice } from "./patterns";
import { words } from "./words";

const { look } = words;

interface Given {
  readonly by: DistributionDimension;
  readonly slice: Slice;
  readonly close: () => void;
}

export function Look({ by, slice, close }: Given) {
  const explained = by === "PATTERN" || by === "EMOTION";
  return (
    <Modal title={slice.label} close={close}>
      {explained && <Meaning of={slice.key} />}
      <Often slice={slice} />
      <Place affect={slice.affect} />
      {by === "PATTERN" && (
        <Step text={look.turnText} button={look.turn} action="OPEN_TURN" noApp={look.turnNoApp} />
      )}
      {by === "EMOTION" && (
        <Step text={look.mirrorText} button={look.mirror} action="OPEN_MIRROR" noApp={look.mirrorNoApp} />
      )}
    </Modal>
  );
}

/** The glossary's sentence. A key that has none, such as the rest, is not explained. */
function Meaning({ of }: { of: string }) {
  const { data, failure } = useAnswer(Glossary, {});
  if (data) {
    const entry = data.viewer.spectrum?.glossary.find(({ key }) => key === of);
    return entry ? <p class="prose">{entry.description}</p> : null;
  }
  return failure ? <p class="soft">{look.glossary}</p> : <Skeleton heights={["3.5rem"]} />;
}

function Often({ slice: { count, share, vsBaseline } }: { slice: Slice }) {
  return (
    <section>
      <h3>{look.often}</h3>
      {count === null || share.value === null ? (
        <p>{withheldText(share)}</p>
      ) : (
        <>
          <p>{common.of(count, share.sampleCount)}</p>
          <p class="soft">{look.share(shareText(share))}</p>
        </>
      )}
      {vsBaseline && (
        <>
          <p class="soft">
            {capital(words.usual[vsBaseline.direction])}.{" "}
            {words.points(estimateText(vsBaseline.difference, points))}
          </p>
          <WhyUnclear of={[vsBaseline]} />
        </>
      )}
    </section>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function Place({ affect: { valence, arousal } }: { affect: Slice["affect"] }) {
  return (
    <section>
      <h3>{look.place}</h3>
      <ul class="plain-list">
        <li>{look.valence(estimateText(valence))}</li>
        <li>{look.arousal(estimateText(arousal))}</li>
      </ul>
      <p class="soft small">
        {look.scale} {look.together}
      </p>
    </section>
  );
}

interface Offer {
  readonly text: string;
  readonly button: string;
  readonly action: SuggestedAction;
  readonly noApp: string;
}

function Step({ text, button, action, noApp }: Offer) {
  const [alone, setAlone] = useState(false);
  return (
    <section class="stack">
      <div>
        <h3>{look.step}</h3>
        <p>{text}</p>
      </div>
      <div class="row">
        <button type="button" class="strong" onClick={() => setAlone(!wish({ type: "open", action }))}>
          {button}
        </button>
      </div>
      <p role="status" class="soft">
        {alone && noApp}
      </p>
    </section>
  );
}
