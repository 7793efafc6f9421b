/** Versions of objects in the database: reading one, listing many, writing one so that exactly one is latest. */
import type { Database } from './database.ts';
import type { ObjectFacts, ObjectVersion, ReplicationStatus, Segment } from './model.ts';

export interface VersionRecords {
  /** The newest version of a key, which may be a delete marker. */
  latest(bucket: string, key: string): ObjectVersion | undefined;
  find(bucket: string, key: string, versionId: string): ObjectVersion | undefined;
  ofKey(bucket: string, key: string): readonly ObjectVersion[];
  /** Current objects (no delete markers) from a key on, in the order of the keys' bytes. */
  currentPage(bucket: string, key: string, inclusive: boolean, limit: number): readonly ObjectVersion[];
  /** All versions after a version (or from a key on), keys in byte order, newest first in each. */
  versionPage(bucket: string, from: VersionPosition, limit: number): readonly ObjectVersion[];
  anyIn(bucket: string): boolean;
  /** Inside a commit. Replaces the version with the same id. */
  put(version: Omit<ObjectVersion, 'latest'>): void;
  /** Inside a commit. */
  remove(version: ObjectVersion): void;
  /** Inside a commit; the version's place and body stay. */
  amend(version: ObjectVersion, change: { facts?: ObjectFacts; replication?: ReplicationStatus }): void;
  bodies(): ReadonlySet<string>;
  totals(): readonly { readonly bucket: string; readonly objects: number; readonly bytes: number }[];
}

export type VersionPosition =
  | { readonly key: string; readonly inclusive: boolean }
  | { readonly key: string; readonly ordering: number; readonly versionId: string };

interface Row {
  bucket: string;
  key: string;
  ordering: number;
  version_id: string;
  latest: number;
  delete_marker: number;
  size: number;
  etag: string;
  last_modified_ms: number;
  segments: string;
  replication: ReplicationStatus | null;
  facts: string;
}

export function versionRecords(database: Database): VersionRecords {
  const query = (where: string) => database.prepare(`SELECT * FROM versions WHERE ${where}`);
  const newest = query('bucket = ? AND key = ? ORDER BY ordering DESC, version_id DESC LIMIT 1');
  const byId = query('bucket = ? AND key = ? AND version_id = ?');
  const byKey = query('bucket = ? AND key = ? ORDER BY ordering DESC, version_id DESC');
  const current = 'latest = 1 AND delete_marker = 0 AND bucket = ?';
  const currentFrom = query(`${current} AND key >= ? ORDER BY key LIMIT ?`);
  const currentAfter = query(`${current} AND key > ? ORDER BY key LIMIT ?`);
  const order = 'ORDER BY key, ordering DESC, version_id DESC LIMIT ?';
  const versionsFrom = query(`bucket = ? AND key >= ? ${order}`);
  const versionsAfter = query(`bucket = ? AND key > ? ${order}`);
  const versionsWithin = query(
    `bucket = ? AND key = ? AND (ordering < ? OR (ordering = ? AND version_id < ?)) ${order}`,
  );
  const any = database.prepare('SELECT 1 FROM versions WHERE bucket = ? LIMIT 1');
  const insert = database.prepare('INSERT INTO versions VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)');
  const erase = database.prepare('DELETE FROM versions WHERE bucket = ? AND key = ? AND version_id = ?');
  const change = database.prepare(
    'UPDATE versions SET facts = ?, replication = ? WHERE bucket = ? AND key = ? AND version_id = ?',
  );
  const mark = database.prepare(
    'UPDATE versions SET latest = (version_id = ?3) WHERE bucket = ?1 AND key = ?2 AND latest <> (version_id = ?3)',
  );

  const one = (row: unknown): ObjectVersion | undefined => (row ? versionOf(row as Row) : undefined);
  const many = (rows: unknown): readonly ObjectVersion[] => (rows as Row[]).map(versionOf);
  const find = (bucket: string, key: string, versionId: string): ObjectVersion | undefined =>
    one(byId.get(bucket, key, versionId));
  const settle = (bucket: string, key: string): void => {
    const row = newest.get(bucket, key) as Row | undefined;
    if (row) mark.run(bucket, key, row.version_id);
  };
  const drop = ({ bucket, key, versionId, segments }: ObjectVersion): void => {
    erase.run(bucket, key, versionId);
    database.discardAfterCommit(segments.map(({ body }) => body));
  };

  return {
    latest: (bucket, key) => one(newest.get(bucket, key)),
    find,
    ofKey: (bucket, key) => many(byKey.all(bucket, key)),
    currentPage: (bucket, key, inclusive, limit) =>
      many((inclusive ? currentFrom : currentAfter).all(bucket, key, limit)),
    versionPage: (bucket, from, limit) => {
      if ('inclusive' in from)
        return many((from.inclusive ? versionsFrom : versionsAfter).all(bucket, from.key, limit));
      const { key, ordering, versionId } = from;
      const within = many(versionsWithin.all(bucket, key, ordering, ordering, versionId, limit));
      if (within.length === limit) return within;
      return [...within, ...many(versionsAfter.all(bucket, key, limit - within.length))];
    },
    anyIn: (bucket) => any.get(bucket) !== undefined,
    put: (version) => {
      const { bucket, key, versionId } = version;
      const replaced = find(bucket, key, versionId);
      if (replaced) drop(replaced);
      insert.run(
        bucket,
        key,
        version.ordering,
        versionId,
        version.deleteMarker ? 1 : 0,
        version.size,
        version.etag,
        version.lastModifiedMs,
        JSON.stringify(version.segments),
        version.replication ?? null,
        JSON.stringify(version.facts),
      );
      settle(bucket, key);
    },
    remove: (version) => {
      drop(version);
      settle(version.bucket, version.key);
    },
    amend: ({ bucket, key, versionId, ...before }, { facts, replication }) =>
      void change.run(
        JSON.stringify(facts ?? before.facts),
        replication ?? before.replication ?? null,
        bucket,
        key,
        versionId,
      ),
    bodies: () => {
      const rows = database
        .prepare("SELECT json_extract(value, '$.body') AS body FROM versions, json_each(versions.segments)")
        .all() as { body: string }[];
      return new Set(rows.map(({ body }) => body));
    },
    totals: () =>
      database
        .prepare(
          'SELECT bucket, count(*) AS objects, sum(size) AS bytes FROM versions WHERE latest = 1 AND delete_marker = 0 GROUP BY bucket',
        )
        .all() as unknown as { bucket: string; objects: number; bytes: number }[],
  };
}

function versionOf(row: Row): ObjectVersion {
  return {
    bucket: row.bucket,
    key: row.key,
    versionId: row.version_id,
    ordering: row.ordering,
    latest: row.latest === 1,
    deleteMarker: row.delete_marker === 1,
    size: row.size,
    etag: row.etag,
    lastModifiedMs: row.last_modified_ms,
    segments: JSON.parse(row.segments) as Segment[],
    facts: JSON.parse(row.facts) as ObjectFacts,
    ...(row.replication ? { replication: row.replication } : {}),
  };
}
