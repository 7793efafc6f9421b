/**
 * The server's side of HTTP bindings (https://smithy.io/2.0/spec/http-bindings.html): labels, query, headers,
 * prefix headers, payload and status code ⇄ members of the input and output. A streaming payload is a Node
 * Readable in both directions and is never buffered.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { BodyCodec } from './codecs.ts';
import type { Answer } from './protocols.ts';
import type { Route } from './routes.ts';
import { InvalidInput, scalarFromText, scalarToText } from './scalars.ts';
import { bodyOf, isBody, members, type Schema } from './schema.ts';
import { headersOf, statusOf } from './types.ts';

export interface RestRequest {
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array | Readable;
}

export function payloadMember(schema: Schema): readonly [string, Schema] | undefined {
  return members(schema).find(([, member]) => member.getMergedTraits().httpPayload);
}

export function takesStream(schema: Schema): boolean {
  return payloadMember(schema)?.[1].isStreaming() ?? false;
}

export async function decodeRest(schema: Schema, request: RestRequest, codec: BodyCodec): Promise<unknown> {
  const input: Record<string, unknown> = {};
  const named = new Set<string>();
  for (const [name, member] of members(schema)) {
    const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders } = member.getMergedTraits();
    if (httpLabel) input[name] = label(member, request.route.labels[name], name);
    else if (typeof httpQuery === 'string') {
      named.add(httpQuery);
      if (request.query.has(httpQuery))
        input[name] = fromQuery(member, request.query.getAll(httpQuery), name);
    } else if (typeof httpHeader === 'string') {
      const value = request.headers[httpHeader.toLowerCase()];
      if (value !== undefined) input[name] = fromHeader(member, String(value), name);
    } else if (typeof httpPrefixHeaders === 'string')
      input[name] = fromPrefixHeaders(httpPrefixHeaders, request.headers);
  }
  for (const [name, member] of members(schema))
    if (member.getMergedTraits().httpQueryParams) input[name] = restOfQuery(member, request.query, named);
  const payload = payloadMember(schema);
  if (payload) {
    const value = await decodePayload(payload[1], request.body, codec);
    if (value !== undefined) input[payload[0]] = value;
  } else if (members(schema).some(([, member]) => isBody(member)) && isBytes(request.body))
    Object.assign(input, await codec.decode(bodyOf(schema), request.body));
  return input;
}

function isBytes(body: Uint8Array | Readable): body is Uint8Array {
  return body instanceof Uint8Array && body.length > 0;
}

function label(member: Schema, encoded: string | undefined, name: string): unknown {
  if (encoded === undefined) return undefined;
  try {
    return scalarFromText(member, decodeURIComponent(encoded), 'date-time', name);
  } catch (error) {
    if (error instanceof URIError) throw new InvalidInput(`${name}: the path is not valid percent-encoding`);
    throw error;
  }
}

function fromQuery(member: Schema, values: readonly string[], name: string): unknown {
  if (member.isListSchema())
    return values.map((value) => scalarFromText(member.getValueSchema(), value, 'date-time', name));
  return scalarFromText(member, values[0] ?? '', 'date-time', name);
}

function fromHeader(member: Schema, value: string, name: string): unknown {
  if (!member.isListSchema()) return scalarFromText(member, value, 'http-date', name);
  const parts = value.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  return parts.map((part) => {
    const trimmed = part.trim();
    const text = trimmed.startsWith('"') ? trimmed.slice(1, -1).replace(/\\(.)/g, '$1') : trimmed;
    return scalarFromText(member.getValueSchema(), text, 'http-date', name);
  });
}

function fromPrefixHeaders(prefix: string, headers: IncomingHttpHeaders): Record<string, string> {
  const lower = prefix.toLowerCase();
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(lower) && value !== undefined ? [[name.slice(lower.length), String(value)]] : [],
    ),
  );
}

function restOfQuery(member: Schema, query: URLSearchParams, named: ReadonlySet<string>): unknown {
  const rest = [...new Set(query.keys())].filter((name) => !named.has(name) && name !== 'x-id');
  const many = member.getValueSchema().isListSchema();
  return Object.fromEntries(rest.map((name) => [name, many ? query.getAll(name) : query.get(name)]));
}

async function decodePayload(
  member: Schema,
  body: Uint8Array | Readable,
  codec: BodyCodec,
): Promise<unknown> {
  if (!(body instanceof Uint8Array)) return body;
  if (member.isStreaming()) return Readable.from([body], { objectMode: false });
  if (member.isBlobSchema()) return body;
  if (body.length === 0) return undefined;
  if (member.isStringSchema()) return Buffer.from(body).toString('utf8');
  return codec.decode(member, body);
}

export function encodeRest(
  schema: Schema,
  output: Readonly<Record<string, unknown>>,
  standardStatus: number,
  codec: BodyCodec,
): Answer {
  const headers: Record<string, string> = {};
  let status = standardStatus;
  for (const [name, member] of members(schema)) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    const { httpHeader, httpPrefixHeaders, httpResponseCode } = member.getMergedTraits();
    if (httpResponseCode) status = Number(value);
    else if (typeof httpHeader === 'string') headers[httpHeader.toLowerCase()] = toHeader(member, value);
    else if (typeof httpPrefixHeaders === 'string')
      for (const [key, inner] of Object.entries(value as Record<string, string>))
        headers[`${httpPrefixHeaders}${key}`.toLowerCase()] = String(inner);
  }
  const answer = { status: statusOf(output) ?? status, headers: { ...headers, ...headersOf(output) } };
  const payload = payloadMember(schema);
  if (payload) return withPayload(answer, payload[1], output[payload[0]], codec);
  if (!members(schema).some(([, member]) => isBody(member)) && codec.contentType === 'application/xml')
    return answer;
  if (schema.isUnitSchema()) return answer;
  return withBody(answer, codec.encode(bodyOf(schema), output), codec.contentType);
}

function toHeader(member: Schema, value: unknown): string {
  if (!member.isListSchema()) return scalarToText(member, value, 'http-date');
  return (value as readonly unknown[])
    .map((item) => {
      const text = scalarToText(member.getValueSchema(), item, 'http-date');
      return /[",]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
    })
    .join(', ');
}

function withPayload(answer: Answer, member: Schema, value: unknown, codec: BodyCodec): Answer {
  if (value === undefined || value === null) return answer;
  if (member.isStreaming() || member.isBlobSchema()) {
    const body =
      value instanceof Readable || value instanceof Uint8Array ? value : Buffer.from(String(value));
    return withBody(answer, body, 'application/octet-stream');
  }
  if (member.isStringSchema()) return withBody(answer, String(value), 'text/plain');
  return withBody(answer, codec.encode(member, value), codec.contentType);
}

function withBody(answer: Answer, body: NonNullable<Answer['body']>, contentType: string): Answer {
  return { ...answer, headers: { 'content-type': contentType, ...answer.headers }, body };
}
