/**
 * The wire: AWS's protocols on one HTTP endpoint. The SigV4 credential scope says which service and which
 * region is meant; the operation's schema reads the request and writes the answer. A request for another
 * region, or for a service whose control plane is elsewhere, is handed to `forward` untouched.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Service, ServiceDefinition } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';
import { authenticate, type Head, readHead } from './authentication.ts';
import { inflate, readAll } from './body.ts';
import { type ErrorPlace, encodeError, signatureError } from './errors.ts';
import type { Verifier } from './identity.ts';
import { type Answer, decode, encode, isRest, namespaceOf, targetOf, wantsStream } from './protocols.ts';
import { modelOf, type ServiceModel } from './schema.ts';
import { AwsError, type Caller, type Operation, type ServiceApi } from './types.ts';
import { validate } from './validation.ts';

export { createIdentity, type SystemIdentity, type Verifier } from './identity.ts';

export interface WireOptions {
  readonly region: string;
  readonly account: string;
  readonly clock: Clock;
  readonly regions: readonly string[];
  readonly verifier: Verifier;
  /** `service` is absent where the control plane lives in another region's process. */
  readonly services: readonly { readonly definition: ServiceDefinition; readonly service?: Service }[];
  /** Passes the raw request on to another region's endpoint; the signature is verified there. */
  forward?(region: string, request: IncomingMessage, response: ServerResponse): void;
  /** Told of failures that are ours, not the caller's. */
  failed?(failure: { readonly requestId: string; readonly operation: string; readonly cause: unknown }): void;
}

export interface Wire {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** The same operations in process: no signature, no serialization. `service` is the folder's name. */
  dispatch<I, O>(service: string, operation: string, input: I, caller: Caller): Promise<O>;
}

/** Control planes of global services answer in us-east-1, as on AWS. */
const GLOBAL_HOME = 'us-east-1';

type Entry = { readonly definition: ServiceDefinition; readonly service?: Service; readonly api: ServiceApi };

export function createWire(options: WireOptions): Wire {
  const bySigningName = new Map<string, Entry>();
  for (const { definition, service } of options.services)
    if (definition.api)
      bySigningName.set(definition.api.signingName, {
        definition,
        api: definition.api,
        ...(service ? { service } : {}),
      });
  return {
    handle: (request, response) => {
      void answer(options, bySigningName, request, response).catch((cause: unknown) => {
        options.failed?.({ requestId: '', operation: 'answer', cause });
        response.destroy();
      });
    },
    dispatch: async (service, operation, input, caller) => {
      const entry = options.services.find(({ definition }) => definition.name === service);
      if (!entry?.service)
        throw new AwsError('UnknownService', `No service ${service} in ${options.region}`, 404);
      const call = operationOf(entry.service, operation, service);
      return (await call(input ?? {}, caller)) as never;
    },
  };
}

async function answer(
  options: WireOptions,
  services: ReadonlyMap<string, Entry>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const head = readHead(
    request,
    [...services.values()].map(({ api }) => api),
  );
  const publicFile = findPublicFile(head, services);
  if (publicFile) return write(request, response, await publicFile(requestId), requestId);
  const entry = head.signingName === undefined ? undefined : services.get(head.signingName);
  const place: ErrorPlace = {
    protocol: head.protocol,
    signingName: head.signingName ?? '',
    requestId,
    queryMode: request.headers['x-amzn-query-mode'] === 'true',
  };
  if (!entry) {
    const error = unknownService(head, services, place);
    return write(request, response, encodeError(error, place), requestId);
  }
  const home = entry.definition.controlPlane === 'us-east-1' ? GLOBAL_HOME : (head.region ?? options.region);
  if (home !== options.region) {
    if (options.forward && options.regions.includes(home)) return options.forward(home, request, response);
    const error = new AwsError(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region: found ${home}, this system has ${options.regions.join(', ')}`,
      403,
    );
    return write(request, response, encodeError(error, place), requestId);
  }
  let operation = '';
  let model: ServiceModel | undefined;
  try {
    model = await modelOf(entry.api);
    const named = (name: string): void => {
      operation = name;
    };
    const result = await call(options, entry, model, head, request, response, requestId, named);
    await write(request, response, result, requestId);
  } catch (thrown) {
    if (!(thrown instanceof AwsError))
      options.failed?.({ requestId, operation: `${entry.definition.name}:${operation}`, cause: thrown });
    const namespace = namespaceOf(head.protocol, entry.api.signingName, head.query);
    const error = encodeError(thrown, {
      ...place,
      model: model as ServiceModel,
      ...(namespace ? { namespace } : {}),
    });
    await write(request, response, error, requestId);
  }
}

/** SNS's signing certificate, say: for anybody, so before anything is asked about a signature. */
function findPublicFile(
  { incoming, authorization }: Head,
  services: ReadonlyMap<string, Entry>,
): ((requestId: string) => Promise<Answer>) | undefined {
  if (authorization || incoming.method !== 'GET') return undefined;
  for (const { api, service } of services.values()) {
    const file = api.publicFiles;
    const operation = file && service?.operations[file.operation];
    if (!operation || !file.pattern.test(incoming.path)) continue;
    return async (requestId) => {
      const caller: Caller = { requestId, principal: 'anonymous', via: 'api' };
      const { contentType, body } = await operation({ path: incoming.path }, caller);
      return { status: 200, headers: { 'content-type': contentType }, body };
    };
  }
  return undefined;
}

async function call(
  options: WireOptions,
  entry: Entry,
  model: ServiceModel,
  head: Head,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  named: (operation: string) => void,
): Promise<Answer> {
  const { api, service } = entry;
  const { protocol } = head;
  const incoming = head.incoming;
  const rest = isRest(protocol);
  // A REST request names its operation in its head, so that a streaming body need not be read first.
  const early = rest ? targetOf(protocol, model, incoming, new Uint8Array()) : undefined;
  const streaming = early?.operation !== undefined && wantsStream(protocol, early.operation);
  const {
    principal,
    body: stream,
    bytes,
  } = await authenticate(request, head, {
    verifier: options.verifier,
    now: () => [Date.now(), options.clock.now()],
    unsigned: api.unsigned ?? [],
  });
  const read = streaming ? undefined : inflate(bytes ?? (await readAll(stream)), encodingOf(request));
  const target = early ?? targetOf(protocol, model, incoming, read ?? new Uint8Array());
  named(target.name);
  if (!target.operation) throw unknownOperation(target.name, entry, protocol);
  if (!service) throw new AwsError('ServiceUnavailable', `${entry.definition.name} does not run here`, 503);
  const run = operationOf(service, target.operation.name, entry.definition.name, protocol);
  const input = await decode(protocol, target.operation, target, incoming, read ?? stream);
  validate(target.operation.input, input);
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client went away'));
  });
  const output = await run(input, { requestId, principal, via: 'api', signal: gone.signal });
  const namespace = namespaceOf(protocol, api.signingName, target.form);
  return encode(protocol, target.operation, (output ?? {}) as Record<string, unknown>, {
    requestId,
    namespace,
  });
}

function encodingOf(request: IncomingMessage): string | undefined {
  return request.headers['content-encoding'];
}

function operationOf(service: Service, name: string, serviceName: string, protocol?: string): Operation {
  const found = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (found) return found;
  const supported = Object.keys(service.operations).sort().join(', ');
  const code =
    protocol === 'query' || protocol === 'ec2-query'
      ? 'InvalidAction'
      : protocol === 'rest-xml'
        ? 'NotImplemented'
        : 'UnknownOperationException';
  throw new AwsError(
    code,
    `${serviceName} has no ${name} here; it has ${supported}`,
    protocol === 'rest-xml' ? 501 : 400,
  );
}

function unknownOperation(name: string, entry: Entry, protocol: string): AwsError {
  const query = protocol === 'query' || protocol === 'ec2-query';
  const message = `Could not find operation ${name || '(none named)'} for ${entry.definition.name}`;
  return new AwsError(query ? 'InvalidAction' : 'UnknownOperationException', message, query ? 400 : 404);
}

function unknownService(head: Head, services: ReadonlyMap<string, Entry>, place: ErrorPlace): AwsError {
  if (head.signingName === undefined) return signatureError('missing', head.incomplete, place);
  const known = [...services.keys()].sort().join(', ');
  return new AwsError(
    'UnknownOperationException',
    `No service signs as ${head.signingName} here; there is ${known}`,
    404,
  );
}

async function write(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
  requestId: string,
): Promise<void> {
  if (response.destroyed || response.headersSent) return;
  const withoutBody = request.method === 'HEAD' || status === 204 || status === 304;
  const length =
    body === undefined
      ? 0
      : typeof body === 'string'
        ? Buffer.byteLength(body)
        : body instanceof Uint8Array
          ? body.length
          : undefined;
  response.statusCode = status;
  response.setHeader('x-amzn-requestid', requestId);
  response.setHeader('x-amz-request-id', requestId);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!withoutBody && length !== undefined) response.setHeader('content-length', length);
  // An answer before the request's body was read ends the connection, or the rest would be taken for a request.
  if (!request.complete) response.setHeader('connection', 'close');
  if (withoutBody || body === undefined || !(body instanceof Readable)) {
    if (body instanceof Readable) body.destroy();
    response.end(withoutBody ? undefined : body);
    if (!request.complete) request.resume();
    return;
  }
  await pipeline(body, response).catch(() => response.destroy());
}
