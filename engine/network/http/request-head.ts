/** Heads of requests: start line, target forms (RFC 9112 §3.2), Host, and how the body is framed. */
import type { Refusal } from './failure.ts';
import { NO_BODY, requestFraming } from './framing.ts';
import { isHost, TARGET, TOKEN } from './grammar.ts';
import {
  CR,
  DEFAULT_LIMITS,
  type Fields,
  framingFields,
  type HeadLimits,
  HeadParser,
  keepsAlive,
  malformed,
  type RequestHead,
  SP,
  UNFINISHED,
  wrongVersion,
} from './head.ts';

export class RequestHeadParser extends HeadParser<RequestHead> {
  protected readonly startSpans = 5;

  constructor(limits: HeadLimits = DEFAULT_LIMITS) {
    super(limits);
  }

  protected startLine(buffer: Buffer, from: number, bound: number, start: number): number {
    let at = from;
    if (at < bound && buffer[at] === CR) return this.lineEnd(buffer, at, bound);
    while (at < bound && TOKEN[buffer[at]!] === 1) at++;
    if (at === bound) return UNFINISHED;
    if (at === from || buffer[at] !== SP) return this.wrong(`octet ${buffer[at]} in the method`);
    const methodEnd = at++;
    while (at < bound && TARGET[buffer[at]!] === 1) at++;
    if (at === bound) return UNFINISHED;
    if (at === methodEnd + 1 || buffer[at] !== SP) return this.wrong(`octet ${buffer[at]} in the target`);
    const targetEnd = at++;
    const versionStart = at;
    while (at < bound && TARGET[buffer[at]!] === 1) at++;
    const next = this.lineEnd(buffer, at, bound);
    if (next < 0) return next;
    this.spans.push(from - start, methodEnd - start, targetEnd - start, versionStart - start, at - start);
    return next;
  }

  protected compose(text: string, fields: Fields): RequestHead | Refusal {
    const { spans } = this;
    const method = text.substring(spans[0]!, spans[1]!);
    const version = text.substring(spans[3]!, spans[4]!);
    if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') return wrongVersion(version);
    const minor = version === 'HTTP/1.1' ? 1 : 0;
    if (fields.hosts > 1) return malformed('more than one Host');
    if (fields.hosts === 0 && minor === 1) return malformed('an HTTP/1.1 request without Host');
    if (fields.host !== undefined && !isHost(fields.host))
      return malformed(`Host ${JSON.stringify(fields.host)} is no host name`);
    let target = text.substring(spans[1]! + 1, spans[2]!);
    if (target.charCodeAt(0) !== 47) {
      const split = otherForm(method, target);
      if (split === undefined) return malformed(`target ${JSON.stringify(target.slice(0, 80))}`);
      target = split.target;
      if (split.host !== undefined) setHost(fields, split.host);
    }
    const framing =
      fields.contentLength === undefined && fields.transferEncoding === undefined
        ? NO_BODY
        : requestFraming({ minor, ...framingFields(fields) });
    if ('status' in framing) return framing;
    return {
      method,
      target,
      minor,
      headers: fields.headers,
      host: fields.host,
      framing,
      connection: fields.connection,
      keepAlive: keepsAlive(minor, fields.connection),
      upgrade: fields.upgrade,
      expectContinue: minor === 1 && fields.expect?.toLowerCase() === '100-continue',
    };
  }
}

/** RFC 9112 §3.2.2 to §3.2.4. CONNECT is for forward proxies, which this is not. */
function otherForm(method: string, target: string): { target: string; host?: string } | undefined {
  if (target === '*') return method === 'OPTIONS' ? { target } : undefined;
  const absolute = /^https?:\/\/([^/?#@]+)([/?][^#]*)?$/i.exec(target);
  if (!absolute || !isHost(absolute[1]!)) return undefined;
  const path = absolute[2] ?? '/';
  return { target: path.startsWith('?') ? `/${path}` : path, host: absolute[1]! };
}

/** RFC 9112 §3.2.2: with an absolute target the Host field is ignored and replaced. */
function setHost(fields: Fields, host: string): void {
  fields.host = host;
  for (let index = 0; index < fields.headers.length; index += 2)
    if (fields.headers[index]!.toLowerCase() === 'host') fields.headers[index + 1] = host;
}
