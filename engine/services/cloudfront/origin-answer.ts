/**
 * A request that needs its origin: passed through where the cache has no part in it, else fetched once for
 * everybody who waits for the same key, kept, refreshed, or stood in for by what is expired.
 */
import { collect, headerOf, relay, type Sink, type UpstreamResponse } from '../../network/http/index.ts';
import type { StoredObject } from './cache.ts';
import type { Encoding } from './cache-key.ts';
import { compress, isCompressible } from './compression.ts';
import { standsIn } from './freshness.ts';
import { viewerStatus } from './origin-failover.ts';
import type { OriginAnswer } from './origin-fetch.ts';
import { originRequest } from './origin-request.ts';
import { targetOf } from './registry.ts';
import { errorTtl, MAX_OBJECT_BYTES, type StorePlan, storedObject, storePlan } from './stored-object.ts';
import { keptHeaders, withCors, withEdge } from './viewer-response.ts';
import { count, type EdgeParts, sendError, sendFetched, sendStored, type Viewing } from './viewing.ts';

const MAX_ERROR_PAGE_BYTES = 1024 * 1024;

interface Asking {
  readonly encoding: Encoding;
  readonly passThrough: boolean;
  readonly stale: StoredObject | undefined;
  readonly signal: AbortSignal;
}

function ask(edge: EdgeParts, viewing: Viewing, asking: Asking): Promise<OriginAnswer> {
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

/** Ends the origin's half when the viewer leaves, and counts the answer when it is over. */
function follow(viewing: Viewing): AbortSignal {
  const controller = new AbortController();
  const { reply, distribution } = viewing;
  reply.onOver = (outcome) => {
    if (outcome.kind === 'aborted') controller.abort();
    count(distribution, reply.status, reply.bodyBytes);
  };
  return controller.signal;
}

/** Not cacheable: every request goes to the origin. */
export async function passThrough(edge: EdgeParts, viewing: Viewing, encoding: Encoding): Promise<void> {
  edge.stats.misses += 1;
  const signal = follow(viewing);
  const answer = await ask(edge, viewing, { encoding, passThrough: true, stale: undefined, signal });
  if (signal.aborted) answer.response?.body.discard();
  else if (answer.response) await stream(edge, viewing, answer.response, undefined);
  else await fail(edge, viewing, answer, signal);
}

type Fetched =
  /** The whole object is at hand. */
  | {
      readonly kind: 'object';
      readonly object: StoredObject;
      readonly result: 'Miss' | 'RefreshHit' | 'Stored';
    }
  /** The body is still to be read; `plan` says whether it is kept. */
  | { readonly kind: 'streaming'; readonly response: UpstreamResponse; readonly plan: StorePlan | undefined }
  | { readonly kind: 'failed'; readonly answer: OriginAnswer };

/** Cacheable and not at hand: one request goes to the origin, the others wait for what it brings. */
export async function fetchForViewer(
  edge: EdgeParts,
  viewing: Viewing,
  key: string,
  encoding: Encoding,
  stale: StoredObject | undefined,
): Promise<void> {
  const waited = edge.underWay.get(key);
  if (waited) {
    const object = await waited;
    if (object && !viewing.reply.over) return sendStored(edge, viewing, object);
  }
  edge.stats.misses += 1;
  const lead = leadOf(edge, key);
  try {
    const signal = follow(viewing);
    const fetched = await fetchObject(edge, viewing, key, { encoding, passThrough: false, stale, signal });
    await deliver(edge, viewing, fetched, lead, signal);
  } finally {
    // Whatever happened, nobody waits for ever; a settled lead takes no second word.
    if (!lead.keeping) lead.settle(undefined);
  }
}

interface Lead {
  settle(object: StoredObject | undefined): void;
  /** The body is being kept as it passes, and its end will settle the lead. */
  keeping: boolean;
}

function leadOf(edge: EdgeParts, key: string): Lead {
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

async function deliver(
  edge: EdgeParts,
  viewing: Viewing,
  fetched: Fetched,
  lead: Lead,
  signal: AbortSignal,
): Promise<void> {
  switch (fetched.kind) {
    case 'object': {
      lead.settle(fetched.object);
      // These count themselves.
      viewing.reply.onOver = undefined;
      if (fetched.result === 'Stored') return sendStored(edge, viewing, fetched.object);
      return sendFetched(edge, viewing, fetched.object, fetched.result);
    }
    case 'streaming': {
      const { plan, response } = fetched;
      if (signal.aborted) return response.body.discard();
      lead.keeping = plan !== undefined;
      return await stream(edge, viewing, response, plan && keeper(edge, viewing, plan, lead.settle));
    }
    case 'failed':
      return await fail(edge, viewing, fetched.answer, signal);
  }
}

/** Behind the viewer's back, while the expired object is being served. */
export async function refreshInBackground(
  edge: EdgeParts,
  viewing: Viewing,
  key: string,
  encoding: Encoding,
  stale: StoredObject,
): Promise<void> {
  if (edge.underWay.has(key)) return;
  const lead = leadOf(edge, key);
  try {
    const { signal } = new AbortController();
    const fetched = await fetchObject(edge, viewing, key, { encoding, passThrough: false, stale, signal });
    if (fetched.kind === 'object') lead.settle(fetched.object);
    if (fetched.kind !== 'streaming') return;
    if (!fetched.plan) return fetched.response.body.discard();
    const body = await collect(fetched.response.body, MAX_OBJECT_BYTES);
    lead.settle(keep(edge, viewing, fetched.plan, body, viewing.distribution.epoch));
  } finally {
    lead.settle(undefined);
  }
}

async function fetchObject(edge: EdgeParts, viewing: Viewing, key: string, asking: Asking): Promise<Fetched> {
  const { distribution, behavior } = viewing;
  const { stale } = asking;
  const epoch = distribution.epoch;
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
    const object = plan && keep(edge, viewing, plan, stale.body, epoch);
    return { kind: 'object', object: object ?? stale, result: 'RefreshHit' };
  }
  if (behavior.compress && isCompressible(response.status, kept, response.body.length, asking.encoding)) {
    const whole = await collect(response.body, response.body.length ?? 0);
    const { headers, body } = await compress(kept, whole, asking.encoding);
    const plan = planFor(response.status, headers);
    const object =
      (plan && keep(edge, viewing, plan, body, epoch)) ?? unkept(edge, viewing, response, headers, body);
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
function keep(edge: EdgeParts, viewing: Viewing, plan: StorePlan, body: Buffer, epoch: number): StoredObject {
  const object = storedObject(plan, body, edge.identity, edge.clock.now());
  if (viewing.distribution.epoch === epoch) edge.cache.put(object);
  return object;
}

/** A tap that keeps a copy of a body as it passes, as long as it is small enough. */
function keeper(
  edge: EdgeParts,
  viewing: Viewing,
  plan: StorePlan,
  settle: (object: StoredObject | undefined) => void,
): Sink {
  const { epoch } = viewing.distribution;
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
      settle(keep(edge, viewing, plan, Buffer.concat(slices, size), epoch));
    },
    fail: () => settle(undefined),
  };
}

/** The origin's answer as it comes; an error may have a page of its own. */
async function stream(
  edge: EdgeParts,
  viewing: Viewing,
  response: UpstreamResponse,
  tap: Sink | undefined,
): Promise<void> {
  const { request, reply, distribution, behavior } = viewing;
  const { status } = response;
  if (status >= 400) edge.stats.errors += 1;
  const page = status >= 400 ? distribution.errors.get(status)?.pagePath : undefined;
  if (page !== undefined) {
    response.body.discard();
    tap?.fail({ kind: 'client-gone', because: 'a page of the distribution’s own is answered' });
    return await sendPage(edge, viewing, status, page);
  }
  const kept = keptHeaders(response.headers, response.head.connection, behavior, edge.clock.now());
  const result = status >= 400 ? 'Error' : 'Miss';
  const headers = withEdge(kept, result, edge.identity, edge.nextRequestId());
  relay(reply, response, withCors(headers, behavior.responseHeaders?.cors, request.header('origin')), tap);
}

async function fail(
  edge: EdgeParts,
  viewing: Viewing,
  answer: OriginAnswer,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted || viewing.reply.over) return;
  const status = viewerStatus(answer.attempt);
  const page = viewing.distribution.errors.get(status)?.pagePath;
  viewing.reply.onOver = undefined;
  if (page === undefined) return sendError(edge, viewing, status, answer.because);
  await sendPage(edge, viewing, status, page);
}

/** A custom error page, fetched by its own behaviour; without it the edge's own page. */
async function sendPage(edge: EdgeParts, viewing: Viewing, status: number, pagePath: string): Promise<void> {
  const { reply, distribution, request } = viewing;
  const behavior = distribution.behaviors.match(pagePath);
  const signal = follow(viewing);
  const page = await edge.fetcher.ask(targetOf(distribution, behavior), behavior, {
    method: 'GET',
    secure: request.secure,
    body: undefined,
    signal,
    requestFor: (origin) =>
      originRequest({
        viewer: {
          method: 'GET',
          host: request.host ?? '',
          headers: [],
          connection: undefined,
          remoteAddress: request.remoteAddress,
          hasBody: false,
        },
        behavior,
        origin,
        path: pagePath,
        query: '',
        encoding: '',
        passThrough: false,
        confirm: undefined,
        requestId: edge.nextRequestId(),
        via: edge.identity.via,
      }),
  });
  if (reply.over) return;
  reply.onOver = undefined;
  if (page.response?.status !== 200) {
    page.response?.body.discard();
    return sendError(edge, viewing, status, `its own page ${pagePath} is not there`);
  }
  const body = await collect(page.response.body, MAX_ERROR_PAGE_BYTES);
  const kept = keptHeaders(page.response.headers, page.response.head.connection, behavior, edge.clock.now());
  const code = distribution.errors.get(status)?.responseCode ?? status;
  reply.send(code, withEdge(kept, 'Error', edge.identity, edge.nextRequestId()), body);
  count(distribution, code, reply.bodyBytes);
}
