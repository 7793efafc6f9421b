/**
 * What is still to be sent to other buckets, kept in the same transaction as the version it is about: nothing
 * that was acknowledged is forgotten by a crash. Of each key only the oldest entry is handed out, so that
 * versions arrive in the order in which they were written.
 */
import type { Database } from './database.ts';
import type { ReplicationKind } from './replication-rules.ts';

export interface Pending {
  readonly id: number;
  readonly destination: string;
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly ruleId: string;
  readonly kind: ReplicationKind;
  readonly size: number;
  readonly enqueuedMs: number;
  readonly attempts: number;
  readonly storageClass?: string;
}

export interface Backlog {
  readonly bucket: string;
  readonly destination: string;
  readonly ruleId: string;
  readonly operations: number;
  readonly bytes: number;
  readonly oldestMs: number;
}

export interface ReplicationQueue {
  destinations(): readonly string[];
  /** The oldest entry of each key, where it is due. */
  due(destination: string, nowMs: number, limit: number): readonly Pending[];
  /** When the next entry of a destination that is not yet due will be. */
  nextDueMs(destination: string, nowMs: number): number | undefined;
  of(bucket: string, key: string, versionId: string): readonly Pending[];
  backlog(): readonly Backlog[];
  count(destination: string): number;
  replicatedTotal(): number;
  /** Inside a commit, as the others below. */
  add(entry: Omit<Pending, 'id' | 'attempts'>): void;
  done(id: number, replicated: boolean): void;
  /** The version is gone: nothing is to be sent any more. */
  forget(bucket: string, key: string, versionId: string): void;
  postpone(id: number, attempts: number, dueMs: number): void;
}

interface Row {
  id: number;
  destination: string;
  bucket: string;
  key: string;
  version_id: string;
  rule_id: string;
  kind: ReplicationKind;
  size: number;
  enqueued_ms: number;
  attempts: number;
  storage_class: string | null;
}

export function replicationQueue(database: Database): ReplicationQueue {
  const table = 'replication_queue';
  const destinations = database.prepare(`SELECT DISTINCT destination FROM ${table} ORDER BY destination`);
  const due =
    database.prepare(`SELECT * FROM ${table} q WHERE destination = ?1 AND due_ms <= ?2 AND NOT EXISTS (
    SELECT 1 FROM ${table} e WHERE e.destination = ?1 AND e.bucket = q.bucket AND e.key = q.key AND e.id < q.id
  ) ORDER BY id LIMIT ?3`);
  const next = database.prepare(
    `SELECT min(due_ms) AS due FROM ${table} WHERE destination = ? AND due_ms > ?`,
  );
  const ofVersion = database.prepare(
    `SELECT * FROM ${table} WHERE bucket = ? AND key = ? AND version_id = ? ORDER BY id`,
  );
  const backlog = database.prepare(`SELECT bucket, destination, rule_id AS ruleId, count(*) AS operations,
    sum(size) AS bytes, min(enqueued_ms) AS oldestMs FROM ${table} GROUP BY bucket, destination, rule_id`);
  const count = database.prepare(`SELECT count(*) AS n FROM ${table} WHERE destination = ?`);
  const total = database.prepare("SELECT value FROM counters WHERE name = 'replicated'");
  const insert = database.prepare(`INSERT INTO ${table}
    (destination, bucket, key, version_id, rule_id, kind, size, enqueued_ms, attempts, due_ms, storage_class)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)`);
  const erase = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
  const eraseVersion = database.prepare(
    `DELETE FROM ${table} WHERE bucket = ? AND key = ? AND version_id = ?`,
  );
  const countUp = database.prepare(
    "INSERT INTO counters VALUES ('replicated', 1) ON CONFLICT(name) DO UPDATE SET value = value + 1",
  );
  const later = database.prepare(`UPDATE ${table} SET attempts = ?, due_ms = ? WHERE id = ?`);
  const many = (rows: unknown): readonly Pending[] => (rows as Row[]).map(pendingOf);
  return {
    destinations: () =>
      (destinations.all() as { destination: string }[]).map(({ destination }) => destination),
    due: (destination, nowMs, limit) => many(due.all(destination, nowMs, limit)),
    nextDueMs: (destination, nowMs) =>
      (next.get(destination, nowMs) as { due: number | null } | undefined)?.due ?? undefined,
    of: (bucket, key, versionId) => many(ofVersion.all(bucket, key, versionId)),
    backlog: () => backlog.all() as unknown as Backlog[],
    count: (destination) => (count.get(destination) as { n: number }).n,
    replicatedTotal: () => (total.get() as { value: number } | undefined)?.value ?? 0,
    add: (entry) =>
      void insert.run(
        entry.destination,
        entry.bucket,
        entry.key,
        entry.versionId,
        entry.ruleId,
        entry.kind,
        entry.size,
        entry.enqueuedMs,
        entry.storageClass ?? null,
      ),
    done: (id, replicated) => {
      erase.run(id);
      if (replicated) countUp.run();
    },
    forget: (bucket, key, versionId) => void eraseVersion.run(bucket, key, versionId),
    postpone: (id, attempts, dueMs) => void later.run(attempts, Math.ceil(dueMs), id),
  };
}

function pendingOf(row: Row): Pending {
  return {
    id: row.id,
    destination: row.destination,
    bucket: row.bucket,
    key: row.key,
    versionId: row.version_id,
    ruleId: row.rule_id,
    kind: row.kind,
    size: row.size,
    enqueuedMs: row.enqueued_ms,
    attempts: row.attempts,
    ...(row.storage_class ? { storageClass: row.storage_class } : {}),
  };
}
