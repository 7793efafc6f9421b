/**
 * The system's journal: every transition that a person would want on a timeline, in the order in which it was
 * heard, kept in SQLite. Readers ask for a range or follow from a number on, so that a lost connection
 * resumes without a gap.
 */
import { DatabaseSync } from 'node:sqlite';
import type { JournalRecord, JsonObject } from '../services/contract.ts';
import { conditionOf, type EventAsk } from './journal-range.ts';

export interface NumberedRecord extends JournalRecord {
  readonly id: number;
}

export interface JournalStore {
  append(record: JournalRecord): void;
  /** Records after `after` (exclusive), oldest first. */
  read(options: { readonly after?: number; readonly limit?: number }): readonly NumberedRecord[];
  /** A range of those that match, newest last, and how many match in all. */
  range(ask: EventAsk): { readonly events: readonly NumberedRecord[]; readonly total: number };
  lastId(): number;
  subscribe(listener: (record: NumberedRecord) => void): () => void;
  close(): void;
}

const DEFAULT_LIMIT = 1000;

export function openJournal(file: string): JournalStore {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;
    CREATE TABLE IF NOT EXISTS journal (
      id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, place TEXT NOT NULL, source TEXT NOT NULL,
      event TEXT NOT NULL, subject TEXT NOT NULL, because TEXT NOT NULL, data TEXT
    );
    CREATE INDEX IF NOT EXISTS journal_by_time ON journal (at_ms);
    CREATE INDEX IF NOT EXISTS journal_by_place ON journal (place, id);
    CREATE INDEX IF NOT EXISTS journal_by_event ON journal (event, id);`);
  const insert = database.prepare(
    'INSERT INTO journal (at_ms, place, source, event, subject, because, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const select = database.prepare('SELECT * FROM journal WHERE id > ? ORDER BY id LIMIT ?');
  const last = database.prepare('SELECT max(id) AS id FROM journal');
  const listeners = new Set<(record: NumberedRecord) => void>();
  return {
    append: (record) => {
      const { atMs, where, source, event, subject, because, data } = record;
      const text = data === undefined ? null : JSON.stringify(data);
      const { lastInsertRowid } = insert.run(atMs, where, source, event, subject, because, text);
      for (const listener of listeners) listener({ ...record, id: Number(lastInsertRowid) });
    },
    read: ({ after = 0, limit = DEFAULT_LIMIT }) =>
      (select.all(after, limit) as unknown as Row[]).map(recordOf),
    range: (ask) => {
      const matching = conditionOf(ask);
      const total = database.prepare(`SELECT count(*) AS n FROM journal WHERE ${matching.sql}`);
      const { after, before, offset = 0, limit } = ask;
      const cursors = [
        ...(after === undefined ? [] : [['id > ?', after] as const]),
        ...(before === undefined ? [] : [['id < ?', before] as const]),
      ];
      const where = [matching.sql, ...cursors.map(([sql]) => sql)].join(' AND ');
      const values = [...matching.values, ...cursors.map(([, id]) => id)];
      // Without a place to begin at, the newest are asked for.
      const newest = after === undefined && ask.offset === undefined;
      const found = database
        .prepare(
          `SELECT * FROM journal WHERE ${where} ORDER BY id ${newest ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
        )
        .all(...values, limit, offset) as unknown as Row[];
      return {
        events: (newest ? found.reverse() : found).map(recordOf),
        total: Number((total.get(...matching.values) as { n: number }).n),
      };
    },
    lastId: () => Number((last.get() as { id: number | null }).id ?? 0),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => database.close(),
  };
}

interface Row {
  readonly id: number;
  readonly at_ms: number;
  readonly place: string;
  readonly source: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string;
  readonly data: string | null;
}

function recordOf(row: Row): NumberedRecord {
  return {
    id: row.id,
    atMs: row.at_ms,
    where: row.place,
    source: row.source,
    event: row.event,
    subject: row.subject,
    because: row.because,
    ...(row.data !== null && { data: JSON.parse(row.data) as JsonObject }),
  };
}
