/**
 * The chunked transfer coding (RFC 9112 §7.1), decoded or only checked while its octets pass through
 * unchanged. Every octet is checked: lines end in CRLF, sizes are plain hexadecimal below 2^48, extensions
 * and trailers are bounded, and no trailer may be a field that frames or routes a message.
 */
import { TOKEN, VALUE } from './grammar.ts';

const CR = 13;
const LF = 10;
const SIZE_DIGITS = 12;
const LINE_BYTES = 1024;
const TRAILER_BYTES = 8192;
const FORBIDDEN_TRAILERS = new Set(['transfer-encoding', 'content-length', 'host', 'connection', 'trailer']);

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer' | 'trailer-lf';

/** Receives decoded data as slices of what was fed. */
export type Emit = (slice: Buffer) => void;

export class ChunkedDecoder {
  #state: State = 'size';
  #size = 0;
  #digits = 0;
  #lineBytes = 0;
  #trailerBytes = 0;
  #trailerLine = '';
  #done = false;
  #wrong: string | undefined;

  get done(): boolean {
    return this.#done;
  }

  /** What is wrong with the body; undefined as long as nothing is. */
  get wrong(): string | undefined {
    return this.#wrong;
  }

  /** Takes octets from `start`; the offset of the first one that is not part of the body, or -1 if it is broken. */
  feed(data: Buffer, start: number, emit: Emit | undefined): number {
    let at = start;
    while (at < data.length && !this.#done) {
      if (this.#state === 'data') {
        const end = Math.min(data.length, at + this.#size);
        emit?.(data.subarray(at, end));
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#state = 'data-cr';
      } else if (this.#octet(data[at++]!) === false) return -1;
    }
    return at;
  }

  #octet(octet: number): boolean {
    switch (this.#state) {
      case 'size':
        return this.#sizeOctet(octet);
      case 'extension':
        if (++this.#lineBytes > LINE_BYTES) return this.#fail('a chunk extension that is too long');
        if (octet === CR) this.#state = 'size-lf';
        else if (VALUE[octet] === 0) return this.#fail(`octet ${octet} in a chunk extension`);
        return true;
      case 'size-lf':
        if (octet !== LF) return this.#fail('a chunk size line without CRLF');
        this.#state = this.#size === 0 ? 'trailer' : 'data';
        return true;
      case 'data-cr':
        this.#state = 'data-lf';
        return octet === CR || this.#fail('a chunk longer than its size');
      case 'data-lf':
        this.#state = 'size';
        this.#digits = 0;
        this.#lineBytes = 0;
        return octet === LF || this.#fail('a chunk without CRLF');
      case 'trailer':
        return this.#trailerOctet(octet);
      case 'trailer-lf':
        return this.#trailerEnd(octet);
      case 'data':
        return this.#fail('data is taken in slices');
    }
  }

  #sizeOctet(octet: number): boolean {
    const digit = hexDigit(octet);
    if (digit >= 0) {
      if (++this.#digits > SIZE_DIGITS) return this.#fail('a chunk size that is too large');
      this.#size = this.#size * 16 + digit;
      return true;
    }
    if (this.#digits === 0) return this.#fail(`octet ${octet} in a chunk size`);
    if (octet === CR) this.#state = 'size-lf';
    else if (octet === 59) this.#state = 'extension';
    else return this.#fail(`octet ${octet} in a chunk size`);
    return true;
  }

  #trailerOctet(octet: number): boolean {
    if (++this.#trailerBytes > TRAILER_BYTES) return this.#fail('trailers that are too long');
    if (octet === CR) this.#state = 'trailer-lf';
    else if (VALUE[octet] === 0) return this.#fail(`octet ${octet} in a trailer`);
    else this.#trailerLine += String.fromCharCode(octet);
    return true;
  }

  #trailerEnd(octet: number): boolean {
    if (octet !== LF) return this.#fail('a trailer without CRLF');
    this.#state = 'trailer';
    const line = this.#trailerLine;
    this.#trailerLine = '';
    if (line === '') {
      this.#done = true;
      return true;
    }
    let nameEnd = 0;
    while (nameEnd < line.length && TOKEN[line.charCodeAt(nameEnd)] === 1) nameEnd++;
    if (nameEnd === 0 || line[nameEnd] !== ':') return this.#fail('a trailer that is no header field');
    const name = line.slice(0, nameEnd).toLowerCase();
    return !FORBIDDEN_TRAILERS.has(name) || this.#fail(`${name} as a trailer`);
  }

  #fail(why: string): false {
    this.#wrong = why;
    return false;
  }
}

function hexDigit(octet: number): number {
  if (octet >= 48 && octet <= 57) return octet - 48;
  if (octet >= 97 && octet <= 102) return octet - 87;
  if (octet >= 65 && octet <= 70) return octet - 55;
  return -1;
}
