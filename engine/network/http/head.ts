/**
 * Reads the head of a request or a response from bytes as they come, in any pieces. Every octet is checked
 * once against the grammar of RFC 9112; an error belongs to the first offending octet, so however the stream
 * is cut the verdict is the same. Names and values are cut out of one string at the end.
 *
 * Refused, though old servers take it: obs-fold (§5.2), a bare CR or LF (§2.2), white space before the colon
 * (§5.1), control octets, more or less than one Host in HTTP/1.1 (§3.2).
 */
import type { Refusal, RefusalKind } from './failure.ts';
import type { Framing } from './framing.ts';
import { TOKEN, VALUE } from './grammar.ts';
import type { RawHeaders } from './headers.ts';

export interface HeadLimits {
  /** Start line or one header line, with its CRLF. */
  readonly lineBytes: number;
  readonly headBytes: number;
}

/** The Application Load Balancer's own limits: 16 K a line, 64 K in all. */
export const DEFAULT_LIMITS: HeadLimits = { lineBytes: 16_384, headBytes: 65_536 };

export interface Head {
  readonly minor: 0 | 1;
  readonly headers: RawHeaders;
  readonly framing: Framing;
  /** Connection, all values joined. */
  readonly connection: string | undefined;
  /** Whether the sender means to go on using the connection (RFC 9112 §9.3). */
  readonly keepAlive: boolean;
  readonly upgrade: string | undefined;
}

export interface RequestHead extends Head {
  readonly method: string;
  /** Origin form (or `*`): an absolute target is split into path and Host. */
  readonly target: string;
  readonly host: string | undefined;
  readonly expectContinue: boolean;
}

export interface ResponseHead extends Head {
  readonly status: number;
  readonly reason: string;
}

export type HeadResult<H> =
  | { readonly state: 'more' }
  /** `next` is the offset in the fed buffer of the first octet after the head. */
  | { readonly state: 'head'; readonly head: H; readonly next: number }
  | { readonly state: 'refused'; readonly refusal: Refusal };

export const CR = 13;
const LF = 10;
export const SP = 32;
const HTAB = 9;
const COLON = 58;
const MORE = { state: 'more' } as const;
export const UNFINISHED = -1;
const WRONG = -2;

export interface Fields {
  readonly headers: string[];
  contentLength: string | undefined;
  transferEncoding: string | undefined;
  connection: string | undefined;
  upgrade: string | undefined;
  expect: string | undefined;
  host: string | undefined;
  hosts: number;
}

export abstract class HeadParser<H> {
  readonly #limits: HeadLimits;
  /** Octets of an unfinished head; unused as long as heads come in one piece. */
  #carry: Buffer | undefined;
  #carried = 0;
  // All of these are relative to the first octet of the head.
  #line = 0;
  #lines = 0;
  protected readonly spans: number[] = [];
  #why = '';

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  /** True between messages: no octet of a head has been seen. */
  get idle(): boolean {
    return this.#carried === 0;
  }

  feed(data: Buffer, start: number): HeadResult<H> {
    if (this.#carry === undefined) return this.#read(data, start, data.length, 0);
    const before = this.#carried;
    this.#append(data, start);
    const result = this.#read(this.#carry, 0, this.#carried, before);
    return result.state === 'head' ? { ...result, next: result.next + start } : result;
  }

  #read(buffer: Buffer, start: number, end: number, carriedBefore: number): HeadResult<H> {
    for (;;) {
      const lineStart = start + this.#line;
      const limitByLine = this.#line + this.#limits.lineBytes;
      const limit = start + Math.min(limitByLine, this.#limits.headBytes);
      const bound = Math.min(end, limit);
      const next =
        this.#lines === 0
          ? this.startLine(buffer, lineStart, bound, start)
          : this.#fieldLine(buffer, lineStart, bound, start);
      if (next === UNFINISHED) {
        if (bound === limit) return this.#tooLong(limitByLine <= this.#limits.headBytes);
        if (this.#carry === undefined) this.#append(buffer, start);
        return MORE;
      }
      if (next === WRONG) return this.#refuse('malformed', 400, this.#why);
      const empty = next === lineStart + 2;
      this.#line = next - start;
      if (empty && this.#lines > 0) return this.#finish(buffer, start, next, carriedBefore);
      // RFC 9112 §2.2: one empty line before a request is overlooked; the start line is still to come.
      if (!empty) this.#lines++;
      else if (this.#line > 2)
        return this.#refuse('malformed', 400, 'more than one empty line before the head');
    }
  }

  #finish(buffer: Buffer, start: number, next: number, carriedBefore: number): HeadResult<H> {
    const text = buffer.toString('latin1', start, next);
    const result = this.compose(text, this.#fields(text));
    this.#reset();
    if ('because' in (result as object)) return { state: 'refused', refusal: result as Refusal };
    return { state: 'head', head: result as H, next: next - carriedBefore };
  }

  #reset(): void {
    this.#carry = undefined;
    this.#carried = 0;
    this.#line = 0;
    this.#lines = 0;
    this.spans.length = 0;
  }

  #append(data: Buffer, start: number): void {
    const needed = this.#carried + data.length - start;
    if (this.#carry === undefined || this.#carry.length < needed) {
      const larger = Buffer.allocUnsafe(Math.max(2048, needed * 2));
      this.#carry?.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    data.copy(this.#carry, this.#carried, start);
    this.#carried = needed;
  }

  /** Offset after the line's LF; an empty line ends the head. */
  #fieldLine(buffer: Buffer, from: number, bound: number, start: number): number {
    let at = from;
    while (at < bound && TOKEN[buffer[at]!] === 1) at++;
    if (at === bound) return UNFINISHED;
    if (at === from) return this.#emptyLine(buffer, at, bound);
    if (buffer[at] !== COLON) return this.wrong(`octet ${buffer[at]} in a field name`);
    const nameEnd = at++;
    while (at < bound && (buffer[at] === SP || buffer[at] === HTAB)) at++;
    const valueStart = at;
    while (at < bound && VALUE[buffer[at]!] === 1) at++;
    const next = this.lineEnd(buffer, at, bound);
    if (next < 0) return next;
    while (at > valueStart && (buffer[at - 1] === SP || buffer[at - 1] === HTAB)) at--;
    this.spans.push(from - start, nameEnd - start, valueStart - start, at - start);
    return next;
  }

  #emptyLine(buffer: Buffer, at: number, bound: number): number {
    const octet = buffer[at];
    if (octet === SP || octet === HTAB) return this.wrong('a folded header line');
    return this.lineEnd(buffer, at, bound);
  }

  protected lineEnd(buffer: Buffer, at: number, bound: number): number {
    if (at >= bound) return UNFINISHED;
    if (buffer[at] === LF) return this.wrong('a line that ends in LF alone');
    if (buffer[at] !== CR) return this.wrong(`octet ${buffer[at]} where it may not stand`);
    if (at + 1 >= bound) return UNFINISHED;
    return buffer[at + 1] === LF ? at + 2 : this.wrong('a bare CR');
  }

  protected wrong(why: string): typeof WRONG {
    this.#why = why;
    return WRONG;
  }

  #fields(text: string): Fields {
    const fields: Fields = {
      headers: [],
      contentLength: undefined,
      transferEncoding: undefined,
      connection: undefined,
      upgrade: undefined,
      expect: undefined,
      host: undefined,
      hosts: 0,
    };
    const { spans } = this;
    for (let index = this.startSpans; index < spans.length; index += 4) {
      const name = text.substring(spans[index]!, spans[index + 1]!);
      const value = text.substring(spans[index + 2]!, spans[index + 3]!);
      fields.headers.push(name, value);
      notice(fields, name, value);
    }
    return fields;
  }

  #tooLong(byLine: boolean): HeadResult<H> {
    if (!byLine)
      return this.#refuse('head-too-large', 431, `a head of more than ${this.#limits.headBytes} bytes`);
    const status = this.#lines === 0 ? 414 : 431;
    return this.#refuse('line-too-long', status, `a line of more than ${this.#limits.lineBytes} bytes`);
  }

  #refuse(kind: RefusalKind, status: number, because: string): HeadResult<H> {
    this.#reset();
    return { state: 'refused', refusal: { kind, status, because } };
  }

  /** How many entries of `spans` the start line takes. */
  protected abstract readonly startSpans: number;
  /** Reads the start line, noting its spans; offset after its LF. */
  protected abstract startLine(buffer: Buffer, from: number, bound: number, start: number): number;
  protected abstract compose(text: string, fields: Fields): H | Refusal;
}

/** Keeps the few fields that framing and connection handling rest on. */
function notice(fields: Fields, name: string, value: string): void {
  switch (name.length) {
    case 4:
      if (name.toLowerCase() !== 'host') return;
      fields.host = value;
      fields.hosts++;
      return;
    case 6:
      if (name.toLowerCase() === 'expect') fields.expect = value;
      return;
    case 7:
      if (name.toLowerCase() === 'upgrade') fields.upgrade = value;
      return;
    case 10:
      if (name.toLowerCase() === 'connection') fields.connection = joined(fields.connection, value);
      return;
    case 14:
      if (name.toLowerCase() === 'content-length') fields.contentLength = joined(fields.contentLength, value);
      return;
    case 17:
      if (name.toLowerCase() === 'transfer-encoding')
        fields.transferEncoding = joined(fields.transferEncoding, value);
      return;
  }
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`;
}

export function keepsAlive(minor: 0 | 1, connection: string | undefined): boolean {
  if (connection === undefined) return minor === 1;
  const members = connection.toLowerCase();
  if (/(?:^|[,\s])close(?:[,\s]|$)/.test(members)) return false;
  return minor === 1 || /(?:^|[,\s])keep-alive(?:[,\s]|$)/.test(members);
}

export function framingFields(fields: Fields): {
  contentLength: string | undefined;
  transferEncoding: string | undefined;
} {
  return { contentLength: fields.contentLength, transferEncoding: fields.transferEncoding };
}

export function malformed(because: string): Refusal {
  return { kind: 'malformed', status: 400, because };
}

export function wrongVersion(version: string): Refusal {
  const known = /^HTTP\/\d\.\d$/.test(version);
  return known
    ? { kind: 'version-unsupported', status: 505, because: `version ${version}; 1.0 and 1.1 are spoken here` }
    : malformed(`version ${JSON.stringify(version.slice(0, 40))}`);
}
