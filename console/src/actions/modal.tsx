/**
 * The browser's own modal dialog: it holds the focus, closes on Escape, and gives the focus back to what opened it.
 * https://html.spec.whatwg.org/multipage/interactive-elements.html#dom-dialog-showmodal
 */
import { type ReactNode, type SyntheticEvent, useEffect, useId, useRef } from 'react';
import { dispatch } from '../state/store.ts';

export const closeDialog = (): void => dispatch({ type: 'ask', question: null });

/** At once: the browser's own closing is told by an event of later, which would close what was asked meanwhile. */
const cancelled = (event: SyntheticEvent): void => {
  event.preventDefault();
  closeDialog();
};

export function Modal({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current!;
    const opener = document.activeElement as HTMLElement | null;
    element.showModal();
    return () => {
      element.close();
      // What opened it may be gone with what it asked for: a banner's button, once it is answered.
      if (opener?.isConnected) opener.focus();
      else if (document.activeElement === document.body)
        document.querySelector<HTMLElement>('.stage')?.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onCancel={cancelled} onClose={closeDialog}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
