/** Erasing: what can be erased, what is being erased, and the proof of what was. */
import { useEffect, useRef } from "preact/hooks";
import type { Room } from "../control";
import { Ended } from "./ended";
import { ResetForm } from "./reset_form";
import { Running } from "./running";
import { isOpen } from "./use_erasures";
import { words } from "./words";

export function Resetting({ viewer, answered, begun }: Room) {
  const open = viewer.operations.nodes.find(isOpen);
  const ended = viewer.operations.nodes.filter((each) => !isOpen(each));
  const heading = useRef<HTMLHeadingElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !open) heading.current?.focus();
    wasOpen.current = open !== undefined;
  }, [open]);
  return (
    <>
      {open ? <Running key={open.id} operation={open} again={answered.again} /> : <ResetForm begun={begun} />}
      {ended.length > 0 && (
        <section class="stack" aria-labelledby="ended-title">
          <h2 id="ended-title" ref={heading} tabIndex={-1}>
            {words.before}
          </h2>
          {ended.map((each) => (
            <Ended key={each.id} operation={each} />
          ))}
        </section>
      )}
    </>
  );
}
