/**
 * What makes two requests the same to the cache: path, method class, normalised Accept-Encoding, and the
 * headers, cookies and query strings that the cache policy names. Pure.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html
 */
import { headerOf, joinedHeader, type RawHeaders } from '../../network/http/index.ts';
import { type CachePolicy, type Selection, selects } from './model.ts';

export type Encoding = 'br,gzip' | 'br' | 'gzip' | '';

/** Accept-Encoding as CloudFront normalises it: br before gzip, nothing else, what the policy enables. */
export function normalisedEncoding(accepted: string | undefined, policy: CachePolicy): Encoding {
  if (accepted === undefined || (!policy.gzip && !policy.brotli)) return '';
  const lower = accepted.toLowerCase();
  const br = policy.brotli && accepts(lower, 'br');
  const gzip = policy.gzip && accepts(lower, 'gzip');
  if (br && gzip) return 'br,gzip';
  return br ? 'br' : gzip ? 'gzip' : '';
}

function accepts(list: string, coding: string): boolean {
  if (!list.includes(coding)) return false;
  return list.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';');
    return name.trim() === coding && !parameters.some((one) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(one));
  });
}

export function cacheKey(
  distributionId: string,
  method: string,
  path: string,
  query: string,
  headers: RawHeaders,
  policy: CachePolicy,
  encoding: Encoding,
): string {
  // HEAD is answered from what GET has brought.
  const kind = method === 'OPTIONS' ? 'OPTIONS' : '';
  let key = `${distributionId} ${kind} ${encoding} ${path}`;
  if (query !== '' && policy.queryStrings.which !== 'none')
    key += `?${selectedQuery(query, policy.queryStrings)}`;
  if (policy.headers.which === 'listed')
    for (const name of policy.headers.names) key += `\n${name}:${joinedHeader(headers, name) ?? ''}`;
  if (policy.cookies.which !== 'none') {
    const cookies = selectedCookies(headerOf(headers, 'cookie'), policy.cookies);
    if (cookies !== '') key += `\ncookie:${cookies}`;
  }
  return key;
}

/** The path a key was made of: what an invalidation goes by. Query strings belong to it. */
export function pathOfKey(key: string): string {
  const line = key.split('\n', 1)[0] ?? '';
  return line.split(' ').slice(3).join(' ');
}

/** In the order of the request: CloudFront does not sort them. */
export function selectedQuery(query: string, selection: Selection): string {
  if (selection.which === 'all') return query;
  if (selection.which === 'none' || query === '') return '';
  return query
    .split('&')
    .filter((pair) => selects(selection, decoded(pair.split('=', 1)[0] ?? '')))
    .join('&');
}

export function selectedCookies(header: string | undefined, selection: Selection): string {
  if (header === undefined || selection.which === 'none') return '';
  if (selection.which === 'all') return header;
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && selects(selection, pair.split('=', 1)[0] ?? ''))
    .join('; ');
}

/** Both policies together: whatever one of them names goes to the origin. */
export function eitherSelects(a: Selection, b: Selection, name: string): boolean {
  return selects(a, name) || selects(b, name);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
