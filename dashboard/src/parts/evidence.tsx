/** What sentences rest on: a dialog with each number, its interval, one's usual, the sessions counted, and whether it still holds. */
import { EvidenceNumber } from "./evidence_number";
import { words } from "./evidence_words";
import { Failure } from "./failure";
import "./evidence.css";
import { Modal } from "./modal";
import { Skeleton } from "./skeleton";
import { useEvidence } from "./use_evidence";

/** Open for as long as it is drawn. */
export function EvidenceDrawer({ ids, close }: { ids: readonly string[]; close: () => void }) {
  const { found, isWaiting, gone, failure, again } = useEvidence(ids);
  return (
    <Modal title={words.title} close={close} drawer>
      <div class="drawer-body" aria-busy={isWaiting}>
        {failure && <Failure failure={failure} again={again} />}
        {found.map(({ evidence, reading }) => (
          <EvidenceNumber key={evidence.id} evidence={evidence} reading={reading} />
        ))}
        {isWaiting && <Skeleton heights={["14rem"]} />}
        {gone > 0 && <p class="soft">{words.gone}</p>}
        {found.length > 0 && (
          <p>
            <a class="button" href="/app/control">
              {words.control}
            </a>
          </p>
        )}
      </div>
    </Modal>
  );
}
