/** Stopping the reading of new sessions, and taking it up again. */
import { Pause } from "../../api/documents";
import { Refusals } from "../../parts/refusals";
import { useChange, useProposed } from "../../parts/use_change";
import type { Viewer } from "./control";
import { words } from "./words";

export function Pausing({ viewer: { spectrum } }: { viewer: Viewer }) {
  const { pause } = words;
  const { busy, refused, send } = useChange(Pause);
  const { shown, propose } = useProposed(spectrum?.state ?? null);
  const paused = shown === "PAUSED";
  const turn = () => send({ paused: !paused }, propose(paused ? "READY" : "PAUSED"));
  return (
    <section class="sheet" aria-labelledby="pause-title">
      <h3 id="pause-title">{pause.title}</h3>
      {shown === null && <p class="soft">{pause.without}</p>}
      {shown === "REBUILDING" && <p class="soft">{pause.erasing}</p>}
      {shown !== null && shown !== "REBUILDING" && (
        <>
          <p role="status">{paused ? pause.paused : pause.running}</p>
          <p class="soft small">{pause.explain}</p>
          <div class="row">
            <button
              type="button"
              class={paused ? "strong" : ""}
              aria-disabled={busy}
              onClick={() => busy || turn()}
            >
              {paused ? pause.resume : pause.pause}
            </button>
          </div>
        </>
      )}
      <Refusals refused={refused} />
    </section>
  );
}
