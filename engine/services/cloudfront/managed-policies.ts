/**
 * The policies that AWS keeps for everybody, by their well-known ids.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
 */
import type { CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy, Selection } from './model.ts';

const NONE: Selection = { which: 'none' };
const ALL: Selection = { which: 'all' };
const listed = (...names: readonly string[]): Selection => ({ which: 'listed', names });

const YEAR_SECONDS = 31_536_000;
const DAY_SECONDS = 86_400;

const OPTIMIZED: CachePolicy = {
  minTtlSeconds: 1,
  defaultTtlSeconds: DAY_SECONDS,
  maxTtlSeconds: YEAR_SECONDS,
  headers: NONE,
  cookies: NONE,
  queryStrings: NONE,
  gzip: true,
  brotli: true,
};

const ORIGIN_CONTROLLED: CachePolicy = {
  minTtlSeconds: 0,
  defaultTtlSeconds: 0,
  maxTtlSeconds: YEAR_SECONDS,
  headers: listed('host', 'origin', 'x-http-method-override', 'x-http-method', 'x-method-override'),
  cookies: ALL,
  queryStrings: NONE,
  gzip: true,
  brotli: true,
};

export interface Named<T> {
  readonly name: string;
  readonly policy: T;
}

export const CACHING_DISABLED: CachePolicy = {
  minTtlSeconds: 0,
  defaultTtlSeconds: 0,
  maxTtlSeconds: 0,
  headers: NONE,
  cookies: NONE,
  queryStrings: NONE,
  gzip: false,
  brotli: false,
};

export const MANAGED_CACHE_POLICIES: Readonly<Record<string, Named<CachePolicy>>> = {
  '658327ea-f89d-4fab-a63d-7e88639e58f6': { name: 'Managed-CachingOptimized', policy: OPTIMIZED },
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': {
    name: 'Managed-CachingOptimizedForUncompressedObjects',
    policy: { ...OPTIMIZED, gzip: false, brotli: false },
  },
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': { name: 'Managed-CachingDisabled', policy: CACHING_DISABLED },
  '83da9c7e-98b4-4e11-a168-04f0df8e2c65': {
    name: 'UseOriginCacheControlHeaders',
    policy: ORIGIN_CONTROLLED,
  },
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': {
    name: 'UseOriginCacheControlHeaders-QueryStrings',
    policy: { ...ORIGIN_CONTROLLED, queryStrings: ALL },
  },
};

export const NOTHING_FORWARDED: OriginRequestPolicy = { headers: NONE, cookies: NONE, queryStrings: NONE };

export const MANAGED_ORIGIN_REQUEST_POLICIES: Readonly<Record<string, Named<OriginRequestPolicy>>> = {
  '216adef6-5c7f-47e4-b989-5492eafa07d3': {
    name: 'Managed-AllViewer',
    policy: { headers: ALL, cookies: ALL, queryStrings: ALL },
  },
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': {
    name: 'Managed-AllViewerExceptHostHeader',
    policy: { headers: { which: 'all-except', names: ['host'] }, cookies: ALL, queryStrings: ALL },
  },
  '59781a5b-3903-41f3-afcb-af62929ccde1': {
    name: 'Managed-CORS-CustomOrigin',
    policy: { ...NOTHING_FORWARDED, headers: listed('origin') },
  },
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': {
    name: 'Managed-CORS-S3Origin',
    policy: {
      ...NOTHING_FORWARDED,
      headers: listed('origin', 'access-control-request-headers', 'access-control-request-method'),
    },
  },
  'acba4595-bd28-49b8-b9fe-13317c0390fa': {
    name: 'Managed-UserAgentRefererHeaders',
    policy: { ...NOTHING_FORWARDED, headers: listed('user-agent', 'referer') },
  },
  'bf0718e1-ba1e-49d1-88b1-f726733018ae': {
    name: 'Managed-HostHeaderOnly',
    policy: { ...NOTHING_FORWARDED, headers: listed('host') },
  },
};

const SECURITY: ResponseHeadersPolicy['headers'] = [
  { name: 'Strict-Transport-Security', value: `max-age=${YEAR_SECONDS}`, override: false },
  { name: 'X-Content-Type-Options', value: 'nosniff', override: true },
  { name: 'X-Frame-Options', value: 'SAMEORIGIN', override: false },
  { name: 'X-XSS-Protection', value: '1; mode=block', override: false },
  { name: 'Referrer-Policy', value: 'strict-origin-when-cross-origin', override: false },
];

const SIMPLE_CORS: ResponseHeadersPolicy['cors'] = { origins: ['*'], headers: [], override: false };
const PREFLIGHT_CORS: ResponseHeadersPolicy['cors'] = {
  origins: ['*'],
  headers: [
    ['Access-Control-Allow-Methods', 'GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS'],
    ['Access-Control-Expose-Headers', '*'],
  ],
  override: true,
};

export const MANAGED_RESPONSE_HEADERS_POLICIES: Readonly<Record<string, Named<ResponseHeadersPolicy>>> = {
  '67f7725c-6f97-4210-82d7-5512b31e9d03': {
    name: 'Managed-SecurityHeadersPolicy',
    policy: { headers: SECURITY, remove: [], cors: undefined },
  },
  '60669652-455b-4ae9-85a4-c4c02393f86c': {
    name: 'Managed-SimpleCORS',
    policy: { headers: [], remove: [], cors: SIMPLE_CORS },
  },
  '5cc3b908-e619-4b99-88e5-2cf7f45965bd': {
    name: 'Managed-CORS-With-Preflight',
    policy: { headers: [], remove: [], cors: PREFLIGHT_CORS },
  },
  'e61eb60c-9c35-4d20-a928-2b84e02af89c': {
    name: 'Managed-CORS-and-SecurityHeadersPolicy',
    policy: { headers: SECURITY, remove: [], cors: SIMPLE_CORS },
  },
  'eaab4381-ed33-4a86-88ca-d9558dc6cd63': {
    name: 'Managed-CORS-with-preflight-and-SecurityHeadersPolicy',
    policy: { headers: SECURITY, remove: [], cors: PREFLIGHT_CORS },
  },
};
