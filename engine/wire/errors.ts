/**
 * Failures in each protocol's form. An operation throws an AwsError with the code AWS publishes; here it gets
 * its status, its XML, JSON or CBOR, and the headers clients look at. Anything else that is thrown is ours:
 * InternalFailure, and the cause stays on this side.
 */
import { cbor as rawCbor } from '@smithy/core/cbor';
import { type BodyCodec, json10, json11, restJson, XML_DECLARATION, xmlCodec, xmlText } from './codecs.ts';
import type { Answer } from './protocols.ts';
import { InvalidInput } from './scalars.ts';
import type { ErrorModel, ServiceModel } from './schema.ts';
import type { SignatureProblem } from './sigv4.ts';
import { AwsError, headersOf, type Protocol, statusOf } from './types.ts';

export interface ErrorPlace {
  readonly protocol: Protocol;
  readonly signingName: string;
  readonly requestId: string;
  readonly model?: ServiceModel;
  readonly namespace?: string;
  /** The client asked for query codes beside JSON or CBOR (`x-amzn-query-mode`). */
  readonly queryMode?: boolean;
}

const DEFAULT_STATUS = 400;

export function encodeError(thrown: unknown, place: ErrorPlace): Answer {
  const error = adapt(thrown, place);
  const modelled = place.model?.errors.get(error.code);
  const status =
    statusOf(error.members) ??
    (error.httpStatus === DEFAULT_STATUS ? (modelled?.httpStatus ?? DEFAULT_STATUS) : error.httpStatus);
  const answer = body(error, modelled, status, place);
  return { ...answer, status, headers: { ...answer.headers, ...headersOf(error.members) } };
}

function adapt(thrown: unknown, place: ErrorPlace): AwsError {
  if (thrown instanceof InvalidInput)
    return new AwsError(invalidInputCode(place), thrown.message, thrown.httpStatus, thrown.members);
  if (thrown instanceof AwsError) return thrown;
  const code = place.signingName === 's3' ? 'InternalError' : 'InternalFailure';
  return new AwsError(
    code,
    `An internal error occurred; the journal has it under request ${place.requestId}.`,
    500,
  );
}

function invalidInputCode(place: ErrorPlace): string {
  switch (place.protocol) {
    case 'query':
      return 'ValidationError';
    case 'ec2-query':
      return 'InvalidParameterValue';
    case 'rest-xml':
      return place.signingName === 's3' ? 'InvalidRequest' : 'InvalidInput';
    case 'json-1.0':
    case 'json-1.1':
    case 'rest-json':
    case 'rpc-v2-cbor':
      return 'ValidationException';
  }
}

function body(error: AwsError, modelled: ErrorModel | undefined, status: number, place: ErrorPlace): Answer {
  const shape = modelled?.shape ?? error.code;
  const queryCode = modelled?.queryCode ?? error.code;
  const fault =
    (modelled?.fault ?? (status >= 500 ? 'server' : 'client')) === 'client' ? 'Sender' : 'Receiver';
  const queryError: Record<string, string> = place.queryMode
    ? { 'x-amzn-query-error': `${queryCode};${fault}` }
    : {};
  const plain = { __type: shape, message: error.message, ...error.members };
  switch (place.protocol) {
    case 'json-1.0':
    case 'json-1.1':
    case 'rest-json': {
      const codec = { 'json-1.0': json10, 'json-1.1': json11, 'rest-json': restJson }[place.protocol];
      return {
        status,
        headers: { 'content-type': codec.contentType, 'x-amzn-errortype': shape, ...queryError },
        body: JSON.stringify({ ...plain, ...modelledMembers(error, modelled, codec) }),
      };
    }
    case 'rpc-v2-cbor':
      return {
        status,
        headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', ...queryError },
        body: rawCbor.serialize(plain) as Uint8Array,
      };
    case 'query':
    case 'ec2-query':
    case 'rest-xml':
      return {
        status,
        headers: { 'content-type': 'text/xml' },
        body: xml(error, modelled, queryCode, fault, place),
      };
  }
}

function modelledMembers(error: AwsError, modelled: ErrorModel | undefined, codec: BodyCodec): object {
  if (!modelled) return {};
  const value = { message: error.message, Message: error.message, ...error.members };
  const text = codec.encode(modelled.schema, value);
  return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text)) as object;
}

function xml(
  error: AwsError,
  modelled: ErrorModel | undefined,
  code: string,
  fault: string,
  place: ErrorPlace,
): string {
  const id = xmlText(place.requestId);
  const common = `<Code>${xmlText(code)}</Code><Message>${xmlText(error.message)}</Message>${xmlMembers(error, modelled)}`;
  const xmlns = place.namespace ? ` xmlns="${xmlText(place.namespace)}"` : '';
  if (place.protocol === 'ec2-query')
    return `${XML_DECLARATION}<Response><Errors><Error>${common}</Error></Errors><RequestID>${id}</RequestID></Response>`;
  if (place.signingName === 's3')
    return `${XML_DECLARATION}<Error>${common}<RequestId>${id}</RequestId><HostId>understudy</HostId></Error>`;
  return `${XML_DECLARATION}<ErrorResponse${xmlns}><Error><Type>${fault}</Type>${common}</Error><RequestId>${id}</RequestId></ErrorResponse>`;
}

function xmlMembers(error: AwsError, modelled: ErrorModel | undefined): string {
  const rest = Object.entries(error.members).filter(([name]) => !/^(message|code)$/i.test(name));
  if (rest.length === 0) return '';
  if (modelled) {
    const text = xmlCodec(undefined, false).encode(modelled.schema, Object.fromEntries(rest)) as string;
    const inner = /^<[^>]*[^/]>([\s\S]*)<\/[^>]*>$/.exec(text)?.[1];
    if (inner) return inner;
  }
  return rest
    .filter(
      ([, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
    )
    .map(([name, value]) => `<${name}>${xmlText(String(value))}</${name}>`)
    .join('');
}

/** The codes AWS has for a bad signature: JSON services, query services and S3 each have their own words. */
const signatureCodes: Readonly<Record<SignatureProblem, readonly [json: string, query: string, s3: string]>> =
  {
    missing: ['MissingAuthenticationTokenException', 'MissingAuthenticationToken', 'AccessDenied'],
    incomplete: ['IncompleteSignatureException', 'IncompleteSignature', 'AuthorizationHeaderMalformed'],
    'unknown-key': ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId'],
    'bad-token': ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidToken'],
    'expired-token': ['ExpiredTokenException', 'ExpiredToken', 'ExpiredToken'],
    'expired-url': ['InvalidSignatureException', 'RequestExpired', 'AccessDenied'],
    skewed: ['InvalidSignatureException', 'RequestTimeTooSkewed', 'RequestTimeTooSkewed'],
    mismatch: ['InvalidSignatureException', 'SignatureDoesNotMatch', 'SignatureDoesNotMatch'],
  };

const missingMessage =
  'Request is missing Authentication Token: sign it with Signature Version 4 (`understudy env` prints keys).';

export function signatureError(
  problem: SignatureProblem,
  message: string | undefined,
  place: Pick<ErrorPlace, 'protocol' | 'signingName'>,
): AwsError {
  const [json, query, s3] = signatureCodes[problem];
  const code =
    place.signingName === 's3'
      ? s3
      : place.protocol === 'query' || place.protocol === 'ec2-query' || place.protocol === 'rest-xml'
        ? query
        : json;
  // S3 answers malformed headers and tokens with 400, everything else with 403.
  const status =
    problem === 'incomplete' || (place.signingName === 's3' && code === 'ExpiredToken') ? 400 : 403;
  return new AwsError(code, message ?? missingMessage, status);
}
