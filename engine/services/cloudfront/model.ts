/**
 * What the edges go by: a distribution with its policies resolved, as the control plane publishes it under
 * `cloudfront/distribution/<id>`. Pure.
 */
export interface DistributionDocument {
  readonly id: string;
  readonly domainName: string;
  readonly aliases: readonly string[];
  readonly enabled: boolean;
  readonly defaultRootObject: string;
  readonly origins: readonly Origin[];
  readonly originGroups: readonly OriginGroup[];
  /** In the order in which they are tried; the last is the default, with the pattern `*`. */
  readonly behaviors: readonly Behavior[];
  readonly errorResponses: readonly ErrorResponse[];
  /** For the aliases first, then for the distribution's own name. */
  readonly certificates: readonly { readonly certificate: string; readonly privateKey: string }[];
}

export interface Origin {
  readonly id: string;
  readonly domainName: string;
  /** Put in front of every path; '' or `/folder`. */
  readonly path: string;
  readonly connectionAttempts: number;
  readonly connectionTimeoutSeconds: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly kind: CustomOrigin | S3Origin;
}

export interface CustomOrigin {
  readonly type: 'custom';
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly protocolPolicy: 'http-only' | 'https-only' | 'match-viewer';
  readonly readTimeoutSeconds: number;
  readonly keepaliveSeconds: number;
}

export interface S3Origin {
  readonly type: 's3';
  readonly region: string;
  /** Whether an origin access control has requests signed. */
  readonly signing: 'always' | 'no-override' | 'never';
  readonly readTimeoutSeconds: number;
}

export interface OriginGroup {
  readonly id: string;
  readonly primary: string;
  readonly secondary: string;
  readonly statusCodes: readonly number[];
}

export interface Behavior {
  readonly pathPattern: string;
  /** An origin's id, or an origin group's. */
  readonly target: string;
  readonly viewerProtocolPolicy: 'allow-all' | 'redirect-to-https' | 'https-only';
  readonly allowedMethods: readonly string[];
  readonly cachedMethods: readonly string[];
  readonly compress: boolean;
  readonly cache: CachePolicy;
  readonly originRequest: OriginRequestPolicy;
  readonly responseHeaders: ResponseHeadersPolicy | undefined;
}

/** What of a kind (headers, cookies, query strings) is meant. Header names in lower case. */
export type Selection =
  | { readonly which: 'none' | 'all' }
  | { readonly which: 'listed' | 'all-except'; readonly names: readonly string[] };

export interface CachePolicy {
  readonly minTtlSeconds: number;
  readonly defaultTtlSeconds: number;
  readonly maxTtlSeconds: number;
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly queryStrings: Selection;
  readonly gzip: boolean;
  readonly brotli: boolean;
}

export interface OriginRequestPolicy {
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly queryStrings: Selection;
}

export interface ResponseHeadersPolicy {
  /** Set on every response; without `override` only where the origin has not said anything. */
  readonly headers: readonly { readonly name: string; readonly value: string; readonly override: boolean }[];
  /** Lower case. */
  readonly remove: readonly string[];
  readonly cors: CorsPolicy | undefined;
}

/** Added where the viewer's request has an Origin that is allowed. */
export interface CorsPolicy {
  readonly origins: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly override: boolean;
}

export interface ErrorResponse {
  readonly code: number;
  readonly minTtlSeconds: number;
  readonly pagePath: string | undefined;
  readonly responseCode: number | undefined;
}

/** Published under `cloudfront/invalidation/<distribution>/<id>`. */
export interface InvalidationDocument {
  readonly distributionId: string;
  readonly paths: readonly string[];
}

/** CachingDisabled, or a policy of the same effect: nothing is looked up, kept or collapsed. */
export function cachesNothing(policy: CachePolicy): boolean {
  return policy.maxTtlSeconds === 0;
}

export function selects(selection: Selection, name: string): boolean {
  switch (selection.which) {
    case 'none':
      return false;
    case 'all':
      return true;
    case 'listed':
      return selection.names.includes(name);
    case 'all-except':
      return !selection.names.includes(name);
  }
}
