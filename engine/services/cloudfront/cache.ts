/**
 * An edge's memory: objects by cache key, bounded by bytes. What was used since it was last looked at gets a
 * second chance, so that a hit costs one assignment and no reordering.
 */

import { matches } from './behavior-match.ts';
import { pathOfKey } from './cache-key.ts';
import { type Kept, useOf } from './freshness.ts';

export interface StoredObject extends Kept {
  readonly key: string;
  readonly distributionId: string;
  readonly status: number;
  /** As the origin sent them, after the response headers policy; without framing and fields of the hop. */
  readonly headers: readonly string[];
  /**
   * The headers of a hit. The values at `ageAt` and `requestIdAt` are put in place for each answer, which
   * takes the list before anybody else can.
   */
  readonly hitHeaders: string[];
  readonly ageAt: number;
  readonly requestIdAt: number;
  readonly body: Buffer;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly storedMs: number;
  readonly initialAgeSeconds: number;
  freshUntilMs: number;
  /** After an origin's failure: until then it stands in without asking again. */
  retryAtMs: number;
  used: boolean;
}

export interface Cache {
  get(key: string): StoredObject | undefined;
  put(object: StoredObject): void;
  delete(key: string): void;
  /** Paths with `*` at the end stand for everything below. Returns how many objects went. */
  invalidate(distributionId: string, paths: readonly string[]): number;
  readonly bytes: number;
  readonly objects: number;
  /** How many are still fresh. */
  fresh(nowMs: number): number;
}

/** What an entry costs beside its body. */
const OVERHEAD_BYTES = 1024;

export function createCache(capacityBytes: number): Cache {
  const objects = new Map<string, StoredObject>();
  let bytes = 0;
  const sizeOf = (object: StoredObject): number => object.body.length + OVERHEAD_BYTES;
  const drop = (object: StoredObject): void => {
    if (objects.get(object.key) !== object) return;
    objects.delete(object.key);
    bytes -= sizeOf(object);
  };
  const makeRoom = (): void => {
    // Two rounds at most: the first takes the marks away.
    for (let rounds = objects.size * 2; bytes > capacityBytes && rounds > 0; rounds--) {
      const oldest = objects.values().next().value;
      if (!oldest) return;
      if (!oldest.used) drop(oldest);
      else {
        oldest.used = false;
        objects.delete(oldest.key);
        objects.set(oldest.key, oldest);
      }
    }
  };
  return {
    get: (key) => {
      const found = objects.get(key);
      if (found) found.used = true;
      return found;
    },
    put: (object) => {
      if (sizeOf(object) > capacityBytes) return;
      const before = objects.get(object.key);
      if (before) drop(before);
      objects.set(object.key, object);
      bytes += sizeOf(object);
      makeRoom();
    },
    delete: (key) => {
      const found = objects.get(key);
      if (found) drop(found);
    },
    invalidate: (distributionId, paths) => {
      let gone = 0;
      for (const object of [...objects.values()]) {
        if (object.distributionId !== distributionId) continue;
        const path = pathOfKey(object.key);
        const bare = path.split('?', 1)[0] ?? '';
        if (!paths.some((pattern) => matches(pattern, path) || matches(pattern, bare))) continue;
        drop(object);
        gone += 1;
      }
      return gone;
    },
    get bytes() {
      return bytes;
    },
    get objects() {
      return objects.size;
    },
    fresh: (nowMs) => {
      let count = 0;
      for (const object of objects.values()) if (useOf(object, nowMs) === 'fresh') count += 1;
      return count;
    },
  };
}
