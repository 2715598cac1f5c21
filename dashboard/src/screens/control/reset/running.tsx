/** An erasure that waits or runs: how long it can still be called off, and how far it is. */
import { useEffect, useRef } from "preact/hooks";
import { CancelReset } from "../../../api/documents";
import { Refusals } from "../../../parts/refusals";
import { useChange } from "../../../parts/use_change";
import { useNow } from "../../../parts/use_now";
import { instant } from "../../../words/dates";
import type { Operation } from "./use_erasures";
import { words } from "./words";

export function Running({ operation, again }: { operation: Operation; again: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="sheet" aria-labelledby="running-title">
      <h2 id="running-title" ref={heading} tabIndex={-1}>
        {words.scopes[operation.scope].title}
      </h2>
      {operation.status === "SCHEDULED" ? (
        <Waiting operation={operation} again={again} />
      ) : (
        <>
          <p role="status">{operation.progress > 0 ? words.counting : words.erasing}</p>
          <progress max={1} value={operation.progress || undefined} aria-label={words.progress} />
        </>
      )}
    </section>
  );
}

function Waiting({ operation, again }: { operation: Operation; again: () => void }) {
  const { busy, refused, send } = useChange(CancelReset);
  const until = Date.parse(operation.cancellableUntil);
  const left = Math.max(0, Math.ceil((until - useNow(true)) / 1000));
  const over = left === 0;
  useEffect(() => {
    if (over) again();
  }, [over]);
  return (
    <>
      <p role="status">{over ? words.beginsNow : words.begins(instant(until))}</p>
      {!over && (
        <p class="countdown" role="timer" aria-live="off">
          {clock(left)}
        </p>
      )}
      {!over && <progress max={600} value={Math.min(left, 600)} aria-label={words.left} />}
      <p class="soft">{words.untilThen}</p>
      <div class="row">
        <button
          type="button"
          class="strong"
          aria-disabled={busy}
          onClick={() => busy || void send({ operationId: operation.id })}
        >
          {words.callOff}
        </button>
      </div>
      <Refusals refused={refused} />
    </>
  );
}

/** 9:05. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
