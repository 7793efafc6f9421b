/**
 * How long a response may be kept: the origin's Cache-Control and Expires within the policy's minimum, default
 * and maximum TTL, by CloudFront's table. Pure.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 */
export interface TtlPolicy {
  readonly minTtlSeconds: number;
  readonly defaultTtlSeconds: number;
  readonly maxTtlSeconds: number;
}

/** What of a response's head matters for its freshness. */
export interface ResponseAge {
  readonly cacheControl: string | undefined;
  readonly expires: string | undefined;
  readonly date: string | undefined;
  readonly age: string | undefined;
}

export interface Freshness {
  /** False: nothing is kept and nobody else gets this response. */
  readonly storable: boolean;
  readonly ttlSeconds: number;
  /** How long it is served while it is being fetched anew. */
  readonly staleWhileRevalidateSeconds: number;
  /** How long it may stand in for an origin that fails; undefined: as long as it is in the cache. */
  readonly staleIfErrorSeconds: number | undefined;
}

interface Directives {
  readonly forbids: boolean;
  readonly noCache: boolean;
  readonly maxAgeSeconds: number | undefined;
  readonly staleWhileRevalidateSeconds: number | undefined;
  readonly staleIfErrorSeconds: number | undefined;
}

export function freshness(response: ResponseAge, policy: TtlPolicy, nowMs: number): Freshness {
  const { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds } = policy;
  const directives = readDirectives(response.cacheControl);
  const cap = (seconds: number): number => Math.max(0, Math.min(seconds, maxTtlSeconds));
  const stale = {
    staleWhileRevalidateSeconds: cap(directives.staleWhileRevalidateSeconds ?? 0),
    staleIfErrorSeconds:
      directives.staleIfErrorSeconds === undefined ? undefined : cap(directives.staleIfErrorSeconds),
  };
  if (maxTtlSeconds <= 0) return { storable: false, ttlSeconds: 0, ...stale };
  // With a minimum, “no” means “for the minimum”: the trap of CachingOptimized (1 s) in front of an API.
  if (directives.forbids || directives.noCache)
    return {
      storable: minTtlSeconds > 0 || !directives.forbids,
      ttlSeconds: cap(minTtlSeconds),
      ...stale,
    };
  const said = directives.maxAgeSeconds ?? expiresInSeconds(response, nowMs);
  if (said === undefined)
    return { storable: true, ttlSeconds: cap(Math.max(minTtlSeconds, defaultTtlSeconds)), ...stale };
  const age = wholeSeconds(response.age) ?? 0;
  return { storable: true, ttlSeconds: cap(Math.max(minTtlSeconds, said - age)), ...stale };
}

function readDirectives(cacheControl: string | undefined): Directives {
  const found = new Map<string, string>();
  for (const part of (cacheControl ?? '').split(',')) {
    const [name = '', value = ''] = part.trim().toLowerCase().split('=', 2);
    if (name !== '' && !found.has(name)) found.set(name, value.replace(/^"|"$/g, ''));
  }
  return {
    forbids: found.has('no-store') || found.has('private'),
    noCache: found.has('no-cache'),
    maxAgeSeconds: wholeSeconds(found.get('s-maxage')) ?? wholeSeconds(found.get('max-age')),
    staleWhileRevalidateSeconds: wholeSeconds(found.get('stale-while-revalidate')),
    staleIfErrorSeconds: wholeSeconds(found.get('stale-if-error')),
  };
}

/** An Expires that is no date, such as 0, is in the past (RFC 9111 §5.3). */
function expiresInSeconds({ expires, date }: ResponseAge, nowMs: number): number | undefined {
  if (expires === undefined) return undefined;
  const atMs = Date.parse(expires);
  if (Number.isNaN(atMs)) return 0;
  const fromMs = date === undefined ? nowMs : Date.parse(date);
  return Math.max(0, Math.floor((atMs - (Number.isNaN(fromMs) ? nowMs : fromMs)) / 1000));
}

function wholeSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), 2 ** 31) : undefined;
}

/** Statuses of the origin that are kept as errors, whether or not it says how long. */
const ERRORS_KEPT: readonly number[] = [404, 405, 410, 414, 416, 500, 501, 502, 503, 504];
/** Kept only where the origin says max-age or s-maxage. */
const ERRORS_KEPT_IF_SAID: readonly number[] = [400, 403, 412, 415];
export const DEFAULT_ERROR_TTL_SECONDS = 10;

/**
 * How long an error is answered again without asking the origin: the error caching minimum TTL, longer where
 * the origin says so. 0 = not kept.
 */
export function errorTtlSeconds(
  status: number,
  response: ResponseAge,
  policy: TtlPolicy,
  minErrorTtlSeconds: number,
): number {
  if (policy.maxTtlSeconds <= 0) return 0;
  const said = readDirectives(response.cacheControl).maxAgeSeconds;
  const kept = ERRORS_KEPT.includes(status) || (ERRORS_KEPT_IF_SAID.includes(status) && said !== undefined);
  if (!kept) return 0;
  return Math.max(minErrorTtlSeconds, Math.min(said ?? 0, policy.maxTtlSeconds));
}

export type Use =
  | { readonly use: 'fresh' }
  /** Answer with it, fetch anew behind the viewer's back. */
  | { readonly use: 'stale-while-revalidate' }
  | { readonly use: 'revalidate' };

export interface Kept {
  readonly freshUntilMs: number;
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number | undefined;
}

export function useOf(kept: Kept, nowMs: number): Use['use'] {
  if (nowMs < kept.freshUntilMs) return 'fresh';
  const swrUntilMs = kept.freshUntilMs + kept.staleWhileRevalidateSeconds * 1000;
  return nowMs < swrUntilMs ? 'stale-while-revalidate' : 'revalidate';
}

/** Whether an expired object may stand in for an origin that answers 5xx or cannot be reached. */
export function standsIn(kept: Kept, nowMs: number): boolean {
  if (kept.staleIfErrorSeconds === undefined) return true;
  return nowMs < kept.freshUntilMs + kept.staleIfErrorSeconds * 1000;
}
