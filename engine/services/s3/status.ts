/** What `understudy status` shows: per bucket what there is and what waits. Counted anew only after writes. */
import type { Json } from '../contract.ts';
import type { House } from './storage.ts';

/** Counting reads every current object, so not more often than this. */
const AT_MOST_EVERY_MS = 5_000;

type Totals = ReadonlyMap<string, { readonly objects: number; readonly bytes: number }>;

/** `failures`: objects that the other side refused for good since this process began. */
export function statusOf(house: House, failures: () => number): () => Json {
  const { context, storage } = house;
  let counted: { generation: number; atMs: number; totals: Totals } | undefined;
  const totals = (): Totals => {
    const { generation } = storage.database;
    const now = context.clock.now();
    if (!counted || (counted.generation !== generation && now - counted.atMs >= AT_MOST_EVERY_MS))
      counted = {
        generation,
        atMs: now,
        totals: new Map(storage.versions.totals().map((total) => [total.bucket, total])),
      };
    return counted.totals;
  };
  return () => {
    const backlog = storage.queue.backlog();
    return {
      buckets: storage.buckets.all().map(({ name, versioning }) => ({
        name,
        versioning,
        objects: totals().get(name)?.objects ?? 0,
        bytes: totals().get(name)?.bytes ?? 0,
        pendingReplication: backlog
          .filter(({ bucket }) => bucket === name)
          .reduce((sum, { operations }) => sum + operations, 0),
      })),
      /** When the oldest of what waits was written; null: nothing waits. */
      oldestPendingMs: backlog.length ? Math.min(...backlog.map(({ oldestMs }) => oldestMs)) : null,
      replicated: storage.queue.replicatedTotal(),
      replicationFailed: failures(),
    };
  };
}
