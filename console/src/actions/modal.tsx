/**
 * The browser's own modal dialog: it holds the focus, closes on Escape, and gives the focus back to what opened it.
 * https://html.spec.whatwg.org/multipage/interactive-elements.html#dom-dialog-showmodal
 */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { dispatch } from '../state/store.ts';

export const closeDialog = (): void => dispatch({ type: 'ask', question: null });

export function Modal({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current!;
    const opener = document.activeElement as HTMLElement | null;
    element.showModal();
    return () => {
      element.close();
      if (opener?.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={closeDialog}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
