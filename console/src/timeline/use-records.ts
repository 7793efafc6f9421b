/** The timeline's records by pages: asked for as rows come into sight, grown by what streams in. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { get } from '../live/api.ts';
import type { Filter, Range } from '../state/state.ts';
import { currentState, useStore } from '../state/store.ts';
import { matches, missingPages, NO_PAGES, PAGE, type Pages, withPage, withRecord } from './window.ts';

export interface Records {
  readonly pages: Pages;
  readonly error: string | null;
  /** Rows that are in sight; their pages are fetched. */
  see(from: number, to: number): void;
}

export function useRecords(filter: Filter, range: Range | null): Records {
  const [pages, setPages] = useState<Pages>(NO_PAGES);
  const [error, setError] = useState<string | null>(null);
  const [again, setAgain] = useState(0);
  const heard = useStore((state) => state.heard);
  const seen = useRef(0);
  const asked = useRef(new Set<number>());
  const stop = useRef(new AbortController());

  const load = useCallback(
    async (page: number): Promise<number> => {
      const { signal } = stop.current;
      asked.current.add(page);
      try {
        const query = { ...filter, ...range, offset: page * PAGE, limit: PAGE };
        const answer = await get('/api/events', query, signal);
        setPages((before) => withPage(before, page, answer));
        setError(null);
        return answer.total;
      } catch (problem) {
        if (!signal.aborted) setError(problem instanceof Error ? problem.message : String(problem));
        return 0;
      } finally {
        asked.current.delete(page);
      }
    },
    [filter, range],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks for everything anew
  useEffect(() => {
    stop.current = new AbortController();
    asked.current.clear();
    seen.current = currentState().heard;
    setPages(NO_PAGES);
    void load(0).then((total) => (total > PAGE ? load(Math.floor((total - 1) / PAGE)) : total));
    return () => stop.current.abort();
  }, [load, again]);

  useEffect(() => {
    const { tail } = currentState();
    const fresh = heard - seen.current;
    seen.current = heard;
    if (fresh > tail.length) return setAgain((count) => count + 1);
    const fitting = tail.slice(tail.length - fresh).filter((record) => matches(record, filter, range));
    if (fitting.length > 0) setPages((before) => fitting.reduce(withRecord, before));
  }, [heard, filter, range]);

  const see = (from: number, to: number): void => {
    for (const page of missingPages(pages, from, to)) if (!asked.current.has(page)) void load(page);
  };
  return { pages, error, see };
}
