/** An erasure that is over: done, with its receipt; called off; or failed, with what is done about it. */
import { instant } from "../../../words/dates";
import { Receipt } from "./receipt";
import type { Operation } from "./use_erasures";
import { words } from "./words";

export function Ended({ operation }: { operation: Operation }) {
  const { scope, status, receipt, finishedAt, requestedAt, failure } = operation;
  const { title } = words.scopes[scope];
  if (status === "SUCCEEDED" && receipt) return <Receipt receipt={receipt} />;
  return (
    <article class="sheet" aria-labelledby={`ended-${operation.id}`}>
      <h3 id={`ended-${operation.id}`}>{title}</h3>
      {status === "CANCELLED" ? (
        <p class="soft">{words.calledOff(instant(finishedAt ?? requestedAt))}</p>
      ) : (
        <>
          <p>{failure}</p>
          <p class="soft">{words.failed}</p>
        </>
      )}
    </article>
  );
}
