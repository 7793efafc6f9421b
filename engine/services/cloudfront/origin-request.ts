/**
 * The request as the origin gets it: what the cache policy and the origin request policy let through, and
 * what CloudFront adds, sets or takes away itself. Pure.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
 */
import { endToEnd, headerOf, type RawHeaders } from '../../network/http/index.ts';
import { type Encoding, eitherSelects, selectedCookies, selectedQuery } from './cache-key.ts';
import type { Behavior, Origin, Selection } from './model.ts';

/** What of the viewer's request matters for the origin's. */
export interface ViewerRequest {
  readonly method: string;
  readonly host: string;
  readonly headers: RawHeaders;
  readonly connection: string | undefined;
  readonly remoteAddress: string;
  readonly hasBody: boolean;
}

export interface OriginRequestParts {
  readonly viewer: ViewerRequest;
  readonly behavior: Behavior;
  readonly origin: Origin;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly encoding: Encoding;
  /** True where the cache has no part in it: the viewer's conditions and ranges are the origin's business. */
  readonly passThrough: boolean;
  /** A stored object to be confirmed. */
  readonly confirm:
    | { readonly etag: string | undefined; readonly lastModified: string | undefined }
    | undefined;
  readonly requestId: string;
  readonly via: string;
}

export interface OriginRequest {
  readonly target: string;
  readonly headers: string[];
  readonly host: string;
}

const CONDITIONS = [
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
];
/** Never the viewer's own: set here, or taken away. */
const OWN = new Set([
  'host',
  'user-agent',
  'accept-encoding',
  'cookie',
  'via',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-real-ip',
  'x-amz-cf-id',
  'authorization',
  'content-type',
  ...CONDITIONS,
]);
/** Authorization of these is not taken away, whatever the policies say. */
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function originRequest(parts: OriginRequestParts): OriginRequest {
  const { viewer, behavior, origin, path, query } = parts;
  const { cache, originRequest: policy } = behavior;
  const selected = (name: string): boolean => eitherSelects(cache.headers, policy.headers, name);
  const host = origin.kind.type === 'custom' && selected('host') ? viewer.host : origin.domainName;
  const headers: string[] = ['Host', host];
  const travelling = endToEnd(viewer.headers, viewer.connection);
  const setByOrigin = new Set(origin.headers.map(([name]) => name.toLowerCase()));
  for (let index = 0; index < travelling.length; index += 2) {
    const name = travelling[index]!.toLowerCase();
    if (setByOrigin.has(name) || OWN.has(name) || !selected(name)) continue;
    headers.push(travelling[index]!, travelling[index + 1]!);
  }
  addOwn(headers, parts, selected);
  for (const [name, value] of origin.headers) headers.push(name, value);
  const queryString = forwardedQuery(query, cache.queryStrings, policy.queryStrings);
  const target = `${origin.path}${path}${queryString === '' ? '' : `?${queryString}`}`;
  return { target, headers, host };
}

function addOwn(headers: string[], parts: OriginRequestParts, selected: (name: string) => boolean): void {
  const { viewer, behavior, passThrough, confirm, encoding } = parts;
  const { cache, originRequest: policy } = behavior;
  const given = (name: string): string | undefined => headerOf(viewer.headers, name);
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') headers.push(name, value);
  };
  add('User-Agent', selected('user-agent') ? given('user-agent') : 'Amazon CloudFront');
  if (cache.gzip || cache.brotli) add('Accept-Encoding', encoding);
  else if (selected('accept-encoding')) add('Accept-Encoding', given('accept-encoding'));
  const cookies = given('cookie');
  if (cookies !== undefined) add('Cookie', selectedCookies(cookies, widest(cache.cookies, policy.cookies)));
  if (viewer.hasBody || selected('content-type')) add('Content-Type', given('content-type'));
  if (WRITES.has(viewer.method) || selected('authorization')) add('Authorization', given('authorization'));
  if (passThrough) for (const name of CONDITIONS) add(canonicalName(name), given(name));
  if (confirm) {
    add('If-None-Match', confirm.etag);
    add('If-Modified-Since', confirm.lastModified);
  }
  const before = given('x-forwarded-for');
  add('X-Forwarded-For', before === undefined ? viewer.remoteAddress : `${before}, ${viewer.remoteAddress}`);
  const via = given('via');
  add('Via', via === undefined ? parts.via : `${via}, ${parts.via}`);
  add('X-Amz-Cf-Id', parts.requestId);
}

/** Both policies' names together. */
function widest(a: Selection, b: Selection): Selection {
  if (a.which === 'none') return b;
  if (b.which === 'none' || a.which === 'all') return a;
  if (b.which === 'all') return b;
  if (a.which === 'listed' && b.which === 'listed')
    return { which: 'listed', names: [...new Set([...a.names, ...b.names])] };
  const except = a.which === 'all-except' ? a : b;
  const other = except === a ? b : a;
  const names = 'names' in except ? except.names : [];
  const otherNames = 'names' in other ? other.names : [];
  const kept =
    other.which === 'listed' ? (n: string) => !otherNames.includes(n) : (n: string) => otherNames.includes(n);
  return { which: 'all-except', names: names.filter(kept) };
}

function forwardedQuery(query: string, a: Selection, b: Selection): string {
  return query === '' ? '' : selectedQuery(query, widest(a, b));
}

function canonicalName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}
