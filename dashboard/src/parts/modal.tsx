/**
 * A dialog over the page: opens with the component, gives the focus back to where it came from, and closes by its button,
 * by Escape, and by a click beside it.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import "./modal.css";
import { words } from "./words";

interface Given {
  readonly title: string;
  readonly close: () => void;
  /** A click beside it does not close it: something that was filled in would be lost. */
  readonly firm?: boolean;
  /** For something long to read: the title and the button stay in sight above it. */
  readonly drawer?: boolean;
  readonly children: ComponentChildren;
}

export function Modal({ title, close, firm = false, drawer = false, children }: Given) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const heading = <h2 id={id}>{title}</h2>;
  const button = (
    <button type="button" onClick={close}>
      {words.close}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has Escape and the button; this is the click beside the dialog
    <dialog
      ref={dialog}
      class={drawer ? "drawer no-print" : "no-print"}
      aria-labelledby={id}
      onClose={close}
      onClick={(event) => !firm && isBeside(event) && close()}
    >
      {drawer ? (
        <>
          <header class="row apart drawer-head">
            {heading}
            {button}
          </header>
          {children}
        </>
      ) : (
        <div class="stack">
          {heading}
          {children}
          <div class="row">{button}</div>
        </div>
      )}
    </dialog>
  );
}

/** Whether a click on the dialog fell on what is behind it, and not on the dialog's own margin. */
function isBeside({ target, currentTarget, clientX, clientY }: MouseEvent): boolean {
  if (target !== currentTarget || !(target instanceof HTMLElement)) return false;
  const { left, right, top, bottom } = target.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
