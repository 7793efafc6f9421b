/**
 * Signature Version 4 for origins with an origin access control: S3 over the region's endpoint, the payload
 * unsigned, the signing key kept for its day. The edge's role lives for hours and is taken anew at half time.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../time/clock.ts';
import type { Credentials, Identity } from '../contract.ts';

export interface Signer {
  /** The headers to add, flat. `path` is what goes on the request line, encoded; see `encodedPath`. */
  sign(method: string, host: string, path: string, region: string): string[];
}

const LIFETIME_SECONDS = 3600;
const PAYLOAD = 'UNSIGNED-PAYLOAD';
const ALGORITHM = 'AWS4-HMAC-SHA256';

export function createSigner(identity: Identity, clock: Clock, principalArn: string): Signer {
  let credentials: Credentials | undefined;
  let renewMs = 0;
  const keys = new Map<string, Buffer>();

  const present = (): Credentials => {
    if (!credentials || clock.now() >= renewMs) {
      credentials = identity.issue(principalArn, LIFETIME_SECONDS);
      renewMs = clock.now() + (LIFETIME_SECONDS * 1000) / 2;
      keys.clear();
    }
    return credentials;
  };
  const keyFor = (secret: string, day: string, region: string): Buffer => {
    const scope = `${day} ${region}`;
    let key = keys.get(scope);
    if (!key) {
      if (keys.size > 16) keys.clear();
      key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), 's3'), 'aws4_request');
      keys.set(scope, key);
    }
    return key;
  };
  return {
    sign: (method, host, path, region) => {
      const { accessKeyId, secretAccessKey, sessionToken } = present();
      const stamp = `${new Date(clock.now()).toISOString().replace(/[-:]|\.\d{3}/g, '')}`;
      const day = stamp.slice(0, 8);
      const signed: [string, string][] = [
        ['host', host],
        ['x-amz-content-sha256', PAYLOAD],
        ['x-amz-date', stamp],
        ...(sessionToken === undefined ? [] : [['x-amz-security-token', sessionToken] as [string, string]]),
      ];
      const names = signed.map(([name]) => name).join(';');
      const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
      const [bare = '', query = ''] = path.split('?', 2);
      const canonical = `${method}\n${bare}\n${canonicalQuery(query)}\n${lines}\n${names}\n${PAYLOAD}`;
      const scope = `${day}/${region}/s3/aws4_request`;
      const toSign = `${ALGORITHM}\n${stamp}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
      const signature = hmac(keyFor(secretAccessKey, day, region), toSign).toString('hex');
      return [
        ...signed.slice(1).flat(),
        'Authorization',
        `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
      ];
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Every octet but the unreserved ones encoded, as S3's canonical URI has it. */
export function encodedPath(path: string): string {
  return path
    .split('/')
    .map((segment) => awsEncoded(decodedOr(segment)))
    .join('/');
}

function awsEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodedOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return `${awsEncoded(decodedOr(name))}=${awsEncoded(decodedOr(value))}`;
    })
    .sort()
    .join('&');
}
