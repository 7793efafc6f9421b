/**
 * A long list held by pages: a record keeps its place from the oldest on, since a journal only grows at its end, so
 * a page that was full once never changes. Which pages a stretch of rows needs, and what is known of each row. Pure.
 */
import type { EventRange, TimelineRecord } from '@understudy/engine/console';
import type { Filter, Range } from '../state/state.ts';

export const PAGE = 100;

export interface Pages {
  readonly total: number;
  /** The newest record that `total` counts. */
  readonly upToId: number;
  readonly pages: Readonly<Record<number, readonly TimelineRecord[]>>;
}

export const NO_PAGES: Pages = { total: 0, upToId: 0, pages: {} };

export const rowOf = ({ pages }: Pages, index: number): TimelineRecord | undefined =>
  pages[Math.floor(index / PAGE)]?.[index % PAGE];

/** Pages that these rows are on and that are not here, or not whole. */
export function missingPages({ total, pages }: Pages, from: number, to: number): readonly number[] {
  const missing: number[] = [];
  for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to + 1, total); page++) {
    const expected = Math.min(PAGE, total - page * PAGE);
    if ((pages[page]?.length ?? 0) < expected) missing.push(page);
  }
  return missing;
}

/** An answer that is older than what has streamed in since adds what it has and counts for nothing else. */
export function withPage(before: Pages, page: number, { events, total, lastId }: EventRange): Pages {
  const known = before.pages[page] ?? [];
  const pages = { ...before.pages, [page]: events.length >= known.length ? events : known };
  return lastId < before.upToId ? { ...before, pages } : { total, upToId: lastId, pages };
}

/** A record that streamed in: at the end, if the last page is here up to it; else only counted. */
export function withRecord(before: Pages, record: TimelineRecord): Pages {
  if (record.id <= before.upToId) return before;
  const page = Math.floor(before.total / PAGE);
  const records = before.pages[page] ?? [];
  const next = { ...before, total: before.total + 1, upToId: record.id };
  if (records.length !== before.total % PAGE) return next;
  return { ...next, pages: { ...before.pages, [page]: [...records, record] } };
}

export function matches(record: TimelineRecord, filter: Filter, range: Range | null): boolean {
  const { event, subject, because, where, atMs } = record;
  const text = `${event} ${subject} ${because}`.toLowerCase();
  return (
    (filter.where === '' || where === filter.where) &&
    (filter.event === '' || event === filter.event || event.startsWith(`${filter.event}.`)) &&
    text.includes(filter.text.toLowerCase()) &&
    (range === null || (atMs >= range.fromMs && atMs <= range.toMs))
  );
}
