/** A question over the page. The browser keeps the focus in it, and gives it back to what had it before. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "./words";

interface Given {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** Shown as long as it is rendered. Escape and the button call `close`. */
export function Dialog({ title, close, children }: Given) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const opener = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div class="stack">
        <div class="row apart dialog-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" class="quiet" onClick={close}>
            {words.close}
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
