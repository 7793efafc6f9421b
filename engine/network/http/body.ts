/**
 * A message body on its way: pushed from a socket into one sink, with back-pressure, never gathered here.
 * A sink that says “not now” stops the socket it comes from; what the kernel had handed over already (one
 * read, 64 KiB at most) waits in a queue. A chunked body can be read decoded, or raw: the same octets as came
 * in, checked but not taken apart, for the next hop that takes chunks too.
 */
import { ChunkedDecoder } from './chunked.ts';
import { ExchangeError, type Failure, failure } from './failure.ts';
import type { Framing } from './framing.ts';

/** Where a body goes. */
export interface Sink {
  /** False asks the source to wait; the sink then calls the body's `resume()`. */
  write(data: Buffer): boolean;
  end(): void;
  /** The body ends here, incomplete. Neither `write` nor `end` follows. */
  fail(reason: Failure): void;
}

export interface Body {
  readonly framing: Framing;
  /** Octets to come if the head says so (0 for none); undefined for chunked and until-close. */
  readonly length: number | undefined;
  /** True once the last octet has been received. */
  readonly complete: boolean;
  /** Starts the flow. Once only. `raw` keeps the chunked coding. */
  read(sink: Sink, raw?: boolean): void;
  resume(): void;
  /** Reads to the end and forgets. */
  discard(): void;
}

/** The side of a connection that a body needs. */
export interface Source {
  pauseReading(): void;
  resumeReading(): void;
  /** Someone wants the body: the moment for 100 Continue. */
  bodyWanted?(): void;
}

const IGNORE: Sink = { write: () => true, end: () => {}, fail: () => {} };

export class IncomingBody implements Body {
  readonly framing: Framing;
  readonly length: number | undefined;
  readonly #source: Source;
  #sink: Sink | undefined;
  #raw = false;
  #paused = false;
  #queue: Buffer[] = [];
  #remaining: number;
  #decoder: ChunkedDecoder | undefined;
  #complete: boolean;
  #ended = false;
  #failure: Failure | undefined;

  constructor(framing: Framing, source: Source) {
    this.framing = framing;
    this.#source = source;
    this.#complete = framing.kind === 'none' || (framing.kind === 'length' && framing.length === 0);
    this.#remaining = framing.kind === 'length' ? framing.length : 0;
    this.length = framing.kind === 'length' ? framing.length : framing.kind === 'none' ? 0 : undefined;
    if (framing.kind === 'chunked') this.#decoder = new ChunkedDecoder();
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Whether somebody reads it. */
  get wanted(): boolean {
    return this.#sink !== undefined;
  }

  /** Takes octets from `start`; the offset of the first that is not the body's, or -1 if the coding is broken. */
  feed(data: Buffer, start: number): number {
    switch (this.framing.kind) {
      case 'none':
        return start;
      case 'length': {
        const end = Math.min(data.length, start + this.#remaining);
        this.#remaining -= end - start;
        if (this.#remaining === 0) this.#complete = true;
        if (end > start) this.#emit(start === 0 && end === data.length ? data : data.subarray(start, end));
        this.#tryEnd();
        return end;
      }
      case 'chunked':
        return this.#feedChunked(data, start);
      case 'until-close':
        this.#emit(start === 0 ? data : data.subarray(start));
        return data.length;
    }
  }

  /** A raw body that nobody reads yet is kept with its coding and decoded, if need be, when it is read. */
  #feedChunked(data: Buffer, start: number): number {
    const decoder = this.#decoder as ChunkedDecoder;
    const decoded: Buffer[] | undefined = this.#sink && this.#raw ? undefined : [];
    const end = decoder.feed(data, start, decoded && ((slice) => decoded.push(slice)));
    if (end < 0) {
      this.fail(failure('malformed', decoder.wrong ?? 'a broken chunked body'));
      return -1;
    }
    this.#complete = decoder.done;
    if (!this.#sink) this.#early.push({ whole: data.subarray(start, end), decoded: decoded ?? [] });
    else if (decoded) for (const slice of decoded) this.#emit(slice);
    else if (end > start) this.#emit(data.subarray(start, end));
    this.#tryEnd();
    return end;
  }

  #early: { readonly whole: Buffer; readonly decoded: readonly Buffer[] }[] = [];

  /** The peer closed in good order: right for until-close, too early for everything else. */
  close(): void {
    if (this.framing.kind !== 'until-close') return;
    this.#complete = true;
    this.#tryEnd();
  }

  fail(reason: Failure): void {
    if (this.#ended || this.#failure) return;
    this.#failure = reason;
    this.#queue = [];
    this.#early = [];
    this.#sink?.fail(reason);
  }

  read(sink: Sink, raw = false): void {
    if (this.#sink) throw new Error('a body can be read once');
    this.#sink = sink;
    this.#raw = raw && this.framing.kind === 'chunked';
    if (this.#failure) {
      sink.fail(this.#failure);
      return;
    }
    for (const { whole, decoded } of this.#early) this.#queue.push(...(this.#raw ? [whole] : decoded));
    this.#early = [];
    if (!this.#complete) this.#source.bodyWanted?.();
    this.#paused = true;
    this.resume();
  }

  resume(): void {
    if (!this.#paused || this.#failure || !this.#sink) return;
    this.#paused = false;
    while (this.#queue.length > 0 && !this.#paused) {
      const slice = this.#queue.shift() as Buffer;
      if (!this.#sink.write(slice)) this.#paused = true;
    }
    if (this.#paused) return;
    this.#tryEnd();
    if (!this.#complete) this.#source.resumeReading();
  }

  discard(): void {
    if (!this.#sink) {
      this.read(IGNORE, true);
      return;
    }
    this.#sink = IGNORE;
    this.#paused = true;
    this.resume();
  }

  /** Called after what came with the head was fed: from here on, nobody reading means waiting. */
  settle(): void {
    if (!this.#complete && (!this.#sink || this.#paused)) this.#source.pauseReading();
  }

  #emit(slice: Buffer): void {
    if (this.#failure) return;
    if (!this.#sink || this.#paused) this.#queue.push(slice);
    else if (!this.#sink.write(slice)) {
      this.#paused = true;
      if (!this.#complete) this.#source.pauseReading();
    }
  }

  #tryEnd(): void {
    if (!this.#complete || this.#ended || this.#paused || this.#failure) return;
    if (!this.#sink || this.#queue.length > 0) return;
    this.#ended = true;
    this.#sink.end();
  }
}

/** Reads a whole body that must not be larger than `limitBytes`. */
export function collect(body: Body, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const slices: Buffer[] = [];
    let size = 0;
    body.read({
      write: (data) => {
        size += data.length;
        if (size <= limitBytes) slices.push(data);
        return true;
      },
      end: () => {
        if (size > limitBytes)
          reject(new Error(`a body of ${size} bytes; at most ${limitBytes} are taken here`));
        else resolve(slices.length === 1 ? (slices[0] as Buffer) : Buffer.concat(slices, size));
      },
      fail: (reason) => reject(new ExchangeError(reason)),
    });
  });
}
