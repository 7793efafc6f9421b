/** Every record of the journal with its reason: filtered, as long as a day, and only what is in sight is drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { dispatch, useStore } from '../state/store.ts';
import { clockText, countText } from '../words/format.ts';
import { Filters } from './filters.tsx';
import { RecordDetail, RecordRow } from './record-row.tsx';
import { useRecords } from './use-records.ts';
import { rowOf } from './window.ts';

const ROW_HEIGHT = 52;

export function Timeline() {
  const filter = useStore((state) => state.filter);
  const range = useStore((state) => state.range);
  const { pages, error, see } = useRecords(filter, range);
  const [openId, setOpen] = useState<number | null>(null);
  const [isFollowing, setFollowing] = useState(true);
  const scroller = useRef<HTMLElement>(null);
  const lastTop = useRef(0);
  const rows = useVirtualizer({
    count: pages.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is missing is asked for when rows come into sight
  useEffect(() => see(first, last), [first, last, pages.total]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest record is kept in sight while it is followed
  useEffect(() => {
    if (isFollowing && pages.total > 0) rows.scrollToIndex(pages.total - 1, { align: 'end' });
  }, [pages.total, isFollowing]);
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current!;
    // Rows that are added move the end away, which is not a person scrolling up.
    const isUpwards = scrollTop < lastTop.current;
    lastTop.current = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < ROW_HEIGHT) setFollowing(true);
    else if (isUpwards) setFollowing(false);
  };
  const open =
    openId === null
      ? undefined
      : items.map(({ index }) => rowOf(pages, index)).find((row) => row?.id === openId);
  return (
    <section className="timeline" aria-label="Timeline">
      <div className="timeline-head">
        <h2>Timeline</h2>
        <span className="timeline-count">{countText(pages.total)}</span>
        {!isFollowing && (
          <button type="button" className="timeline-newest" onClick={() => setFollowing(true)}>
            ↓ newest
          </button>
        )}
      </div>
      <Filters />
      {range && (
        <p className="timeline-range">
          {clockText(range.fromMs)}–{clockText(range.toMs)}
          <button type="button" onClick={() => dispatch({ type: 'range', range: null })}>
            all times
          </button>
        </p>
      )}
      {error && (
        <p className="problem" role="alert">
          {error}
        </p>
      )}
      <section
        className="timeline-rows"
        ref={scroller}
        onScroll={scrolled}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        aria-label="Records"
      >
        <ol style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <RecordRow
              key={index}
              record={rowOf(pages, index)}
              position={index + 1}
              total={pages.total}
              top={start}
              height={ROW_HEIGHT}
              openId={openId}
              onOpen={setOpen}
            />
          ))}
        </ol>
      </section>
      {open && <RecordDetail record={open} onClose={() => setOpen(null)} />}
    </section>
  );
}
