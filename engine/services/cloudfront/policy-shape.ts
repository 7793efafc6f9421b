/**
 * Policies of one's own: from the shapes of AWS's API (lists as Quantity and Items) and of templates (plain
 * lists, another spelling here and there) to what the edges go by. Pure.
 */
import type {
  CachePolicy,
  CorsPolicy,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  Selection,
} from './model.ts';

// biome-ignore lint/suspicious/noExplicitAny: two shapes (API and template) of the same settings are read here
export type Shape = any;

/** `{ Quantity, Items }` of the API or the plain list of a template. */
export function itemsOf<T = string>(list: Shape): readonly T[] {
  if (Array.isArray(list)) return list;
  return list?.Items ?? [];
}

export function cachePolicy(config: Shape): CachePolicy {
  const parameters = config.ParametersInCacheKeyAndForwardedToOrigin ?? {};
  return {
    minTtlSeconds: Number(config.MinTTL ?? 0),
    defaultTtlSeconds: Number(config.DefaultTTL ?? 86_400),
    maxTtlSeconds: Number(config.MaxTTL ?? 31_536_000),
    headers: headerSelection(parameters.HeadersConfig),
    cookies: selection(parameters.CookiesConfig, 'Cookie', 'Cookies'),
    queryStrings: selection(parameters.QueryStringsConfig, 'QueryString', 'QueryStrings'),
    gzip: truth(parameters.EnableAcceptEncodingGzip),
    brotli: truth(parameters.EnableAcceptEncodingBrotli),
  };
}

export function originRequestPolicy(config: Shape): OriginRequestPolicy {
  return {
    headers: headerSelection(config.HeadersConfig),
    cookies: selection(config.CookiesConfig, 'Cookie', 'Cookies'),
    queryStrings: selection(config.QueryStringsConfig, 'QueryString', 'QueryStrings'),
  };
}

function headerSelection(config: Shape): Selection {
  const names = itemsOf(config?.Headers).map((name) => name.toLowerCase());
  switch (config?.HeaderBehavior ?? 'none') {
    case 'whitelist':
      return { which: 'listed', names };
    case 'allExcept':
      return { which: 'all-except', names };
    case 'allViewer':
    case 'allViewerAndWhitelistCloudFront':
      return { which: 'all' };
    default:
      return { which: 'none' };
  }
}

function selection(
  config: Shape,
  kind: 'Cookie' | 'QueryString',
  list: 'Cookies' | 'QueryStrings',
): Selection {
  const names = itemsOf(config?.[list]);
  switch (config?.[`${kind}Behavior`] ?? 'none') {
    case 'all':
      return { which: 'all' };
    case 'whitelist':
      return { which: 'listed', names };
    case 'allExcept':
      return { which: 'all-except', names };
    default:
      return { which: 'none' };
  }
}

export function responseHeadersPolicy(config: Shape): ResponseHeadersPolicy {
  const security = config.SecurityHeadersConfig ?? {};
  const headers: { name: string; value: string; override: boolean }[] = [];
  const add = (name: string, from: Shape, value: string | undefined): void => {
    if (from && value !== undefined) headers.push({ name, value, override: truth(from.Override) });
  };
  const { StrictTransportSecurity: hsts, XSSProtection: xss } = security;
  add('Strict-Transport-Security', hsts, hsts && hstsValue(hsts));
  add('X-Content-Type-Options', security.ContentTypeOptions, 'nosniff');
  add('X-Frame-Options', security.FrameOptions, security.FrameOptions?.FrameOption);
  add('Referrer-Policy', security.ReferrerPolicy, security.ReferrerPolicy?.ReferrerPolicy);
  add(
    'Content-Security-Policy',
    security.ContentSecurityPolicy,
    security.ContentSecurityPolicy?.ContentSecurityPolicy,
  );
  add('X-XSS-Protection', xss, xss && xssValue(xss));
  for (const header of itemsOf<Shape>(config.CustomHeadersConfig))
    headers.push({ name: header.Header, value: header.Value, override: truth(header.Override) });
  const remove = itemsOf<Shape>(config.RemoveHeadersConfig).map((one) => String(one.Header).toLowerCase());
  return { headers, remove, cors: config.CorsConfig && corsPolicy(config.CorsConfig) };
}

function hstsValue(hsts: Shape): string {
  const subdomains = truth(hsts.IncludeSubdomains) ? '; includeSubDomains' : '';
  return `max-age=${hsts.AccessControlMaxAgeSec}${subdomains}${truth(hsts.Preload) ? '; preload' : ''}`;
}

function xssValue(xss: Shape): string {
  if (!truth(xss.Protection)) return '0';
  const report = xss.ReportUri ? `; report=${xss.ReportUri}` : '';
  return `1${truth(xss.ModeBlock) ? '; mode=block' : ''}${report}`;
}

function corsPolicy(cors: Shape): CorsPolicy {
  const headers: (readonly [string, string])[] = [];
  const list = (name: string, from: Shape): void => {
    const items = itemsOf(from);
    if (items.length > 0) headers.push([name, items.join(', ')]);
  };
  list('Access-Control-Allow-Headers', cors.AccessControlAllowHeaders);
  const methods = itemsOf(cors.AccessControlAllowMethods);
  const every = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];
  list('Access-Control-Allow-Methods', methods.includes('ALL') ? every : methods);
  list('Access-Control-Expose-Headers', cors.AccessControlExposeHeaders);
  if (truth(cors.AccessControlAllowCredentials)) headers.push(['Access-Control-Allow-Credentials', 'true']);
  if (cors.AccessControlMaxAgeSec !== undefined)
    headers.push(['Access-Control-Max-Age', String(cors.AccessControlMaxAgeSec)]);
  return {
    origins: itemsOf(cors.AccessControlAllowOrigins),
    headers,
    override: truth(cors.OriginOverride),
  };
}

/** Templates write booleans as text now and then. */
export function truth(value: unknown): boolean {
  return value === true || value === 'true';
}
