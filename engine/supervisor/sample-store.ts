/**
 * Samples of the last day, in SQLite, so that charts have a past after the supervisor was started again: each one
 * for an hour, one every ten seconds before that. Times are AWS time.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Sample } from '../console/api.ts';
import { thinned } from '../console/samples.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OLD_STEP_MS = 10_000;
/** Old samples are thinned as often as this. */
const THIN_EVERY_MS = 10 * 60_000;

export interface SampleStore {
  add(sample: Sample): void;
  /** Oldest first, both ends included. */
  read(fromMs: number, toMs: number): readonly Sample[];
  close(): void;
}

export function openSamples(file: string): SampleStore {
  const database = new DatabaseSync(file);
  // A chart's points are worth no sync to disk; a kill may cost some of them.
  database.exec(`
    PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA busy_timeout=5000;
    CREATE TABLE IF NOT EXISTS samples (at_ms INTEGER PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;`);
  const insert = database.prepare('INSERT OR REPLACE INTO samples (at_ms, document) VALUES (?, ?)');
  const range = database.prepare('SELECT document FROM samples WHERE at_ms BETWEEN ? AND ? ORDER BY at_ms');
  const erase = database.prepare('DELETE FROM samples WHERE at_ms BETWEEN ? AND ?');
  let thinnedMs: number | undefined;
  const read = (fromMs: number, toMs: number): readonly Sample[] =>
    (range.all(Math.ceil(fromMs), Math.floor(toMs)) as { document: string }[]).map(
      ({ document }) => JSON.parse(document) as Sample,
    );
  const put = (sample: Sample): void => void insert.run(Math.round(sample.atMs), JSON.stringify(sample));
  const thin = (nowMs: number): void => {
    const fromMs = Math.floor(nowMs - DAY_MS);
    erase.run(0, fromMs);
    // What was thinned before is past over; a little is read twice, and stays as it is.
    const sinceMs = Math.max(fromMs, (thinnedMs ?? 0) - HOUR_MS - OLD_STEP_MS);
    const toMs = Math.floor((nowMs - HOUR_MS) / OLD_STEP_MS) * OLD_STEP_MS - 1;
    const few = thinned(read(sinceMs, toMs), OLD_STEP_MS);
    database.exec('BEGIN');
    erase.run(sinceMs, toMs);
    for (const sample of few) put(sample);
    database.exec('COMMIT');
    thinnedMs = nowMs;
  };
  return {
    add: (sample) => {
      put(sample);
      if (thinnedMs === undefined || sample.atMs - thinnedMs > THIN_EVERY_MS) thin(sample.atMs);
    },
    read,
    close: () => database.close(),
  };
}
