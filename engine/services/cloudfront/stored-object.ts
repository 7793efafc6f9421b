/** From a response to what the cache keeps of it: whether, for how long, and with which head. */
import { headerOf, type RawHeaders } from '../../network/http/index.ts';
import type { StoredObject } from './cache.ts';
import { DEFAULT_ERROR_TTL_SECONDS, errorTtlSeconds, freshness, type ResponseAge } from './freshness.ts';
import type { Behavior, ErrorResponse } from './model.ts';
import { type EdgeIdentity, hitHeaders } from './viewer-response.ts';

/** Larger objects pass through; CloudFront keeps up to 50 GB, a rehearsal's memory does not. */
export const MAX_OBJECT_BYTES = 16 * 1024 * 1024;
const STORED_STATUSES: readonly number[] = [200, 203, 204, 300, 301, 302, 307, 308];

/** Everything about the object but its body. */
export interface StorePlan {
  readonly key: string;
  /** The distribution's validity when the origin was asked. */
  readonly epoch: number;
  readonly distributionId: string;
  readonly status: number;
  readonly headers: readonly string[];
  readonly ttlSeconds: number;
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number | undefined;
  readonly initialAgeSeconds: number;
}

export function ageOf(headers: RawHeaders): ResponseAge {
  return {
    cacheControl: headerOf(headers, 'cache-control'),
    expires: headerOf(headers, 'expires'),
    date: headerOf(headers, 'date'),
    age: headerOf(headers, 'age'),
  };
}

export function errorTtl(
  status: number,
  headers: RawHeaders,
  behavior: Behavior,
  errors: ReadonlyMap<number, ErrorResponse>,
): number {
  const minimum = errors.get(status)?.minTtlSeconds ?? DEFAULT_ERROR_TTL_SECONDS;
  return errorTtlSeconds(status, ageOf(headers), behavior.cache, minimum);
}

/** Undefined: nothing is kept. `raw` is the origin's head, `kept` what the viewer gets of it. */
export function storePlan(options: {
  readonly key: string;
  readonly epoch: number;
  readonly distributionId: string;
  readonly status: number;
  readonly raw: RawHeaders;
  readonly kept: readonly string[];
  readonly behavior: Behavior;
  readonly errors: ReadonlyMap<number, ErrorResponse>;
  readonly nowMs: number;
}): StorePlan | undefined {
  const { key, epoch, distributionId, status, raw, kept, behavior, errors, nowMs } = options;
  const common = { key, epoch, distributionId, status, headers: kept };
  if (status >= 400) {
    const ttlSeconds = errorTtl(status, raw, behavior, errors);
    if (ttlSeconds <= 0) return undefined;
    const stale = { staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0 };
    return { ...common, ttlSeconds, ...stale, initialAgeSeconds: 0 };
  }
  if (!STORED_STATUSES.includes(status)) return undefined;
  const fresh = freshness(ageOf(raw), behavior.cache, nowMs);
  const validated = headerOf(raw, 'etag') !== undefined || headerOf(raw, 'last-modified') !== undefined;
  // What is stale at once is worth keeping only where a 304 can confirm it.
  if (!fresh.storable || (fresh.ttlSeconds <= 0 && !validated)) return undefined;
  const { ttlSeconds, staleWhileRevalidateSeconds, staleIfErrorSeconds } = fresh;
  const initialAgeSeconds = Math.min(Number(headerOf(raw, 'age') ?? 0) || 0, 2 ** 31);
  return { ...common, ttlSeconds, staleWhileRevalidateSeconds, staleIfErrorSeconds, initialAgeSeconds };
}

export function storedObject(plan: StorePlan, body: Buffer, edge: EdgeIdentity, nowMs: number): StoredObject {
  const result = plan.status >= 400 ? 'Error' : 'Hit';
  return {
    key: plan.key,
    distributionId: plan.distributionId,
    status: plan.status,
    headers: plan.headers,
    ...hitHeaders(plan.headers, edge, result),
    body,
    etag: headerOf(plan.headers, 'etag'),
    lastModified: headerOf(plan.headers, 'last-modified'),
    storedMs: nowMs,
    initialAgeSeconds: plan.initialAgeSeconds,
    freshUntilMs: nowMs + plan.ttlSeconds * 1000,
    staleWhileRevalidateSeconds: plan.staleWhileRevalidateSeconds,
    staleIfErrorSeconds: plan.staleIfErrorSeconds,
    retryAtMs: 0,
    used: false,
  };
}
