/** One request on its way through an edge, and the ways in which it is answered from memory. */
import type { IncomingRequest, Reply } from '../../network/http/index.ts';
import type { Clock } from '../../time/clock.ts';
import { byteRange, viewerHasIt } from './byte-range.ts';
import type { Cache, StoredObject } from './cache.ts';
import type { Behavior } from './model.ts';
import type { OriginFetcher } from './origin-fetch.ts';
import type { Distribution } from './registry.ts';
import {
  type CacheResult,
  type EdgeIdentity,
  ERROR_PAGE_HEADERS,
  errorPage,
  withCors,
  withEdge,
} from './viewer-response.ts';

export interface EdgeStats {
  requests: number;
  hits: number;
  misses: number;
  errors: number;
  /** Of the errors: a viewer was told to come again (503). */
  refused: number;
  /** Of the errors: any other 5xx, or the viewer left without an answer. */
  failed: number;
}

/** What a viewer's answer was worth to him, by its status. */
export function countOutcome(stats: EdgeStats, status: number): void {
  if (status === 503) stats.refused += 1;
  else if (status >= 500) stats.failed += 1;
}

/** What an edge location has for its requests. */
export interface EdgeParts {
  readonly name: string;
  readonly identity: EdgeIdentity;
  readonly clock: Clock;
  readonly cache: Cache;
  readonly fetcher: OriginFetcher;
  readonly stats: EdgeStats;
  /** Objects on their way from an origin, by cache key: later requests wait for them. */
  readonly underWay: Map<string, Promise<StoredObject | undefined>>;
  nextRequestId(): string;
}

export interface Viewing {
  readonly request: IncomingRequest;
  readonly reply: Reply;
  readonly distribution: Distribution;
  readonly behavior: Behavior;
  readonly path: string;
  readonly query: string;
}

/** From memory; the usual case goes out without a list of its own. */
export function sendStored(edge: EdgeParts, viewing: Viewing, object: StoredObject): void {
  const { request, reply, behavior, distribution } = viewing;
  const ageSeconds = object.initialAgeSeconds + Math.floor((edge.clock.now() - object.storedMs) / 1000);
  let headers: readonly string[] = object.hitHeaders;
  object.hitHeaders[object.ageAt] = String(Math.max(0, ageSeconds));
  object.hitHeaders[object.requestIdAt] = edge.nextRequestId();
  edge.stats.hits += 1;
  const cors = behavior.responseHeaders?.cors;
  if (cors) headers = withCors(object.hitHeaders, cors, request.header('origin'));
  sendObject(viewing, object, headers);
  count(distribution, reply.status, reply.bodyBytes);
}

/** As `Miss` or `RefreshHit`: just come from the origin, whole. */
export function sendFetched(
  edge: EdgeParts,
  viewing: Viewing,
  object: StoredObject,
  result: CacheResult,
): void {
  const { request, reply, behavior, distribution } = viewing;
  const headers = withEdge(object.headers, result, edge.identity, edge.nextRequestId());
  sendObject(viewing, object, withCors(headers, behavior.responseHeaders?.cors, request.header('origin')));
  count(distribution, reply.status, reply.bodyBytes);
}

/** Whole, as a part, or “you have it”. */
function sendObject({ request, reply }: Viewing, object: StoredObject, headers: readonly string[]): void {
  const { status, headers: sent, body } = partOf(request, object, headers);
  reply.send(status, sent, body);
}

interface Part {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const NOTHING = Buffer.alloc(0);

function partOf(request: IncomingRequest, object: StoredObject, headers: readonly string[]): Part {
  const whole: Part = { status: object.status, headers, body: object.body };
  if (object.status !== 200) return whole;
  const ifNoneMatch = request.header('if-none-match');
  const ifModifiedSince = request.header('if-modified-since');
  const conditional = ifNoneMatch !== undefined || ifModifiedSince !== undefined;
  if (conditional && viewerHasIt(object, ifNoneMatch, ifModifiedSince))
    return { status: 304, headers, body: NOTHING };
  const range = request.header('range');
  if (range === undefined || request.method !== 'GET' || !rangeApplies(request, object)) return whole;
  const { length } = object.body;
  const choice = byteRange(range, length);
  switch (choice.kind) {
    case 'whole':
      return whole;
    case 'unsatisfiable':
      return { status: 416, headers: [...headers, 'Content-Range', `bytes */${length}`], body: NOTHING };
    case 'part': {
      const { start, end } = choice;
      const contentRange = `bytes ${start}-${end - 1}/${length}`;
      return {
        status: 206,
        headers: [...headers, 'Content-Range', contentRange],
        body: object.body.subarray(start, end),
      };
    }
  }
}

/** If-Range: the part only if it is still the same object (RFC 9110 §13.1.5). */
function rangeApplies(request: IncomingRequest, object: StoredObject): boolean {
  const condition = request.header('if-range');
  if (condition === undefined) return true;
  return condition === object.etag || condition === object.lastModified;
}

/** A page of the edge's own: the request could not be satisfied. */
export function sendError(edge: EdgeParts, viewing: Viewing, status: number, because: string): void {
  const { reply, distribution } = viewing;
  sendOwnError(edge, reply, status, because);
  count(distribution, status, reply.bodyBytes);
}

export function sendOwnError(
  edge: Pick<EdgeParts, 'identity' | 'nextRequestId' | 'stats'>,
  reply: Reply,
  status: number,
  because: string,
): void {
  edge.stats.errors += 1;
  countOutcome(edge.stats, status);
  const requestId = edge.nextRequestId();
  const headers = withEdge(ERROR_PAGE_HEADERS, 'Error', edge.identity, requestId);
  reply.send(status, headers, errorPage(status, because, requestId));
}

export function count(distribution: Distribution, status: number, bytes: number): void {
  const { counters } = distribution;
  counters.requests += 1;
  counters.bytes += bytes;
  if (status >= 500) counters.serverErrors += 1;
  else if (status >= 400) counters.clientErrors += 1;
}
