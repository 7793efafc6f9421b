/**
 * An edge location: an HTTP and an HTTPS listener, a cache, a resolver and connections of its own. A request
 * finds its distribution by Host and its behaviour by path; a fresh object goes out from memory at once.
 */
import { createAuthority } from '../../network/certificates.ts';
import {
  type HttpServer,
  type IncomingRequest,
  Pool,
  type Refusal,
  type Reply,
  serveHttp,
  type TlsIdentity,
} from '../../network/http/index.ts';
import { createResolver } from '../../network/resolver.ts';
import type { GlobalContext } from '../contract.ts';
import { createCache } from './cache.ts';
import { cacheKey, type Encoding, normalisedEncoding } from './cache-key.ts';
import { useOf } from './freshness.ts';
import { type CachePolicy, cachesNothing } from './model.ts';
import { createOriginAddresses } from './origin-addresses.ts';
import { fetchForViewer, passThrough, refreshInBackground } from './origin-answer.ts';
import { createOriginFetcher } from './origin-fetch.ts';
import type { Chosen, Registry } from './registry.ts';
import type { Signer } from './s3-signing.ts';
import { withEdge } from './viewer-response.ts';
import { type EdgeParts, sendError, sendOwnError, sendStored, type Viewing } from './viewing.ts';

export interface Edge {
  readonly parts: EdgeParts;
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Where each origin was found last. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
  setIdentities(identities: readonly TlsIdentity[]): void;
  close(): Promise<void>;
}

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const DNS_PORT = 53;
const CACHE_BYTES = 64 * 1024 * 1024;
/** A URL of 8,192 bytes, a request of 32,768 without its body (CloudFront quotas). */
const MAX_TARGET_BYTES = 8_192;
const LIMITS = { lineBytes: 20_480, headBytes: 32_768 };
/** What viewers get after `close` was asked for. AWS time. */
const GRACE_MS = 2_000;

export async function openEdge(
  context: GlobalContext,
  place: { readonly name: string; readonly index: number },
  registry: Registry,
  signer: Signer,
): Promise<Edge> {
  const { clock, network } = context;
  const address = network.address('edge', place.index);
  const server = { host: network.address('name-server', 0), port: network.port(DNS_PORT) };
  const resolver = createResolver({ server, clock });
  const addresses = createOriginAddresses(resolver, context.journal, place.name);
  const pools = new Map<number, Pool>();
  const poolFor = (seconds: number): Pool => {
    const pool = pools.get(seconds) ?? new Pool({ clock, idleMs: seconds * 1000 });
    pools.set(seconds, pool);
    return pool;
  };
  const parts: EdgeParts = {
    name: place.name,
    identity: { pop: `${place.name}-C1`, via: `1.1 ${place.name.toLowerCase()}.cloudfront.net (CloudFront)` },
    clock,
    cache: createCache(CACHE_BYTES),
    fetcher: createOriginFetcher(context, { name: place.name, poolFor, addresses }, signer),
    stats: { requests: 0, hits: 0, misses: 0, errors: 0, refused: 0, failed: 0 },
    underWay: new Map(),
    nextRequestId: requestIds(place.name, context.random),
  };
  const common = {
    host: address,
    clock,
    limits: LIMITS,
    onRefused: (refusal: Refusal, reply: Reply) =>
      sendOwnError(parts, reply, refusal.kind === 'head-too-large' ? 494 : refusal.status, refusal.because),
  };
  const placeholder = await createAuthority(`no distribution yet at ${place.name}`);
  const own = [{ certificate: placeholder.certificatePem, privateKey: placeholder.privateKeyPem }];
  const https: HttpServer = await serveHttp({
    ...common,
    port: network.port(HTTPS_PORT),
    tls: own,
    onRequest: (request, reply) => answer(parts, registry, https.port, request, reply),
  });
  const http = await serveHttp({
    ...common,
    port: network.port(HTTP_PORT),
    onRequest: (request, reply) => answer(parts, registry, https.port, request, reply),
  });
  return {
    parts,
    address,
    httpPort: http.port,
    httpsPort: https.port,
    origins: addresses.known,
    setIdentities: (identities) => https.setIdentities(identities.length > 0 ? identities : own),
    close: async () => {
      await Promise.all([http.close(GRACE_MS), https.close(GRACE_MS)]);
      for (const pool of pools.values()) pool.destroy();
      resolver.close();
    },
  };
}

/** Unlike any other, opaque to everybody: a prefix for the edge's life and a number. */
function requestIds(name: string, random: () => number): () => string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const prefix = Array.from({ length: 32 }, () => letters[Math.floor(random() * letters.length)]).join('');
  let number = 0;
  return () => {
    number += 1;
    return `${prefix}${name}${number.toString(36).padStart(10, '0')}==`;
  };
}

function answer(
  edge: EdgeParts,
  registry: Registry,
  httpsPort: number,
  request: IncomingRequest,
  reply: Reply,
): void {
  edge.stats.requests += 1;
  const chosen = registry.choose(request.host);
  if (!chosen) {
    const because = `No enabled distribution of this system has the name ${request.host ?? '(none)'}.`;
    sendOwnError(edge, reply, 403, because);
    return;
  }
  if (request.target.length > MAX_TARGET_BYTES) {
    sendOwnError(edge, reply, 414, `A URL has ${MAX_TARGET_BYTES} bytes at most.`);
    return;
  }
  const { distribution } = chosen;
  const at = request.target.indexOf('?');
  const asked = at < 0 ? request.target : request.target.slice(0, at);
  const query = at < 0 ? '' : request.target.slice(at + 1);
  const root = distribution.document.defaultRootObject;
  const path = asked === '/' && root !== '' ? `/${root}` : asked;
  const behavior = distribution.behaviors.match(path);
  const viewing: Viewing = { request, reply, distribution, behavior, path, query };
  if (!admits(edge, viewing, chosen, httpsPort)) return;
  serve(edge, viewing);
}

/** Protocol, method, body: what the behaviour lets in. */
function admits(edge: EdgeParts, viewing: Viewing, chosen: Chosen, httpsPort: number): boolean {
  const { request, reply, behavior } = viewing;
  // No certificate could be valid for an IP address or localhost, so those may stay with HTTP.
  if (!request.secure && !chosen.direct && behavior.viewerProtocolPolicy !== 'allow-all') {
    if (behavior.viewerProtocolPolicy === 'https-only')
      sendError(edge, viewing, 403, 'This distribution takes HTTPS only.');
    else redirect(edge, viewing, httpsPort);
    return false;
  }
  if (!behavior.allowedMethods.includes(request.method)) {
    const because = `This distribution is not configured to allow the HTTP request method ${request.method} for ${viewing.path}; allowed: ${behavior.allowedMethods.join(', ')}.`;
    sendError(edge, viewing, 403, because);
    return false;
  }
  if ((request.method === 'GET' || request.method === 'HEAD') && request.body.length !== 0) {
    sendError(edge, viewing, 403, `A ${request.method} request has no body.`);
    return false;
  }
  return !reply.over;
}

function redirect(edge: EdgeParts, viewing: Viewing, httpsPort: number): void {
  const { request, reply } = viewing;
  const host = (request.host ?? '').replace(/:\d+$/, '');
  const port = httpsPort === HTTPS_PORT ? '' : `:${httpsPort}`;
  const fixed = request.method === 'GET' || request.method === 'HEAD' ? 301 : 307;
  const headers = [
    'Server',
    'CloudFront',
    'Content-Type',
    'text/html',
    'Location',
    `https://${host}${port}${request.target}`,
  ];
  reply.send(fixed, withEdge(headers, 'Redirect', edge.identity, edge.nextRequestId()));
}

function serve(edge: EdgeParts, viewing: Viewing): void {
  const { request, distribution, behavior, path, query } = viewing;
  const { method } = request;
  const policy = behavior.cache;
  const encoding = encodingOf(request, policy);
  if (cachesNothing(policy) || !behavior.cachedMethods.includes(method)) {
    guard(edge, viewing, passThrough(edge, viewing, encoding));
    return;
  }
  const { id } = distribution.document;
  const key = cacheKey(id, method, path, query, request.headers, policy, encoding);
  const object = edge.cache.get(key);
  const nowMs = edge.clock.now();
  const use = object && (nowMs < object.retryAtMs ? 'fresh' : useOf(object, nowMs));
  if (object && use !== 'revalidate') {
    sendStored(edge, viewing, object);
    if (use === 'stale-while-revalidate')
      void refreshInBackground(edge, viewing, key, encoding, object).catch(() => {});
    return;
  }
  // A part of what is not at hand, or a head alone, is the origin's to give and is not kept.
  const partial = method === 'HEAD' || request.header('range') !== undefined;
  const work = partial
    ? passThrough(edge, viewing, encoding)
    : fetchForViewer(edge, viewing, key, encoding, object);
  guard(edge, viewing, work);
}

/** A mistake of ours must not leave a viewer waiting. */
function guard(edge: EdgeParts, viewing: Viewing, work: Promise<void>): void {
  work.catch((error: Error) => {
    if (viewing.reply.begun) viewing.reply.abort({ kind: 'malformed', because: error.message });
    else sendOwnError(edge, viewing.reply, 502, error.message);
  });
}

const MAX_KNOWN_ENCODINGS = 1000;
const knownEncodings = new Map<string, Encoding>();

/** Browsers send few different Accept-Encoding values: each is read once per kind of policy. */
function encodingOf(request: IncomingRequest, policy: CachePolicy): Encoding {
  if (!policy.gzip && !policy.brotli) return '';
  const accepted = request.header('accept-encoding');
  if (accepted === undefined) return '';
  const key = policy.gzip ? (policy.brotli ? `both ${accepted}` : `gzip ${accepted}`) : `br ${accepted}`;
  let encoding = knownEncodings.get(key);
  if (encoding === undefined) {
    encoding = normalisedEncoding(accepted, policy);
    if (knownEncodings.size >= MAX_KNOWN_ENCODINGS) knownEncodings.clear();
    knownEncodings.set(key, encoding);
  }
  return encoding;
}
