/**
 * The answer to one request: sent whole from memory, or streamed from a body (an upstream's, as a rule). It
 * settles the framing for the client at hand (RFC 9112 §6): Content-Length when the length is known, chunks
 * for HTTP/1.1, the end of the connection for HTTP/1.0.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Body, Sink } from './body.ts';
import type { Released } from './connection.ts';
import { type Failure, failure } from './failure.ts';
import type { RequestHead } from './head.ts';
import { headerLines, type RawHeaders } from './headers.ts';
import { LAST_CHUNK, Writer, writeChunk } from './writer.ts';

export type Outcome =
  /** The last octet was handed to the kernel's socket buffer or Node's. */
  { readonly kind: 'complete' } | { readonly kind: 'aborted'; readonly reason: Failure };

/** What a reply needs of the connection it belongs to. */
export interface ReplyConnection {
  readonly socket: Socket;
  /** Whether, as things are, another request can follow on this connection. */
  mayGoOn(): boolean;
  /** The reply is out; `close` says that nothing may follow. */
  replied(close: boolean): void;
  /** Writing waits for the client (or waits no longer). */
  stalled(waiting: boolean): void;
  /** Ends the connection at once: the client must notice that its answer is incomplete. */
  cut(): void;
  /** Gives the socket away to a tunnel. */
  release(): Released;
}

export interface StreamOptions {
  readonly reason?: string;
  /** What Content-Length says although no body follows: answers to HEAD, 304. */
  readonly declaredLength?: string | undefined;
  /** Sees every decoded part of the body on its way: a cache that keeps a copy. */
  readonly tap?: Sink | undefined;
}

type Coding = 'as-is' | 'raw-chunks' | 'chunk' | 'none';

export class Reply implements Sink {
  readonly #connection: ReplyConnection;
  readonly #request: RequestHead;
  readonly #writer: Writer;
  #source: Body | undefined;
  #coding: Coding = 'as-is';
  #tap: Sink | undefined;
  #closes = false;
  #state: 'waiting' | 'begun' | 'over' = 'waiting';
  /** Status of the answer, 0 until there is one. */
  status = 0;
  /** Octets of body given to the client. */
  bodyBytes = 0;
  /** Called once when it is over either way. */
  onOver: ((outcome: Outcome) => void) | undefined;

  constructor(connection: ReplyConnection, request: RequestHead) {
    this.#connection = connection;
    this.#request = request;
    this.#writer = new Writer(connection.socket);
  }

  /** True as soon as a head has been chosen: no other answer is possible. */
  get begun(): boolean {
    return this.#state !== 'waiting';
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  /** A whole answer. The framing is added; `headers` must not have it. HEAD sends no body, whatever is given. */
  send(status: number, headers: RawHeaders, body: Buffer | string = ''): void {
    if (!this.#begin(status)) return;
    const data = typeof body === 'string' ? Buffer.from(body) : body;
    const bodiless = status === 204 || status === 304;
    const length = bodiless ? '' : `Content-Length: ${data.length}\r\n`;
    this.#writer.hold(this.#head(status, undefined, headers, length));
    if (bodiless || this.#request.method === 'HEAD' || data.length === 0) this.#writer.flush();
    else {
      this.bodyBytes = data.length;
      if (!this.#writer.write(data)) this.#connection.stalled(true);
    }
    this.#finish();
  }

  /** An answer whose body flows from elsewhere. `headers` without framing and fields of the hop. */
  stream(status: number, headers: RawHeaders, body: Body, options: StreamOptions = {}): void {
    if (!this.#begin(status)) return;
    this.#source = body;
    this.#tap = options.tap;
    const bodiless = this.#request.method === 'HEAD' || status === 204 || status === 304;
    this.#coding = this.#codingFor(body, bodiless);
    const framing = this.#framingLine(body, bodiless, options.declaredLength);
    this.#writer.hold(this.#head(status, options.reason, headers, framing));
    body.read(this, this.#coding === 'raw-chunks');
    if (this.#state === 'begun') this.#writer.flush();
  }

  /** Answers 101 and joins both sockets for good. */
  tunnel(headers: RawHeaders, upgrade: string, upstream: Released): void {
    if (!this.#begin(101)) return;
    this.#state = 'over';
    const fields = `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
    const { socket, rest } = this.#connection.release();
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headerLines(headers)}${fields}\r\n`, 'latin1');
    if (upstream.rest.length > 0) socket.write(upstream.rest);
    if (rest.length > 0) upstream.socket.write(rest);
    join(socket, upstream.socket);
    join(upstream.socket, socket);
    this.onOver?.({ kind: 'complete' });
  }

  /** No answer at all, or no more of it: the connection is cut. */
  abort(reason: Failure): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#connection.cut();
    this.onOver?.({ kind: 'aborted', reason });
  }

  write(data: Buffer): boolean {
    if (this.#state === 'over') return true;
    this.#tap?.write(data);
    if (this.#coding === 'none') return true;
    this.bodyBytes += data.length;
    const more = this.#coding === 'chunk' ? writeChunk(this.#writer, data) : this.#writer.write(data);
    if (!more) this.#connection.stalled(true);
    return more;
  }

  end(): void {
    if (this.#state === 'over') return;
    if (this.#coding === 'chunk') this.#writer.text(LAST_CHUNK);
    else this.#writer.flush();
    this.#tap?.end();
    this.#finish();
  }

  fail(reason: Failure): void {
    this.#tap?.fail(reason);
    this.abort(reason);
  }

  /** The connection says: the client took what was waiting. */
  drained(): void {
    this.#connection.stalled(false);
    this.#source?.resume();
  }

  /** The connection says: the client is gone. */
  gone(because: string): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    const reason = failure('client-gone', because);
    this.#tap?.fail(reason);
    this.onOver?.({ kind: 'aborted', reason });
  }

  #begin(status: number): boolean {
    if (this.#state === 'over') return false;
    if (this.#state === 'begun')
      throw new Error(`a request is answered once: ${this.status}, then ${status}`);
    this.#state = 'begun';
    this.status = status;
    return true;
  }

  #codingFor(body: Body, bodiless: boolean): Coding {
    if (bodiless) return 'none';
    if (body.length !== undefined) return 'as-is';
    if (this.#request.minor === 0) {
      this.#closes = true;
      return 'as-is';
    }
    return body.framing.kind === 'chunked' && !this.#tap ? 'raw-chunks' : 'chunk';
  }

  #framingLine(body: Body, bodiless: boolean, declared: string | undefined): string {
    if (bodiless) return declared === undefined ? '' : `Content-Length: ${declared}\r\n`;
    if (body.length !== undefined) return `Content-Length: ${body.length}\r\n`;
    return this.#request.minor === 0 ? '' : 'Transfer-Encoding: chunked\r\n';
  }

  #head(status: number, reason: string | undefined, headers: RawHeaders, framing: string): string {
    const { minor, keepAlive } = this.#request;
    if (!keepAlive || !this.#connection.mayGoOn()) this.#closes = true;
    const connection = this.#closes
      ? 'Connection: close\r\n'
      : minor === 0
        ? 'Connection: keep-alive\r\n'
        : '';
    const words = reason ?? STATUS_CODES[status] ?? '';
    return `HTTP/1.1 ${status} ${words}\r\n${headerLines(headers)}${framing}${connection}\r\n`;
  }

  #finish(): void {
    this.#state = 'over';
    this.#connection.replied(this.#closes);
    this.onOver?.({ kind: 'complete' });
  }
}

function join(from: Socket, to: Socket): void {
  from.on('data', (data: Buffer) => {
    if (!to.write(data)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('close', () => to.destroy());
  from.resume();
}
