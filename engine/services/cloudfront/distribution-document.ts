/**
 * A distribution's configuration as the edges go by it: policies looked up, defaults filled in, what cannot
 * be served here refused by name. Pure.
 */
import type { CacheBehavior, DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront';
import { DEFAULT_ERROR_TTL_SECONDS } from './freshness.ts';
import { NOTHING_FORWARDED } from './managed-policies.ts';
import type {
  Behavior,
  CachePolicy,
  DistributionDocument,
  ErrorResponse,
  Origin,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  Selection,
} from './model.ts';
import { itemsOf, type Shape, truth } from './policy-shape.ts';

/** Policies and access controls by id; undefined = there is none of that id. */
export interface PolicyBook {
  cachePolicy(id: string): CachePolicy | undefined;
  originRequestPolicy(id: string): OriginRequestPolicy | undefined;
  responseHeadersPolicy(id: string): ResponseHeadersPolicy | undefined;
  /** The signing behaviour of an origin access control. */
  signing(id: string): 'always' | 'no-override' | 'never' | undefined;
}

export type Served = Omit<DistributionDocument, 'id' | 'domainName' | 'certificates'>;

const S3_DOMAIN = /^.+\.s3[.-](?:dualstack\.)?([a-z]{2}-[a-z0-9-]+-\d)\.amazonaws\.com$/;
const S3_READ_TIMEOUT_SECONDS = 30;

/** Throws an Error that says what is wrong, and where. */
export function servedBy(config: DistributionConfig, book: PolicyBook): Served {
  const origins = itemsOf<Shape>(config.Origins).map((origin, n) => originOf(origin, n, book));
  const originGroups = itemsOf<Shape>(config.OriginGroups).map((group) => {
    const members = itemsOf<{ OriginId: string }>(group.Members).map((member) => member.OriginId);
    const [primary, secondary] = members;
    if (primary === undefined || secondary === undefined || members.length !== 2)
      throw new Error(`OriginGroups: group ${group.Id} has two members, found ${members.length}`);
    const statusCodes = itemsOf<number>(group.FailoverCriteria?.StatusCodes).map(Number);
    return { id: String(group.Id), primary, secondary, statusCodes };
  });
  const targets = new Set([...origins.map((one) => one.id), ...originGroups.map((one) => one.id)]);
  for (const group of originGroups)
    for (const member of [group.primary, group.secondary])
      if (!targets.has(member)) throw new Error(`OriginGroups: group ${group.id} names no origin ${member}`);
  const behaviors = [
    ...itemsOf<CacheBehavior>(config.CacheBehaviors).map((one, n) => {
      const where = `CacheBehaviors[${n}] (${one.PathPattern})`;
      return behaviorOf(one, one.PathPattern ?? '', where, book, targets);
    }),
    behaviorOf(
      config.DefaultCacheBehavior as DefaultCacheBehavior,
      '*',
      'DefaultCacheBehavior',
      book,
      targets,
    ),
  ];
  return {
    aliases: itemsOf(config.Aliases),
    enabled: truth(config.Enabled),
    defaultRootObject: config.DefaultRootObject ?? '',
    origins,
    originGroups,
    behaviors,
    errorResponses: itemsOf<Shape>(config.CustomErrorResponses).map(errorResponseOf),
  };
}

function errorResponseOf(response: Shape): ErrorResponse {
  return {
    code: Number(response.ErrorCode),
    minTtlSeconds: Number(response.ErrorCachingMinTTL ?? DEFAULT_ERROR_TTL_SECONDS),
    pagePath: response.ResponsePagePath || undefined,
    responseCode: response.ResponseCode ? Number(response.ResponseCode) : undefined,
  };
}

function originOf(origin: Shape, n: number, book: PolicyBook): Origin {
  const where = `Origins[${n}] (${origin.Id})`;
  if (origin.VpcOriginConfig) throw new Error(`${where}: VPC origins are not served here`);
  const common = {
    id: String(origin.Id),
    domainName: String(origin.DomainName).toLowerCase(),
    path: origin.OriginPath ?? '',
    connectionAttempts: Number(origin.ConnectionAttempts ?? 3),
    connectionTimeoutSeconds: Number(origin.ConnectionTimeout ?? 10),
    headers: itemsOf<Shape>(origin.CustomHeaders).map(
      ({ HeaderName, HeaderValue }) => [HeaderName, HeaderValue] as const,
    ),
  };
  const custom = origin.CustomOriginConfig;
  if (custom)
    return {
      ...common,
      kind: {
        type: 'custom',
        httpPort: Number(custom.HTTPPort ?? 80),
        httpsPort: Number(custom.HTTPSPort ?? 443),
        protocolPolicy: custom.OriginProtocolPolicy ?? 'match-viewer',
        readTimeoutSeconds: Number(custom.OriginReadTimeout ?? 30),
        keepaliveSeconds: Number(custom.OriginKeepaliveTimeout ?? 5),
      },
    };
  const region = S3_DOMAIN.exec(common.domainName)?.[1];
  if (region === undefined)
    throw new Error(
      `${where}: an S3 origin's DomainName must be <bucket>.s3.<region>.amazonaws.com, found ${origin.DomainName}`,
    );
  const control = origin.OriginAccessControlId;
  const signing = control ? book.signing(control) : 'never';
  if (!signing) throw new Error(`${where}: there is no origin access control ${control}`);
  return { ...common, kind: { type: 's3', region, signing, readTimeoutSeconds: S3_READ_TIMEOUT_SECONDS } };
}

function behaviorOf(
  behavior: CacheBehavior | DefaultCacheBehavior,
  pathPattern: string,
  where: string,
  book: PolicyBook,
  targets: ReadonlySet<string>,
): Behavior {
  const target = behavior.TargetOriginId ?? '';
  if (!targets.has(target)) throw new Error(`${where}: there is no origin ${target}`);
  const functions =
    itemsOf(behavior.FunctionAssociations).length + itemsOf(behavior.LambdaFunctionAssociations).length;
  if (functions > 0) throw new Error(`${where}: functions at the edge are not run here`);
  const found = <T>(
    kind: string,
    id: string | undefined,
    look: (id: string) => T | undefined,
  ): T | undefined => {
    if (!id) return undefined;
    const policy = look(id);
    if (policy === undefined) throw new Error(`${where}: there is no ${kind} ${id}`);
    return policy;
  };
  const legacy = behavior.ForwardedValues ? forwardedValues(behavior) : undefined;
  const cache = found('cache policy', behavior.CachePolicyId, book.cachePolicy) ?? legacy?.cache;
  if (!cache) throw new Error(`${where}: CachePolicyId or ForwardedValues is required`);
  const originRequest =
    found('origin request policy', behavior.OriginRequestPolicyId, book.originRequestPolicy) ??
    legacy?.originRequest ??
    NOTHING_FORWARDED;
  return {
    pathPattern,
    target,
    viewerProtocolPolicy: behavior.ViewerProtocolPolicy ?? 'allow-all',
    allowedMethods: orReads(itemsOf(behavior.AllowedMethods)),
    cachedMethods: orReads(itemsOf(behavior.AllowedMethods?.CachedMethods)),
    compress: truth(behavior.Compress),
    cache,
    originRequest,
    responseHeaders: found(
      'response headers policy',
      behavior.ResponseHeadersPolicyId,
      book.responseHeadersPolicy,
    ),
  };
}

function orReads(methods: readonly string[]): readonly string[] {
  return methods.length > 0 ? methods : ['GET', 'HEAD'];
}

/** The settings from before there were policies. */
function forwardedValues(behavior: CacheBehavior | DefaultCacheBehavior): {
  readonly cache: CachePolicy;
  readonly originRequest: OriginRequestPolicy;
} {
  const values = behavior.ForwardedValues;
  const names = itemsOf(values?.Headers).map((name) => name.toLowerCase());
  const headers: Selection = names.includes('*')
    ? { which: 'all' }
    : names.length > 0
      ? { which: 'listed', names }
      : { which: 'none' };
  const keys = itemsOf(values?.QueryStringCacheKeys);
  const query: Selection = values?.QueryString ? { which: 'all' } : { which: 'none' };
  const forward = values?.Cookies?.Forward ?? 'none';
  const cookies: Selection =
    forward === 'whitelist'
      ? { which: 'listed', names: itemsOf(values?.Cookies?.WhitelistedNames) }
      : { which: forward === 'all' ? 'all' : 'none' };
  const everything = headers.which === 'all';
  return {
    cache: {
      minTtlSeconds: Number(behavior.MinTTL ?? 0),
      defaultTtlSeconds: Number(behavior.DefaultTTL ?? 86_400),
      // “Forward all headers” turns caching off.
      maxTtlSeconds: everything ? 0 : Number(behavior.MaxTTL ?? 31_536_000),
      headers,
      cookies,
      queryStrings: keys.length > 0 ? { which: 'listed', names: keys } : query,
      gzip: truth(behavior.Compress),
      brotli: false,
    },
    originRequest: { headers, cookies, queryStrings: query },
  };
}
