/**
 * AWS Signature Version 4, the verifying side: signed headers and presigned URLs.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * Pure: the request as it came over the wire and both clocks go in, a verdict comes out.
 */
import type { Verifier } from './identity.ts';
import {
  ALGORITHM,
  type Authorization,
  hmac,
  queryPairs,
  type SignedRequest,
  same,
  signingKey,
  splitOnce,
  stringToSign,
} from './sigv4-canonical.ts';

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
const SKEW_MS = 15 * 60_000;
const PRESIGNED_LIMIT_SECONDS = 7 * 86_400;

export type SignatureProblem =
  | 'missing'
  | 'incomplete'
  | 'unknown-key'
  | 'bad-token'
  | 'expired-token'
  | 'expired-url'
  | 'skewed'
  | 'mismatch';

export interface Authenticated {
  readonly principal: string;
  readonly signingKey: Buffer;
}

export type Verdict =
  | { readonly ok: true; readonly as: Authenticated }
  | { readonly ok: false; readonly problem: SignatureProblem; readonly message: string };

/** What the request says about its signature; undefined when it says nothing. */
export function readAuthorization(
  request: SignedRequest,
): Authorization | { readonly incomplete: string } | undefined {
  const header = request.headers['authorization'];
  const query = new Map(queryPairs(request.target));
  if (header !== undefined) return fromHeader(header, request.headers);
  if (query.has('X-Amz-Algorithm') || query.has('X-Amz-Credential')) return fromQuery(query);
  return undefined;
}

function fromHeader(
  header: string,
  headers: SignedRequest['headers'],
): Authorization | { readonly incomplete: string } {
  const [algorithm = '', rest = ''] = splitOnce(header.trim(), ' ');
  if (algorithm !== ALGORITHM)
    return { incomplete: `Authorization must use ${ALGORITHM}, found ${algorithm}` };
  const parts = new Map(rest.split(',').map((part) => splitOnce(part.trim(), '=')));
  const timestamp = headers['x-amz-date'] ?? basicDate(headers['date']);
  return assemble({
    presigned: false,
    credential: parts.get('Credential'),
    signedHeaders: parts.get('SignedHeaders'),
    signature: parts.get('Signature'),
    timestamp,
    sessionToken: headers['x-amz-security-token'],
    expires: undefined,
  });
}

function fromQuery(query: ReadonlyMap<string, string>): Authorization | { readonly incomplete: string } {
  const algorithm = query.get('X-Amz-Algorithm');
  if (algorithm !== ALGORITHM)
    return { incomplete: `X-Amz-Algorithm must be ${ALGORITHM}, found ${algorithm}` };
  const expires = query.get('X-Amz-Expires');
  if (expires === undefined || !/^\d{1,6}$/.test(expires) || Number(expires) > PRESIGNED_LIMIT_SECONDS)
    return { incomplete: `X-Amz-Expires must be 0 to ${PRESIGNED_LIMIT_SECONDS} seconds, found ${expires}` };
  return assemble({
    presigned: true,
    credential: query.get('X-Amz-Credential'),
    signedHeaders: query.get('X-Amz-SignedHeaders'),
    signature: query.get('X-Amz-Signature'),
    timestamp: query.get('X-Amz-Date'),
    sessionToken: query.get('X-Amz-Security-Token'),
    expires,
  });
}

function assemble(parts: {
  presigned: boolean;
  credential: string | undefined;
  signedHeaders: string | undefined;
  signature: string | undefined;
  timestamp: string | undefined;
  sessionToken: string | undefined;
  expires: string | undefined;
}): Authorization | { readonly incomplete: string } {
  const { credential, signedHeaders, signature, timestamp } = parts;
  if (!credential) return { incomplete: 'Credential is missing' };
  if (!signedHeaders) return { incomplete: 'SignedHeaders is missing' };
  if (!signature) return { incomplete: 'Signature is missing' };
  if (!timestamp || !/^\d{8}T\d{6}Z$/.test(timestamp)) return { incomplete: 'X-Amz-Date or Date is missing' };
  const scope = credential.split('/');
  const [terminator, service, region, day] = scope.slice(-4).reverse();
  const accessKeyId = scope.slice(0, -4).join('/');
  if (terminator !== 'aws4_request' || !service || !region || !day || !accessKeyId)
    return {
      incomplete: `Credential must be <key>/<day>/<region>/<service>/aws4_request, found ${credential}`,
    };
  return {
    presigned: parts.presigned,
    accessKeyId,
    sessionToken: parts.sessionToken,
    day,
    region,
    service,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    timestamp,
    expiresSeconds: parts.expires === undefined ? undefined : Number(parts.expires),
  };
}

/**
 * `now` holds real time and AWS time: people sign by the one, guests by the other, and at speed 10 they
 * part. A signature within the skew of either is fresh.
 */
export function verify(
  request: SignedRequest,
  authorization: Authorization,
  payloadHash: string,
  verifier: Verifier,
  now: readonly number[],
): Verdict {
  const identified = verifier.identify(authorization.accessKeyId, authorization.sessionToken);
  if (!identified.known)
    return { ok: false, problem: identified.problem, message: keyProblem[identified.problem] };
  const stale = staleness(authorization, now);
  if (stale) return stale;
  if (!authorization.signedHeaders.includes('host'))
    return { ok: false, problem: 'incomplete', message: "'host' must be a signed header" };
  const key = signingKey(identified.secretAccessKey, authorization);
  const expected = hmac(key, stringToSign(request, authorization, payloadHash)).toString('hex');
  if (!same(expected, authorization.signature))
    return {
      ok: false,
      problem: 'mismatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    };
  return { ok: true, as: { principal: identified.principal, signingKey: key } };
}

const keyProblem = {
  'unknown-key':
    'The security token included in the request is invalid: this system issued no such access key.',
  'bad-token': 'The security token included in the request is invalid.',
  'expired-token': 'The security token included in the request is expired',
} as const;

function staleness(authorization: Authorization, now: readonly number[]): Verdict | undefined {
  const signedMs = timestampMs(authorization.timestamp);
  const expires = authorization.expiresSeconds;
  const shown = now.map((ms) => new Date(ms).toISOString()).join(' or ');
  if (!authorization.timestamp.startsWith(authorization.day))
    return {
      ok: false,
      problem: 'mismatch',
      message: 'The date in the credential scope does not match X-Amz-Date',
    };
  if (expires !== undefined) {
    if (now.some((ms) => ms >= signedMs - SKEW_MS && ms <= signedMs + expires * 1000)) return undefined;
    return {
      ok: false,
      problem: 'expired-url',
      message: `Request has expired: signed at ${authorization.timestamp} for ${expires} s, now ${shown}`,
    };
  }
  if (now.some((ms) => Math.abs(ms - signedMs) <= SKEW_MS)) return undefined;
  return {
    ok: false,
    problem: 'skewed',
    message: `The difference between the request time and the current time is too large: signed at ${authorization.timestamp}, now ${shown}`,
  };
}

function timestampMs(timestamp: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? [];
  return Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
}

/** RFC 7231 date → the basic ISO 8601 form that the signature uses. */
function basicDate(date: string | undefined): string | undefined {
  const ms = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
