/** Heads of responses: the status line, and how the body is framed, which the request's method decides too. */
import type { Refusal } from './failure.ts';
import { responseFraming } from './framing.ts';
import { VALUE } from './grammar.ts';
import {
  DEFAULT_LIMITS,
  type Fields,
  framingFields,
  type HeadLimits,
  HeadParser,
  keepsAlive,
  malformed,
  type ResponseHead,
} from './head.ts';

const PREFIX = Buffer.from('HTTP/1.');

export class ResponseHeadParser extends HeadParser<ResponseHead> {
  protected readonly startSpans = 2;
  /** The request's method decides whether there is a body: set it before the head is read. */
  method = 'GET';

  constructor(limits: HeadLimits = DEFAULT_LIMITS) {
    super(limits);
  }

  protected startLine(buffer: Buffer, from: number, bound: number, start: number): number {
    const prefixEnd = Math.min(bound, from + PREFIX.length);
    for (let at = from; at < prefixEnd; at++)
      if (buffer[at] !== PREFIX[at - from]) return this.wrong('a status line that is not of HTTP/1.x');
    let at = prefixEnd;
    while (at < bound && VALUE[buffer[at]!] === 1) at++;
    const next = this.lineEnd(buffer, at, bound);
    if (next < 0) return next;
    this.spans.push(from - start, at - start);
    return next;
  }

  protected compose(text: string, fields: Fields): ResponseHead | Refusal {
    const line = text.substring(this.spans[0]!, this.spans[1]!);
    if (!/^HTTP\/1\.[01] [1-9]\d\d(?: |$)/.test(line))
      return malformed(`status line ${JSON.stringify(line.slice(0, 80))}`);
    const minor = line.charCodeAt(7) === 49 ? 1 : 0;
    const status = Number(line.substring(9, 12));
    const framing = responseFraming({ minor, ...framingFields(fields) }, this.method, status);
    if ('status' in framing) return framing;
    return {
      status,
      reason: line.substring(13),
      minor,
      headers: fields.headers,
      framing,
      connection: fields.connection,
      keepAlive: framing.kind !== 'until-close' && keepsAlive(minor, fields.connection),
      upgrade: fields.upgrade,
    };
  }
}
