/** When the newest card asks to see support, that comes first, and pictures only when they are asked for. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { sayUnseen } from "../../parts/use_unseen";
import type { Spectrum } from "./landscape";
import { words } from "./words";

export function SupportFirst({
  spectrum: { insightFeed },
  children,
}: {
  spectrum: Spectrum;
  children: ComponentChildren;
}) {
  const [asked, setAsked] = useState(false);
  useEffect(() => sayUnseen(insightFeed.unseenCount), [insightFeed.unseenCount]);
  const newest = insightFeed.nodes[0];
  if (newest?.suggestion?.action !== "SEE_SUPPORT" || asked) return <>{children}</>;
  const { support } = words;
  return (
    <section class="sheet">
      <h2>{support.title}</h2>
      <p class="prose">{support.text}</p>
      <div class="row">
        <a class="button strong" href="/app/support">
          {support.open}
        </a>
        <button type="button" class="quiet" onClick={() => setAsked(true)}>
          {support.pictures}
        </button>
      </div>
    </section>
  );
}
