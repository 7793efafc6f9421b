/**
 * Credentials without a store. Every key follows from the system's secret by HMAC, and a session token carries
 * its own principal and expiry, so that each region verifies what any other region issued, also when that one
 * is gone. Expiry is in AWS time.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Credentials, Identity } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';

export type Identified =
  | { readonly known: true; readonly secretAccessKey: string; readonly principal: string }
  | { readonly known: false; readonly problem: 'unknown-key' | 'bad-token' | 'expired-token' };

export interface Verifier {
  identify(accessKeyId: string, sessionToken: string | undefined): Identified;
}

export interface SystemIdentity extends Identity, Verifier {
  /** For people and the command line: the account's root, without expiry. */
  readonly root: Credentials;
}

interface Session {
  readonly key: string;
  readonly principal: string;
  readonly expiresMs: number;
}

/** As long as the longest role session on AWS; SDKs in guests fetch new ones before that. */
const SECONDS_TO_LIVE = 12 * 3600;
const SECRET_LENGTH = 40;
const KEY_LENGTH = 16;

export function createIdentity(systemSecret: Uint8Array, account: string, clock: Clock): SystemIdentity {
  if (systemSecret.length < 32)
    throw new RangeError(`the system secret must be 32 bytes or more, found ${systemSecret.length}`);
  const mac = (...parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', systemSecret);
    // Length-prefixed, so that no two lists of parts run together into the same text.
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part}`);
    return hmac.digest();
  };
  const secretOf = (accessKeyId: string, token: string): string =>
    mac('secret-access-key', accessKeyId, token).toString('base64').slice(0, SECRET_LENGTH);
  const rootKey = `AKIA${base32(mac('root', account))}`;
  const rootArn = `arn:aws:iam::${account}:root`;
  let issued = 0;

  return {
    root: { accessKeyId: rootKey, secretAccessKey: secretOf(rootKey, '') },
    issue: (principal, secondsToLive = SECONDS_TO_LIVE) => {
      const expiresMs = Math.floor(clock.now()) + secondsToLive * 1000;
      const key = `ASIA${base32(mac('session', principal, String(expiresMs), String(process.pid), String(issued++)))}`;
      const session: Session = { key, principal, expiresMs };
      const text = Buffer.from(JSON.stringify(session)).toString('base64url');
      const sessionToken = `${text}.${mac('session-token', text).toString('base64url')}`;
      return {
        accessKeyId: key,
        secretAccessKey: secretOf(key, sessionToken),
        sessionToken,
        expiration: new Date(expiresMs),
      };
    },
    identify: (accessKeyId, token) => {
      if (token === undefined)
        return accessKeyId === rootKey
          ? { known: true, secretAccessKey: secretOf(rootKey, ''), principal: rootArn }
          : { known: false, problem: 'unknown-key' };
      const session = readToken(token, (text) => mac('session-token', text));
      if (!session) return { known: false, problem: 'bad-token' };
      if (session.key !== accessKeyId) return { known: false, problem: 'unknown-key' };
      if (session.expiresMs <= clock.now()) return { known: false, problem: 'expired-token' };
      return { known: true, secretAccessKey: secretOf(accessKeyId, token), principal: session.principal };
    },
  };
}

function readToken(token: string, macOf: (text: string) => Buffer): Session | undefined {
  const [text = '', given = ''] = token.split('.');
  const expected = macOf(text);
  const found = Buffer.from(given, 'base64url');
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Session;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array): string {
  return [...bytes.subarray(0, KEY_LENGTH)].map((byte) => ALPHABET[byte & 31]).join('');
}
