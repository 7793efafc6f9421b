/** An answer of the control API, asked for again every few seconds while the panel is open and the tab is seen. */
import { useEffect, useState } from 'react';

export interface Answered<T> {
  readonly value: T | null;
  readonly error: string | null;
}

const AGAIN_MS = 3000;

/** `key` says what is asked; a change of it asks anew. */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ value: null, error: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that the question depends on
  useEffect(() => {
    const stop = new AbortController();
    const look = async () => {
      if (document.hidden) return;
      try {
        const value = await ask(stop.signal);
        const keep = (before: Answered<T>) =>
          before.error === null && isSame(before.value, value) ? before : { value, error: null };
        if (!stop.signal.aborted) setAnswered(keep);
      } catch (error) {
        if (!stop.signal.aborted)
          setAnswered((before) => ({
            ...before,
            error: error instanceof Error ? error.message : String(error),
          }));
      }
    };
    void look();
    const timer = setInterval(() => void look(), AGAIN_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [key]);
  return answered;
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
