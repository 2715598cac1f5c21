/** What sentences rest on: a dialog with each number, its interval, one's usual, the sessions counted, and whether it still holds. */
import { useEffect, useRef } from "preact/hooks";
import { EvidenceNumber } from "./evidence_number";
import { words } from "./evidence_words";
import { Failure } from "./failure";
import "./evidence.css";
import { Skeleton } from "./skeleton";
import { useEvidence } from "./use_evidence";

/** Open for as long as it is drawn. `close` is called when the reader closes it, after the focus went back. */
export function EvidenceDrawer({ ids, close }: { ids: readonly string[]; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { found, isWaiting, gone, failure, again } = useEvidence(ids);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="drawer" aria-labelledby="evidence-title" closedby="any" onClose={close}>
      <header class="row apart drawer-head">
        <h2 id="evidence-title">{words.title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.close}
        </button>
      </header>
      <div class="drawer-body" aria-busy={isWaiting}>
        {failure && <Failure failure={failure} again={again} />}
        {found.map(({ evidence, reading }) => (
          <EvidenceNumber key={evidence.id} evidence={evidence} reading={reading} />
        ))}
        {isWaiting && (
          <>
            <span class="unseen-by-eye" role="status">
              {words.loading}
            </span>
            <Skeleton heights={["14rem"]} />
          </>
        )}
        {gone > 0 && <p class="soft">{words.gone}</p>}
        {found.length > 0 && (
          <p>
            <a class="button" href="/app/control">
              {words.control}
            </a>
          </p>
        )}
      </div>
    </dialog>
  );
}
