/**
 * CloudFront's data plane: the edge locations. They listen from the start, know what was published, and go
 * on without any region; a distribution's name answers with their addresses.
 */
import type { DataPlane, GlobalContext, Json } from '../contract.ts';
import { type Edge, openEdge } from './edge.ts';
import { publishMetrics } from './metrics.ts';
import type { DistributionDocument, InvalidationDocument } from './model.ts';
import { createRegistry } from './registry.ts';
import { createSigner } from './s3-signing.ts';

/** Named as CloudFront's are, after the airport nearby. */
const LOCATIONS = ['IAD89', 'SFO53', 'FRA56'] as const;
/** “CloudFront … 60 seconds TTL” for a distribution's name. */
const NAME_TTL_SECONDS = 60;
const METRICS_MS = 60_000;
const PREFIX = {
  distribution: 'cloudfront/distribution/',
  invalidation: 'cloudfront/invalidation/',
} as const;

export function createCloudFrontDataPlane(context: GlobalContext): DataPlane {
  const registry = createRegistry();
  const edges: Edge[] = [];
  const timers: { stop(): void }[] = [];
  const principal = `arn:aws:sts::${context.account}:assumed-role/cloudfront.amazonaws.com/edge`;
  const signer = createSigner(context.identity, context.clock, principal);

  const announce = (domainName: string, present: boolean): void => {
    const targets = edges.map(({ address }) => ({ address, healthy: true }));
    const document: Json = { type: 'A', ttlSeconds: NAME_TTL_SECONDS, targets, healthy: true };
    context.publish(`route53/name/${domainName}`, present ? document : null);
  };
  const presentCertificates = (): void => {
    const enabled = registry.all.map(({ document }) => document).filter((document) => document.enabled);
    for (const edge of edges) edge.setIdentities(enabled.flatMap((document) => document.certificates));
  };
  const takeDistribution = (key: string, document: Json | null): void => {
    const id = key.slice(PREFIX.distribution.length);
    const before = registry.get(id)?.document;
    if (document === null) registry.remove(id);
    else registry.put(document as unknown as DistributionDocument);
    const now = registry.get(id)?.document;
    if (before && before.domainName !== now?.domainName) announce(before.domainName, false);
    if (now) announce(now.domainName, true);
    presentCertificates();
  };
  const takeInvalidation = (_key: string, document: Json | null): void => {
    if (document === null) return;
    const { distributionId, paths } = document as unknown as InvalidationDocument;
    const distribution = registry.get(distributionId);
    if (distribution) distribution.validity.epoch += 1;
    for (const edge of edges) edge.parts.cache.invalidate(distributionId, paths);
  };

  return {
    start: async () => {
      for (const [index, name] of LOCATIONS.entries())
        edges.push(await openEdge(context, { name, index }, registry, signer));
      context.watch(PREFIX.distribution, takeDistribution);
      context.watch(PREFIX.invalidation, takeInvalidation);
      timers.push(
        context.clock.every(METRICS_MS, () => void publishMetrics(context, registry.all).catch(() => {})),
      );
    },
    stop: async () => {
      for (const timer of timers) timer.stop();
      await Promise.all(edges.map((edge) => edge.close()));
    },
    status: () => ({
      edges: edges.map((edge) => edgeStatus(edge, context.clock.now())),
      distributions: registry.all.map(({ document }) => ({
        id: document.id,
        domainName: document.domainName,
        aliases: [...document.aliases],
        enabled: document.enabled,
      })),
    }),
  };
}

function edgeStatus({ parts, address, httpPort, httpsPort, origins }: Edge, nowMs: number): Json {
  const { requests, hits, misses, errors, refused, failed } = parts.stats;
  return {
    name: parts.name,
    address,
    httpPort,
    httpsPort,
    requests,
    hits,
    misses,
    errors,
    refused,
    failed,
    places: [...parts.fetcher.places.values()].map((place) => ({ ...place })),
    cache: { objects: parts.cache.objects, fresh: parts.cache.fresh(nowMs), bytes: parts.cache.bytes },
    origins: Object.fromEntries([...origins].map(([name, found]) => [name, [...found]])),
  };
}
