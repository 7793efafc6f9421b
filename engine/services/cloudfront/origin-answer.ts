/**
 * A request that needs its origin: passed through where the cache has no part in it, else fetched once for
 * everybody who waits for the same key, kept, refreshed, or stood in for by what is expired.
 */
import { collect, relay, type Sink, type UpstreamResponse } from '../../network/http/index.ts';
import type { StoredObject } from './cache.ts';
import type { Encoding } from './cache-key.ts';
import { type Lead, leadOf } from './collapsing.ts';
import { sendPage } from './error-response.ts';
import { ask, type Fetched, fetchObject, keep, keeper } from './object-fetch.ts';
import { viewerStatus } from './origin-failover.ts';
import type { OriginAnswer } from './origin-fetch.ts';
import { MAX_OBJECT_BYTES } from './stored-object.ts';
import { keptHeaders, withCors, withEdge } from './viewer-response.ts';
import {
  count,
  countOutcome,
  type EdgeParts,
  sendError,
  sendFetched,
  sendStored,
  type Viewing,
} from './viewing.ts';

/** Ends the origin's half when the viewer leaves, and counts the answer when it is over. */
function follow(edge: EdgeParts, viewing: Viewing): AbortSignal {
  const controller = new AbortController();
  const { reply, distribution } = viewing;
  reply.onOver = (outcome) => {
    if (outcome.kind === 'aborted') {
      controller.abort();
      if (reply.status === 0) edge.stats.failed += 1;
    }
    count(distribution, reply.status, reply.bodyBytes);
  };
  return controller.signal;
}

/** Not cacheable: every request goes to the origin. */
export async function passThrough(edge: EdgeParts, viewing: Viewing, encoding: Encoding): Promise<void> {
  edge.stats.misses += 1;
  const signal = follow(edge, viewing);
  const answer = await ask(edge, viewing, { encoding, passThrough: true, stale: undefined, signal });
  if (signal.aborted) answer.response?.body.discard();
  else if (answer.response) await stream(edge, viewing, answer.response, undefined);
  else await fail(edge, viewing, answer, signal);
}

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
    const signal = follow(edge, viewing);
    const fetched = await fetchObject(edge, viewing, key, { encoding, passThrough: false, stale, signal });
    await deliver(edge, viewing, fetched, lead, signal);
  } finally {
    // Whatever happened, nobody waits for ever; a settled lead takes no second word.
    if (!lead.keeping) lead.settle(undefined);
  }
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
    lead.settle(keep(edge, viewing, fetched.plan, body));
  } finally {
    lead.settle(undefined);
  }
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
    return await sendPage(edge, viewing, status, page, follow(edge, viewing));
  }
  countOutcome(edge.stats, status);
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
  await sendPage(edge, viewing, status, page, follow(edge, viewing));
}
