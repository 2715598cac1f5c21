/** A dialog over the page: opens with the component, gives the focus back to where it came from, closes on Escape or outside. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "./words";

interface Given {
  readonly title: string;
  readonly close: () => void;
  /** A click beside it does not close it: something that was filled in would be lost. */
  readonly firm?: boolean;
  readonly children: ComponentChildren;
}

export function Modal({ title, close, firm = false, children }: Given) {
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
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has Escape and the button; this is the click beside the dialog
    <dialog
      ref={dialog}
      class="no-print"
      aria-labelledby={id}
      onClose={close}
      onClick={(event) => !firm && event.target === event.currentTarget && close()}
    >
      <div class="stack">
        <h2 id={id}>{title}</h2>
        {children}
        <div class="row">
          <button type="button" onClick={close}>
            {words.close}
          </button>
        </div>
      </div>
    </dialog>
  );
}
