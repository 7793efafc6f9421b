/** Requests for one cache key that wait for each other: the first leads, its object is everybody's. */
import type { StoredObject } from './cache.ts';
import type { EdgeParts } from './viewing.ts';

export interface Lead {
  settle(object: StoredObject | undefined): void;
  /** The body is being kept as it passes, and its end will settle the lead. */
  keeping: boolean;
}

export function leadOf(edge: EdgeParts, key: string): Lead {
  if (edge.underWay.has(key)) return { settle: () => {}, keeping: false };
  const { promise, resolve } = Promise.withResolvers<StoredObject | undefined>();
  edge.underWay.set(key, promise);
  return {
    keeping: false,
    settle: (object) => {
      if (edge.underWay.get(key) === promise) edge.underWay.delete(key);
      resolve(object);
    },
  };
}
