/** A dialog over the page. Escape and a click beside it close it; the focus stays inside and then goes back. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";
import "./overlay.css";

export interface OverlayProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Overlay({ title, onClose, children }: OverlayProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    // A modal <dialog> keeps the focus and gives it back by itself: when it is closed, not when it is taken away.
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does what the click beside it does.
    <dialog
      class="overlay"
      ref={dialog}
      aria-label={title}
      onCancel={(event) => {
        // It goes at once, not when the browser has closed it: the next key may open another.
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // The browser may close it unasked; what is told late is of one that has gone.
        if (dialog.current !== null) onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div class="overlay-body">
        <header class="overlay-head">
          <h2>{title}</h2>
          <button type="button" class="button plain tool" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
