/**
 * The state's one home, and how a component reads a part of it: it is drawn again only when that part has changed.
 */
import { useRef, useSyncExternalStore } from 'react';
import { type Action, initialState, reduce, type State } from './state.ts';

let state = initialState;
const listeners = new Set<() => void>();

export function dispatch(action: Action): void {
  const next = reduce(state, action);
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

export const currentState = (): State => state;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** `read` may build a value: one that says the same as the last is the last. */
export function useStore<T>(read: (state: State) => T): T {
  const last = useRef<{ readonly value: T; readonly text: string } | null>(null);
  return useSyncExternalStore(subscribe, () => {
    const value = read(state);
    if (last.current && Object.is(last.current.value, value)) return value;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (last.current && typeof value === 'object' && last.current.text === text) return last.current.value;
    last.current = { value, text };
    return value;
  });
}
