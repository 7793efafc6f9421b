/**
 * Asking an origin, as often as its settings allow, and the second one of an origin group where the first
 * fails. Custom origins are found by DNS; S3 answers at its region's endpoint.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import {
  type Body,
  type Destination,
  destination,
  ExchangeError,
  fetchUpstream,
  type Pool,
  type UpstreamResponse,
} from '../../network/http/index.ts';
import type { GlobalContext } from '../contract.ts';
import type { Behavior, Origin, OriginGroup } from './model.ts';
import type { OriginAddresses } from './origin-addresses.ts';
import { type Attempt, failsOver, mayFailOver, triesAgain } from './origin-failover.ts';
import type { OriginRequest } from './origin-request.ts';
import { encodedPath, type Signer } from './s3-signing.ts';

export interface OriginAsk {
  readonly method: string;
  /** The viewer came by HTTPS: what `match-viewer` goes by. */
  readonly secure: boolean;
  readonly body: Body | undefined;
  readonly signal: AbortSignal;
  requestFor(origin: Origin): OriginRequest;
}

export interface OriginAnswer {
  readonly attempt: Attempt;
  /** Present when it answered. */
  readonly response: UpstreamResponse | undefined;
  /** In words, for an error page and a log. */
  readonly because: string;
}

/** Answers that came from one place since the edge began, by what they were worth; `bucket`: its region. */
export interface PlaceCounters {
  readonly address: string;
  readonly bucket: string | null;
  ok: number;
  refused: number;
  failed: number;
}

export interface OriginFetcher {
  /** An origin, or a group of two. */
  ask(target: Target, behavior: Behavior, ask: OriginAsk): Promise<OriginAnswer>;
  readonly places: ReadonlyMap<string, PlaceCounters>;
}

export type Target =
  | { readonly kind: 'origin'; readonly origin: Origin }
  | {
      readonly kind: 'group';
      readonly group: OriginGroup;
      readonly primary: Origin;
      readonly secondary: Origin;
    };

/** A group that fails over is told of once in this time, not per request. */
const TELL_EVERY_MS = 60_000;
const S3_KEEPALIVE_SECONDS = 5;

export function createOriginFetcher(
  context: Pick<GlobalContext, 'clock' | 'network' | 'journal'>,
  edge: {
    readonly name: string;
    poolFor(keepaliveSeconds: number): Pool;
    readonly addresses: OriginAddresses;
  },
  signer: Signer,
): OriginFetcher {
  const { network, clock, journal } = context;
  const destinations = new Map<string, Destination>();
  const told = new Map<string, number>();
  const places = new Map<string, PlaceCounters>();
  let trust: SecureContext | undefined;

  const destinationFor = (host: string, port: number, servername: string | undefined): Destination => {
    const key = `${host} ${port} ${servername ?? ''}`;
    let found = destinations.get(key);
    if (!found) {
      if (servername !== undefined) trust ??= createSecureContext({ ca: readFileSync(network.trustFile) });
      found = destination(host, port, servername === undefined ? {} : { tls: { servername, trust } });
      destinations.set(key, found);
    }
    return found;
  };
  /** Where to go, one per attempt; empty when the name has no address. */
  const placesOf = async (origin: Origin, secure: boolean): Promise<readonly Destination[]> => {
    const { kind } = origin;
    if (kind.type === 's3') {
      const endpoint = new URL(network.endpointOf(kind.region));
      return [destinationFor(endpoint.hostname, Number(endpoint.port), undefined)];
    }
    const https = kind.protocolPolicy === 'https-only' || (kind.protocolPolicy === 'match-viewer' && secure);
    const port = network.port(https ? kind.httpsPort : kind.httpPort);
    const addresses = await edge.addresses.of(origin.domainName);
    return addresses.map((address) => destinationFor(address, port, https ? origin.domainName : undefined));
  };

  const countersOf = ({ host }: Destination, { kind }: Origin): PlaceCounters => {
    let found = places.get(host);
    if (!found) {
      const bucket = kind.type === 's3' ? kind.region : null;
      found = { address: host, bucket, ok: 0, refused: 0, failed: 0 };
      places.set(host, found);
    }
    return found;
  };
  const askOrigin = async (origin: Origin, ask: OriginAsk): Promise<OriginAnswer> => {
    const failed = (attempt: Attempt, because: string): OriginAnswer => ({
      attempt,
      response: undefined,
      because,
    });
    let candidates: readonly Destination[];
    try {
      candidates = await placesOf(origin, ask.secure);
    } catch (error) {
      return failed({ kind: 'unresolved' }, (error as Error).message);
    }
    if (candidates.length === 0) return failed({ kind: 'unresolved' }, `${origin.domainName} has no address`);
    for (let attempts = 1; ; attempts++) {
      const to = candidates[(attempts - 1) % candidates.length]!;
      const counters = countersOf(to, origin);
      try {
        const keepalive = origin.kind.type === 'custom' ? origin.kind.keepaliveSeconds : S3_KEEPALIVE_SECONDS;
        const response = await send(edge.poolFor(keepalive), to, origin, ask, signer);
        counters[outcomeOf(response.status)] += 1;
        return { attempt: { kind: 'answered', status: response.status }, response, because: '' };
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error;
        counters.failed += 1;
        const attempt: Attempt = { kind: 'failed', failure: error.failure.kind };
        const { connectionAttempts } = origin;
        if (ask.signal.aborted || !triesAgain(attempt, ask.method, attempts, connectionAttempts))
          return failed(attempt, `${origin.domainName} (${to.host}:${to.port}): ${error.message}`);
      }
    }
  };

  const tell = (group: OriginGroup, primary: Origin, secondary: Origin, because: string): void => {
    const now = clock.now();
    if (now - (told.get(group.id) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
    told.set(group.id, now);
    journal.record({
      event: 'origin.failed-over',
      subject: `${group.id} at ${edge.name}`,
      because: `${primary.domainName} failed, ${secondary.domainName} is asked: ${because}`,
      data: {
        edge: edge.name,
        group: group.id,
        primary: primary.domainName,
        secondary: secondary.domainName,
      },
    });
  };
  return {
    places,
    ask: async (target, behavior, ask) => {
      if (target.kind === 'origin') return await askOrigin(target.origin, ask);
      const { group, primary, secondary } = target;
      const first = await askOrigin(primary, ask);
      const mayGo = mayFailOver(ask.method, behavior.cachedMethods) && !ask.signal.aborted;
      if (!mayGo || !failsOver(first.attempt, group.statusCodes)) return first;
      first.response?.body.discard();
      tell(group, primary, secondary, first.because || `it answered ${first.response?.status}`);
      return await askOrigin(secondary, ask);
    },
  };
}

function outcomeOf(status: number): 'ok' | 'refused' | 'failed' {
  if (status === 503) return 'refused';
  return status >= 500 ? 'failed' : 'ok';
}

async function send(
  pool: Pool,
  to: Destination,
  origin: Origin,
  ask: OriginAsk,
  signer: Signer,
): Promise<UpstreamResponse> {
  const { kind } = origin;
  const request = ask.requestFor(origin);
  const timeouts = {
    connectMs: origin.connectionTimeoutSeconds * 1000,
    headMs: kind.readTimeoutSeconds * 1000,
    bodyMs: kind.readTimeoutSeconds * 1000,
  };
  const signed = kind.type === 's3' && kind.signing !== 'never';
  const [path = '', query] = request.target.split('?', 2);
  const target = signed ? `${encodedPath(path)}${query === undefined ? '' : `?${query}`}` : request.target;
  const headers = signed
    ? [
        ...withoutAuthorization(request.headers),
        ...signer.sign(ask.method, request.host, target, kind.region),
      ]
    : request.headers;
  return await fetchUpstream(
    pool,
    to,
    { method: ask.method, target, headers, body: ask.body },
    timeouts,
    ask.signal,
  );
}

function withoutAuthorization(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index] !== 'Authorization') kept.push(headers[index]!, headers[index + 1]!);
  return kept;
}
