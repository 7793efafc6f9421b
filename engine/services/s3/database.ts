/**
 * The service's own SQLite file. Writers hand in their work and are answered after the transaction that holds
 * it is on disk; works that wait at the same time share one transaction and one fsync. A work that throws
 * undoes itself alone. Bodies are synced before the records that name them, and removed after the records
 * that named them are gone, so that a crash leaves orphans at most, never half an object.
 */
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AwsError } from '../../wire/types.ts';

const SCHEMA = `
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
  bucket TEXT NOT NULL, key TEXT NOT NULL, ordering INTEGER NOT NULL, version_id TEXT NOT NULL,
  latest INTEGER NOT NULL, delete_marker INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
  last_modified_ms INTEGER NOT NULL, segments TEXT NOT NULL, replication TEXT, facts TEXT NOT NULL,
  PRIMARY KEY (bucket, key, ordering DESC, version_id DESC)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS version_ids ON versions (bucket, key, version_id);
CREATE INDEX IF NOT EXISTS current_objects ON versions (bucket, key) WHERE latest = 1 AND delete_marker = 0;
CREATE TABLE IF NOT EXISTS uploads (
  id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, initiated_ms INTEGER NOT NULL, document TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
CREATE TABLE IF NOT EXISTS parts (
  upload_id TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (upload_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS replication_queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL,
  version_id TEXT NOT NULL, rule_id TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
  enqueued_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, due_ms INTEGER NOT NULL, storage_class TEXT
);
CREATE INDEX IF NOT EXISTS replication_by_key ON replication_queue (destination, bucket, key, id);
CREATE INDEX IF NOT EXISTS replication_by_version ON replication_queue (bucket, key, version_id);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;

export interface Database {
  prepare(sql: string): StatementSync;
  /** Runs `work` in a transaction; settles when that is on disk. `work` must not wait for anything. */
  commit<T>(work: () => T): Promise<T>;
  /** Body files that are of no more use once the work that runs now is committed. */
  discardAfterCommit(bodies: readonly string[]): void;
  /** Grows with every transaction: what was computed at one generation is true until the next. */
  readonly generation: number;
  /** After what waits is written; what comes later is refused. */
  close(): Promise<void>;
}

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export interface DatabaseOptions {
  readonly directory: string;
  /** Makes the names of body files durable; called before each transaction. */
  readonly syncBodies: () => Promise<void>;
  readonly discard: (bodies: readonly string[]) => void;
}

export function openDatabase({ directory, syncBodies, discard }: DatabaseOptions): Database {
  const sqlite = new DatabaseSync(join(directory, 'objects.sqlite'));
  sqlite.exec(SCHEMA);
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const end = sqlite.prepare('COMMIT');
  let waiting: Waiting[] = [];
  let writing = false;
  let discarded: string[] = [];
  let generation = 0;
  let closed = false;
  let drained = Promise.resolve();

  const attempt = ({ work, resolve, reject }: Waiting): (() => void) => {
    const before = discarded.length;
    sqlite.exec('SAVEPOINT work');
    try {
      const value = work() as never;
      sqlite.exec('RELEASE work');
      return () => resolve(value);
    } catch (error) {
      sqlite.exec('ROLLBACK TO work; RELEASE work');
      discarded.length = before;
      return () => reject(error);
    }
  };

  const write = (batch: readonly Waiting[]): void => {
    try {
      begin.run();
      const answers = batch.map(attempt);
      end.run();
      generation++;
      const gone = discarded;
      discarded = [];
      for (const answer of answers) answer();
      discard(gone);
    } catch (error) {
      discarded = [];
      if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
      for (const { reject } of batch) reject(error);
    }
  };

  const drain = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) {
      let batch: Waiting[] = [];
      try {
        const taken = waiting.length;
        await syncBodies();
        // Works that came during the sync wait for the next: their bodies' names may not be on disk yet.
        batch = waiting.slice(0, taken);
        waiting = waiting.slice(taken);
        write(batch);
      } catch (error) {
        const failed = waiting;
        waiting = [];
        for (const { reject } of failed) reject(error);
      }
    }
    writing = false;
  };

  return {
    prepare: (sql) => sqlite.prepare(sql),
    commit: <T>(work: () => T): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        if (closed) throw new AwsError('ServiceUnavailable', 'S3 is shutting down', 503);
        waiting.push({ work, resolve: resolve as (value: never) => void, reject });
        if (!writing) drained = drain();
      }),
    discardAfterCommit: (bodies) => void discarded.push(...bodies),
    get generation() {
      return generation;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await drained;
      sqlite.close();
    },
  };
}
