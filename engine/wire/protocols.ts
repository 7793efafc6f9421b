/**
 * The seven protocols by one interface: which of them a request speaks, which operation it names, its input,
 * and the answer. https://smithy.io/2.0/aws/protocols/index.html
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import {
  type BodyCodec,
  cbor,
  json10,
  json11,
  restJson,
  XML_DECLARATION,
  xmlCodec,
  xmlText,
} from './codecs.ts';
import { decodeRest, encodeRest, takesStream } from './http-bindings.ts';
import { decodeQuery } from './query.ts';
import { type Route, route } from './routes.ts';
import { type OperationModel, renamed, type ServiceModel } from './schema.ts';
import { AwsError, type Protocol, type ServiceApi } from './types.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | Readable;
}

export interface Incoming {
  readonly method: string;
  /** Without the query and, for S3, without the bucket; percent-encoded as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** S3 only. */
  readonly bucket?: string;
}

/** Which of the service's protocols the request speaks, by what each protocol requires of a request's head. */
export function protocolOf(api: ServiceApi, request: Incoming): Protocol {
  const contentType = String(request.headers['content-type'] ?? '').toLowerCase();
  const speaks = (protocol: Protocol): boolean => api.protocols.includes(protocol);
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor' && speaks('rpc-v2-cbor')) return 'rpc-v2-cbor';
  if (request.headers['x-amz-target'] !== undefined) {
    const asked = contentType.startsWith('application/x-amz-json-1.0') ? 'json-1.0' : 'json-1.1';
    // Real services take either JSON version; the answer is in the one that was asked in.
    if (speaks('json-1.0') || speaks('json-1.1')) return asked;
  }
  const form = contentType.startsWith('application/x-www-form-urlencoded') || request.query.has('Action');
  if (form && speaks('query')) return 'query';
  if (form && speaks('ec2-query')) return 'ec2-query';
  return (
    api.protocols.find((protocol) => protocol === 'rest-json' || protocol === 'rest-xml') ?? api.protocols[0]
  );
}

export interface Target {
  readonly name: string;
  readonly operation: OperationModel | undefined;
  readonly route?: Route;
  readonly form?: URLSearchParams;
}

export function isRest(protocol: Protocol): boolean {
  return protocol === 'rest-json' || protocol === 'rest-xml';
}

/** `body` is empty for REST protocols, where the head alone names the operation. */
export function targetOf(
  protocol: Protocol,
  model: ServiceModel,
  request: Incoming,
  body: Uint8Array,
): Target {
  switch (protocol) {
    case 'query':
    case 'ec2-query': {
      const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
      for (const [name, value] of request.query) if (!form.has(name)) form.append(name, value);
      const name = form.get('Action') ?? '';
      return { name, operation: model.operations.get(name), form };
    }
    case 'json-1.0':
    case 'json-1.1': {
      const name =
        String(request.headers['x-amz-target'] ?? '')
          .split('.')
          .at(-1) ?? '';
      return { name, operation: model.operations.get(name) };
    }
    case 'rpc-v2-cbor': {
      const name = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(request.path)?.[1] ?? '';
      return { name, operation: model.operations.get(name) };
    }
    case 'rest-json':
    case 'rest-xml': {
      const found = route(model, request);
      if (!found) return { name: `${request.method} ${request.path}`, operation: undefined };
      return { name: found.operation.name, operation: found.operation, route: found };
    }
  }
}

export function wantsStream(protocol: Protocol, operation: OperationModel): boolean {
  return isRest(protocol) && takesStream(operation.input);
}

export async function decode(
  protocol: Protocol,
  operation: OperationModel,
  target: Target,
  request: Incoming,
  body: Uint8Array | Readable,
): Promise<Record<string, unknown>> {
  const decoded = await decodeInput(protocol, operation, target, request, body);
  const input = (decoded ?? {}) as Record<string, unknown>;
  // The bucket is a label of every S3 operation but of no path: it comes from the host or the first segment.
  if (request.bucket) input['Bucket'] = request.bucket;
  return input;
}

async function decodeInput(
  protocol: Protocol,
  operation: OperationModel,
  target: Target,
  request: Incoming,
  body: Uint8Array | Readable,
): Promise<unknown> {
  const schema = operation.input;
  try {
    if (target.form)
      return decodeQuery(schema, target.form, protocol === 'ec2-query' ? 'ec2-query' : 'query');
    if (target.route) {
      const codec = protocol === 'rest-json' ? restJson : xmlCodec(undefined, true);
      const { query, headers } = request;
      return await decodeRest(schema, { route: target.route, query, headers, body }, codec);
    }
    const bytes = body as Uint8Array;
    return schema.isUnitSchema()
      ? {}
      : await (protocol === 'rpc-v2-cbor' ? cbor : json11).decode(schema, bytes);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError(
      isRest(protocol) && protocol === 'rest-xml' ? 'MalformedXML' : 'SerializationException',
      `The body could not be read as the input of ${operation.name}: ${(error as Error).message}`,
    );
  }
}

export interface EncodeOptions {
  readonly requestId: string;
  readonly namespace: string | undefined;
}

export function encode(
  protocol: Protocol,
  operation: OperationModel,
  output: Readonly<Record<string, unknown>>,
  options: EncodeOptions,
): Answer {
  switch (protocol) {
    case 'json-1.0':
      return rpc(json10, operation, output);
    case 'json-1.1':
      return rpc(json11, operation, output);
    case 'rpc-v2-cbor': {
      const answer = rpc(cbor, operation, output);
      return { ...answer, headers: { ...answer.headers, 'smithy-protocol': 'rpc-v2-cbor' } };
    }
    case 'query':
      return encodeQuery(operation, output, options);
    case 'ec2-query':
      return encodeEc2(operation, output, options);
    case 'rest-json':
      return encodeRest(operation.output, output, operation.http?.status ?? 200, restJson);
    case 'rest-xml':
      return encodeRest(
        operation.output,
        output,
        operation.http?.status ?? 200,
        declaredXml(options.namespace),
      );
  }
}

function rpc(codec: BodyCodec, operation: OperationModel, output: Readonly<Record<string, unknown>>): Answer {
  const empty = codec === cbor ? new Uint8Array([0xa0]) : '{}';
  const body = operation.output.isUnitSchema() ? empty : codec.encode(operation.output, output);
  return { status: 200, headers: { 'content-type': codec.contentType }, body };
}

function encodeQuery(
  operation: OperationModel,
  output: Readonly<Record<string, unknown>>,
  { requestId, namespace }: EncodeOptions,
): Answer {
  const { name } = operation;
  const result = operation.output.isUnitSchema()
    ? ''
    : xmlCodec(undefined, false).encode(renamed(operation.output, `${name}Result`), output);
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  const xmlns = namespace === undefined ? '' : ` xmlns="${xmlText(namespace)}"`;
  const body = `${XML_DECLARATION}<${name}Response${xmlns}>${result}${metadata}</${name}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

function encodeEc2(
  operation: OperationModel,
  output: Readonly<Record<string, unknown>>,
  { requestId, namespace }: EncodeOptions,
): Answer {
  const root = `${operation.name}Response`;
  const xmlns = namespace === undefined ? '' : ` xmlns="${xmlText(namespace)}"`;
  const encoded = operation.output.isUnitSchema()
    ? ''
    : (xmlCodec(undefined, false).encode(renamed(operation.output, root), output) as string);
  const inner = /^<[^>]*[^/]>([\s\S]*)<\/[^>]*>$/.exec(encoded)?.[1] ?? '';
  const body = `${XML_DECLARATION}<${root}${xmlns}><requestId>${requestId}</requestId>${inner}</${root}>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

/** A structure whose only member has the root's own name is written without repeating it (S3's LocationConstraint). */
function declaredXml(namespace: string | undefined): BodyCodec {
  const codec = xmlCodec(namespace, true);
  return {
    ...codec,
    encode: (schema, value) => {
      const text = codec.encode(schema, value);
      if (typeof text !== 'string') return text;
      return XML_DECLARATION + text.replace(/^<(\w+)([^>]*)><\1>([^<]*)<\/\1><\/\1>$/, '<$1$2>$3</$1>');
    },
  };
}

const restNamespaces: Readonly<Record<string, string>> = {
  s3: 'http://s3.amazonaws.com/doc/2006-03-01/',
  route53: 'https://route53.amazonaws.com/doc/2013-04-01/',
  cloudfront: 'http://cloudfront.amazonaws.com/doc/2020-05-31/',
};

/** XML namespace of answers; clients do not look at it, people comparing with AWS do. */
export function namespaceOf(
  protocol: Protocol,
  signingName: string,
  form: URLSearchParams | undefined,
): string | undefined {
  if (protocol === 'rest-xml') return restNamespaces[signingName];
  if (protocol !== 'query' && protocol !== 'ec2-query') return undefined;
  const version = form?.get('Version') ?? '';
  const scheme = signingName === 'iam' || signingName === 'sts' ? 'https' : 'http';
  return `${scheme}://${signingName}.amazonaws.com/doc/${version}${protocol === 'query' ? '/' : ''}`;
}
