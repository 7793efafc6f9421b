/**
 * Fetching one object from its origin: confirmed by a 304, compressed, kept while it passes, or stood in for by
 * what is expired while the origin fails.
 */
import { collect, headerOf, type Sink, type UpstreamResponse } from '../../network/http/index.ts';
import type { StoredObject } from './cache.ts';
import type { Encoding } from './cache-key.ts';
import { compress, isCompressible } from './compression.ts';
import { standsIn } from './freshness.ts';
import { viewerStatus } from './origin-failover.ts';
import type { OriginAnswer } from './origin-fetch.ts';
import { originRequest } from './origin-request.ts';
import { targetOf } from './registry.ts';
import { errorTtl, MAX_OBJECT_BYTES, type StorePlan, storedObject, storePlan } from './stored-object.ts';
import { keptHeaders } from './viewer-response.ts';
import type { EdgeParts, Viewing } from './viewing.ts';

export interface Asking {
  readonly encoding: Encoding;
  readonly passThrough: boolean;
  readonly stale: StoredObject | undefined;
  readonly signal: AbortSignal;
}

export function ask(edge: EdgeParts, viewing: Viewing, asking: Asking): Promise<OriginAnswer> {
  const { request, distribution, behavior, path, query } = viewing;
  const hasBody = request.body.length !== 0;
  const requestId = edge.nextRequestId();
  return edge.fetcher.ask(targetOf(distribution, behavior), behavior, {
    method: request.method,
    secure: request.secure,
    body: hasBody ? request.body : undefined,
    signal: asking.signal,
    requestFor: (origin) =>
      originRequest({
        viewer: {
          method: request.method,
          host: request.host ?? '',
          headers: request.headers,
          connection: request.head.connection,
          remoteAddress: request.remoteAddress,
          hasBody,
        },
        behavior,
        origin,
        path,
        query,
        encoding: asking.encoding,
        passThrough: asking.passThrough,
        confirm: asking.stale,
        requestId,
        via: edge.identity.via,
      }),
  });
}

export type Fetched =
  /** The whole object is at hand. */
  | {
      readonly kind: 'object';
      readonly object: StoredObject;
      readonly result: 'Miss' | 'RefreshHit' | 'Stored';
    }
  /** The body is still to be read; `plan` says whether it is kept. */
  | { readonly kind: 'streaming'; readonly response: UpstreamResponse; readonly plan: StorePlan | undefined }
  | { readonly kind: 'failed'; readonly answer: OriginAnswer };

export async function fetchObject(
  edge: EdgeParts,
  viewing: Viewing,
  key: string,
  asking: Asking,
): Promise<Fetched> {
  const { distribution, behavior } = viewing;
  const { stale } = asking;
  const { epoch } = distribution.validity;
  const answer = await ask(edge, viewing, asking);
  const { response } = answer;
  const failing = !response || response.status >= 500;
  if (failing && stale && stale.status < 400 && standsIn(stale, edge.clock.now())) {
    response?.body.discard();
    const status = viewerStatus(answer.attempt);
    const waitSeconds = errorTtl(status, response?.headers ?? [], behavior, distribution.errors);
    stale.retryAtMs = edge.clock.now() + waitSeconds * 1000;
    return { kind: 'object', object: stale, result: 'Stored' };
  }
  if (!response) return { kind: 'failed', answer };
  const nowMs = edge.clock.now();
  const kept = keptHeaders(response.headers, response.head.connection, behavior, nowMs);
  const planFor = (status: number, headers: readonly string[]): StorePlan | undefined =>
    storePlan({
      key,
      epoch,
      distributionId: distribution.document.id,
      status,
      raw: response.headers,
      kept: headers,
      behavior,
      errors: distribution.errors,
      nowMs,
    });
  if (response.status === 304 && stale) {
    response.body.discard();
    const plan = planFor(stale.status, refreshedHeaders(stale.headers, kept));
    const object = plan && keep(edge, viewing, plan, stale.body);
    return { kind: 'object', object: object ?? stale, result: 'RefreshHit' };
  }
  if (behavior.compress && isCompressible(response.status, kept, response.body.length, asking.encoding)) {
    const whole = await collect(response.body, response.body.length ?? 0);
    const { headers, body } = await compress(kept, whole, asking.encoding);
    const plan = planFor(response.status, headers);
    const object =
      (plan && keep(edge, viewing, plan, body)) ?? unkept(edge, viewing, response, headers, body);
    return { kind: 'object', object, result: 'Miss' };
  }
  const tooLarge = (response.body.length ?? 0) > MAX_OBJECT_BYTES;
  const cacheable = viewing.request.method !== 'HEAD' && !tooLarge;
  return { kind: 'streaming', response, plan: cacheable ? planFor(response.status, kept) : undefined };
}

/** The stored head with what a 304 says anew (RFC 9111 §4.3.4). */
function refreshedHeaders(stored: readonly string[], fresh: readonly string[]): string[] {
  const renewed = ['cache-control', 'expires', 'date', 'etag', 'last-modified'];
  const result = [...stored];
  for (let index = 0; index < result.length; index += 2) {
    const name = result[index]!.toLowerCase();
    if (!renewed.includes(name)) continue;
    const value = headerOf(fresh, name);
    // A weak tag stands for the compressed form and stays.
    if (value !== undefined && !(name === 'etag' && result[index + 1]!.startsWith('W/')))
      result[index + 1] = value;
  }
  return result;
}

/** An object for one answer only. */
function unkept(
  edge: EdgeParts,
  viewing: Viewing,
  response: UpstreamResponse,
  headers: readonly string[],
  body: Buffer,
): StoredObject {
  const plan: StorePlan = {
    key: '',
    epoch: 0,
    distributionId: viewing.distribution.document.id,
    status: response.status,
    headers,
    ttlSeconds: 0,
    staleWhileRevalidateSeconds: 0,
    staleIfErrorSeconds: 0,
    initialAgeSeconds: 0,
  };
  return storedObject(plan, body, edge.identity, edge.clock.now());
}

/** Into the cache, unless an invalidation came while it was on its way. */
export function keep(edge: EdgeParts, viewing: Viewing, plan: StorePlan, body: Buffer): StoredObject {
  const object = storedObject(plan, body, edge.identity, edge.clock.now());
  if (viewing.distribution.validity.epoch === plan.epoch) edge.cache.put(object);
  return object;
}

/** A tap that keeps a copy of a body as it passes, as long as it is small enough. */
export function keeper(
  edge: EdgeParts,
  viewing: Viewing,
  plan: StorePlan,
  settle: (object: StoredObject | undefined) => void,
): Sink {
  let slices: Buffer[] = [];
  let size = 0;
  return {
    write: (data) => {
      size += data.length;
      if (size > MAX_OBJECT_BYTES) {
        slices = [];
        settle(undefined);
      } else slices.push(data);
      return true;
    },
    end: () => {
      if (size > MAX_OBJECT_BYTES) return settle(undefined);
      settle(keep(edge, viewing, plan, Buffer.concat(slices, size)));
    },
    fail: () => settle(undefined),
  };
}
