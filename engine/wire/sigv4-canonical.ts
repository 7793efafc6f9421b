/**
 * The text that Signature Version 4 signs, and the key it signs with. Verifying requests and verifying chunks
 * of a body rest on it. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The request as it was sent; header names in lower case, repeated headers joined by commas. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as on the request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Authorization {
  readonly presigned: boolean;
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** 20260131T235959Z */
  readonly timestamp: string;
  readonly expiresSeconds: number | undefined;
}

export function scopeOf(authorization: Authorization): string {
  return `${authorization.day}/${authorization.region}/${authorization.service}/aws4_request`;
}

export function signingKey(secret: string, at: Pick<Authorization, 'day' | 'region' | 'service'>): Buffer {
  const day = hmac(`AWS4${secret}`, at.day);
  return hmac(hmac(hmac(day, at.region), at.service), 'aws4_request');
}

export function stringToSign(
  request: SignedRequest,
  authorization: Authorization,
  payloadHash: string,
): string {
  const canonical = [
    request.method,
    canonicalPath(request.target.split('?')[0] ?? '/', authorization.service),
    canonicalQuery(request.target),
    ...authorization.signedHeaders.map((name) => `${name}:${canonicalValue(request.headers[name] ?? '')}`),
    '',
    authorization.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  return [ALGORITHM, authorization.timestamp, scopeOf(authorization), sha256(canonical)].join('\n');
}

/** S3 signs the path encoded once and not normalized; every other service normalizes it and encodes it again. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3')
    return path
      .split('/')
      .map((segment) => reencode(segment))
      .join('/');
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  const normalized = `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
  return normalized.split('/').map(encode).join('/');
}

/** What is not percent-encoding stays as it was sent: the client signed it so, and is refused later. */
function reencode(segment: string): string {
  const decoded = decode(segment);
  return decoded === segment && segment.includes('%') ? segment : encode(decoded);
}

function canonicalQuery(target: string): string {
  return queryPairs(target)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Pairs of the query string; `+` is a plus, as in a signature, never a space. */
export function queryPairs(target: string): [string, string][] {
  const search = splitOnce(target, '?')[1];
  if (search === '') return [];
  return search.split('&').flatMap((pair): [string, string][] => {
    const [name, value] = splitOnce(pair, '=');
    return pair === '' ? [] : [[decode(name), decode(value)]];
  });
}

function canonicalValue(value: string): string {
  return value.trim().replace(/[ \t\r\n]+/g, ' ');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

export function same(a: string, b: string): boolean {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
}
