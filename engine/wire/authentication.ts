/**
 * From a raw request to a principal and a verified body. The head alone says service, region and protocol;
 * the signature covers the head and the body's hash, so a body that announces its hash is verified while it
 * streams, and one that does not is read first.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { openBody, readAll, STREAMING } from './body.ts';
import { signatureError } from './errors.ts';
import type { Verifier } from './identity.ts';
import { type Incoming, protocolOf } from './protocols.ts';
import { s3Address } from './s3-addressing.ts';
import { readAuthorization, UNSIGNED_PAYLOAD, verify } from './sigv4.ts';
import { type Authorization, queryPairs, type SignedRequest, scopeOf, sha256 } from './sigv4-canonical.ts';
import type { Protocol, ServiceApi } from './types.ts';

export interface Head {
  readonly signed: SignedRequest;
  readonly authorization: Authorization | undefined;
  /** Why an authorization that is there cannot be read. */
  readonly incomplete: string | undefined;
  readonly signingName: string | undefined;
  readonly region: string | undefined;
  readonly protocol: Protocol;
  readonly incoming: Incoming;
  readonly query: URLSearchParams;
  /** A presigned URL carries the header x-amz-content-sha256 as a parameter. */
  readonly hoistedHash: string | undefined;
}

const signatureParameters =
  /^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)$/;

export function readHead(request: IncomingMessage, apis: readonly ServiceApi[]): Head {
  const signed = signedRequest(request);
  const found = readAuthorization(signed);
  const authorization = found && 'signature' in found ? found : undefined;
  const pairs = queryPairs(signed.target).filter(([name]) => !signatureParameters.test(name));
  const query = new URLSearchParams(pairs);
  const hoistedHash = pairs.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256')?.[1];
  const action = query.get('Action') ?? '';
  const api = apis.find(({ signingName, unsigned }) =>
    found ? signingName === authorization?.service : unsigned?.includes(action),
  );
  const path = signed.target.split('?')[0] ?? '/';
  const address = authorization?.service === 's3' ? s3Address(signed.headers['host'] ?? '', path) : { path };
  const { method = 'GET' } = request;
  const incoming: Incoming = { method, query, headers: plainHeaders(request), ...address };
  return {
    signed,
    authorization,
    incomplete: found && 'incomplete' in found ? found.incomplete : undefined,
    signingName: authorization?.service ?? api?.signingName,
    region: authorization?.region,
    protocol: api ? protocolOf(api, incoming) : guess(incoming),
    incoming,
    query,
    hoistedHash,
  };
}

function signedRequest(request: IncomingMessage): SignedRequest {
  const headers: Record<string, string> = {};
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] as string).toLowerCase();
    const value = request.rawHeaders[at + 1] as string;
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return { method: request.method ?? 'GET', target: request.url ?? '/', headers };
}

/** What operations see: the content's own length and encoding, not those of the aws-chunked coat. */
function plainHeaders(request: IncomingMessage): Incoming['headers'] {
  const length = request.headers['x-amz-decoded-content-length'];
  const encoding = request.headers['content-encoding'];
  const rest = encoding
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked');
  const headers = { ...request.headers };
  if (typeof length === 'string') headers['content-length'] = length;
  if (rest && rest.length > 0) headers['content-encoding'] = rest.join(', ');
  else delete headers['content-encoding'];
  return headers;
}

/** The form of an error for a client of whom nothing else is known. */
function guess(incoming: Incoming): Protocol {
  if (incoming.headers['smithy-protocol'] === 'rpc-v2-cbor') return 'rpc-v2-cbor';
  if (incoming.headers['x-amz-target'] !== undefined) return 'json-1.1';
  if (String(incoming.headers['content-type'] ?? '').includes('json')) return 'rest-json';
  return 'query';
}

export interface Authentication {
  readonly principal: string;
  /** The verified body, to be read once. */
  readonly body: Readable;
  /** The same as bytes, where it had to be read to verify the signature. */
  readonly bytes?: Uint8Array;
}

export interface AuthenticationOptions {
  readonly verifier: Verifier;
  readonly now: () => readonly number[];
  readonly unsigned: readonly string[];
}

export async function authenticate(
  request: IncomingMessage,
  head: Head,
  options: AuthenticationOptions,
): Promise<Authentication> {
  const place = { protocol: head.protocol, signingName: head.signingName ?? '' };
  const { authorization } = head;
  if (!authorization) {
    if (head.incomplete !== undefined) throw signatureError('incomplete', head.incomplete, place);
    if (!options.unsigned.includes(head.query.get('Action') ?? ''))
      throw signatureError('missing', undefined, place);
    return {
      principal: 'anonymous',
      body: openBody(request, { payloadHash: undefined, signing: undefined }),
    };
  }
  const announced = announcedHash(head, authorization);
  const bytes =
    announced === undefined
      ? await readAll(openBody(request, { payloadHash: undefined, signing: undefined }))
      : undefined;
  const payloadHash = announced ?? sha256(bytes as Uint8Array);
  const verdict = verify(head.signed, authorization, payloadHash, options.verifier, options.now());
  if (!verdict.ok) throw signatureError(verdict.problem, verdict.message, place);
  const { principal, signingKey } = verdict.as;
  if (bytes) return { principal, body: Readable.from([bytes]), bytes };
  const signing = STREAMING.exec(payloadHash)?.[1]?.startsWith('AWS4')
    ? {
        signingKey,
        timestamp: authorization.timestamp,
        scope: scopeOf(authorization),
        seed: authorization.signature,
      }
    : undefined;
  return { principal, body: openBody(request, { payloadHash, signing }) };
}

function announcedHash(head: Head, authorization: Authorization): string | undefined {
  const header = head.signed.headers['x-amz-content-sha256'];
  if (header !== undefined) return header;
  const hoisted = authorization.presigned && head.hoistedHash;
  if (hoisted) return hoisted;
  // A presigned S3 URL cannot know its body; its payload counts as unsigned.
  return authorization.presigned && authorization.service === 's3' ? UNSIGNED_PAYLOAD : undefined;
}
