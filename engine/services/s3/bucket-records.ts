/** Buckets in the database; few, so that all of them are kept in memory too. */
import type { Database } from './database.ts';
import type { Bucket } from './model.ts';

export interface BucketRecords {
  get(name: string): Bucket | undefined;
  all(): readonly Bucket[];
  /** What `change` makes of what there is; what it throws goes to the caller and changes nothing. */
  put(name: string, change: (existing: Bucket | undefined) => Bucket): Promise<Bucket>;
  /** Runs `check` in the transaction that removes it, and removes nothing if that throws. */
  delete(name: string, check: () => void): Promise<void>;
}

export function bucketRecords(database: Database): BucketRecords {
  const upsert = database.prepare(
    'INSERT INTO buckets VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET document = excluded.document',
  );
  const erase = database.prepare('DELETE FROM buckets WHERE name = ?');
  const known = new Map<string, Bucket>();
  for (const row of database.prepare('SELECT document FROM buckets').all() as { document: string }[]) {
    const bucket = JSON.parse(row.document) as Bucket;
    known.set(bucket.name, bucket);
  }
  // Memory changes inside the work, so that writes of the same batch see it, and back if the disk refuses.
  const changing = async <T>(name: string, work: () => T): Promise<T> => {
    const before = known.get(name);
    let changed = false;
    try {
      return await database.commit(() => {
        const value = work();
        changed = true;
        return value;
      });
    } catch (error) {
      if (changed && before) known.set(name, before);
      else if (changed) known.delete(name);
      throw error;
    }
  };
  return {
    get: (name) => known.get(name),
    all: () => [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    put: (name, change) =>
      changing(name, () => {
        const document = JSON.stringify(change(known.get(name)));
        upsert.run(name, document);
        const bucket = JSON.parse(document) as Bucket;
        known.set(name, bucket);
        return bucket;
      }),
    delete: (name, check) =>
      changing(name, () => {
        check();
        erase.run(name);
        known.delete(name);
      }),
  };
}
