/**
 * One client's connection: reads a request, has it answered, reads the next. Pipelined requests wait in the
 * kernel (one read of them here) until the answer before is out. A client that closes its side while a
 * request is under way counts as gone, as with most proxies.
 */
import type { Socket } from 'node:net';
import { IncomingBody } from './body.ts';
import type { Released } from './connection.ts';
import type { Deadlines } from './deadlines.ts';
import { type Failure, failure, type Refusal } from './failure.ts';
import type { HeadLimits, RequestHead } from './head.ts';
import { Reply, type ReplyConnection } from './reply.ts';
import { IncomingRequest } from './request.ts';
import { RequestHeadParser } from './request-head.ts';

/** AWS time. */
export interface ClientTimeouts {
  /** No octet moves: between requests, in a body, in taking an answer. Default 60 s. */
  readonly idleMs: number;
  /** From the first octet of a head to its last. Default 60 s. */
  readonly headMs: number;
  /** After this age an answer closes the connection. Default 3600 s. */
  readonly lifetimeMs: number;
}

/** What the listener gives its connections. */
export interface ClientHost {
  readonly limits: HeadLimits;
  readonly timeouts: ClientTimeouts;
  readonly deadlines: Deadlines;
  readonly draining: boolean;
  request(request: IncomingRequest, reply: Reply): void;
  refused(refusal: Refusal, reply: Reply, client: ClientConnection): void;
  gone(client: ClientConnection): void;
  /** The socket now belongs to a tunnel. */
  released(socket: Socket): void;
}

const LINGER_REAL_MS = 1000;
/** Stands for the request that could not be read, so that a refusal can be answered like any other. */
const UNREADABLE: RequestHead = {
  method: 'GET',
  target: '/',
  minor: 1,
  headers: [],
  host: undefined,
  framing: { kind: 'none' },
  connection: 'close',
  keepAlive: false,
  upgrade: undefined,
  expectContinue: false,
};

export class ClientConnection implements ReplyConnection {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  readonly secure: boolean;
  deadline: number;
  /** Requests begun on it. */
  requests = 0;
  readonly #host: ClientHost;
  readonly #parser: RequestHeadParser;
  readonly #bornMs: number;
  #state: 'head' | 'exchange' | 'closing' | 'gone' = 'head';
  #head: RequestHead | undefined;
  #body: IncomingBody | undefined;
  #reply: Reply | undefined;
  /** Octets behind the present request. */
  #pending: Buffer | undefined;
  #inTurn = false;

  constructor(host: ClientHost, socket: Socket, secure: boolean) {
    this.#host = host;
    this.socket = socket;
    this.secure = secure;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.remotePort = socket.remotePort ?? 0;
    this.localPort = socket.localPort ?? 0;
    this.#parser = new RequestHeadParser(host.limits);
    this.#bornMs = host.deadlines.clock.now();
    this.deadline = this.#bornMs + host.timeouts.idleMs;
    socket.on('data', (data: Buffer) => this.#data(data));
    socket.on('drain', () => this.#reply?.drained());
    socket.on('end', () => this.#lost('the client closed the connection'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#lost(error.code ?? error.message));
    socket.on('close', () => this.#lost('the connection was closed'));
    host.deadlines.watch(this);
  }

  /** Whether a request is being read or answered. */
  get busy(): boolean {
    return this.#state === 'exchange' || !this.#parser.idle;
  }

  mayGoOn(): boolean {
    const { draining, timeouts, deadlines } = this.#host;
    if (draining || this.#state !== 'exchange') return false;
    // An answer that did not wait for the request's body: what follows on the wire is no next request.
    if (this.#body && !this.#body.complete && !this.#body.wanted) return false;
    return deadlines.clock.now() - this.#bornMs < timeouts.lifetimeMs;
  }

  replied(close: boolean): void {
    if (this.#state === 'gone') return;
    this.#reply = undefined;
    if (close || !this.#body?.complete) {
      this.#linger();
      return;
    }
    this.#state = 'head';
    this.#body = undefined;
    this.deadline = this.#after(this.#host.timeouts.idleMs);
    if (this.#inTurn) return;
    if (this.#pending) setImmediate(() => this.#next());
    else if (this.socket.isPaused()) this.socket.resume();
  }

  stalled(waiting: boolean): void {
    if (this.#state === 'exchange')
      this.deadline = waiting ? this.#after(this.#host.timeouts.idleMs) : Number.POSITIVE_INFINITY;
  }

  cut(): void {
    this.#reply = undefined;
    this.#lost('cut');
  }

  release(): Released {
    const rest = this.#pending ?? Buffer.alloc(0);
    this.#leave();
    this.socket.removeAllListeners();
    this.#host.released(this.socket);
    this.socket.on('error', () => this.socket.destroy());
    return { socket: this.socket, rest };
  }

  /** Closes it if it waits for a request; otherwise its present answer will. */
  drain(): void {
    if (this.#state === 'head' && !this.busy) this.#lost('the server closes');
  }

  destroy(): void {
    this.#lost('the server closes');
  }

  pauseReading(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    this.socket.pause();
  }

  resumeReading(): void {
    this.deadline = this.#after(this.#host.timeouts.idleMs);
    this.socket.resume();
  }

  bodyWanted(): void {
    if (this.#head?.expectContinue && this.#reply?.begun === false)
      this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  expire(): void {
    if (this.#state === 'head' && !this.#parser.idle) {
      const because = 'the head did not arrive in time';
      this.#refuse({ kind: 'head-timeout', status: 408, because });
    } else this.#lost('the client stood still');
  }

  #after(ms: number): number {
    return this.#host.deadlines.clock.now() + ms;
  }

  #data(data: Buffer): void {
    if (this.#state === 'head') this.#turn(data);
    else if (this.#state === 'exchange') this.#more(data);
  }

  /** Octets while a request is under way: its body, or the next request, which has to wait. */
  #more(data: Buffer): void {
    const body = this.#body as IncomingBody;
    let at = 0;
    if (!body.complete) {
      at = body.feed(data, 0);
      if (at < 0) {
        this.#brokenBody();
        return;
      }
      this.deadline = body.complete ? Number.POSITIVE_INFINITY : this.#after(this.#host.timeouts.idleMs);
    }
    if (at === data.length) {
      // The body may have been paused; from here on, reading is how a client that leaves is noticed.
      if (body.complete && this.socket.isPaused()) this.socket.resume();
      return;
    }
    const rest = at === 0 ? data : data.subarray(at);
    this.#pending = this.#pending ? Buffer.concat([this.#pending, rest]) : rest;
    this.socket.pause();
  }

  #next(): void {
    const data = this.#pending;
    if (this.#state !== 'head' || !data) return;
    this.#pending = undefined;
    this.#turn(data);
    if (this.#state === 'head' && !this.#pending) this.socket.resume();
  }

  /** Reads requests as long as there are octets and answers are out at once. */
  #turn(data: Buffer): void {
    this.#inTurn = true;
    let rest: Buffer | undefined = data;
    while (rest && this.#state === 'head') {
      this.#one(rest);
      rest = this.#pending;
      if (rest && this.#state === 'head') this.#pending = undefined;
    }
    this.#inTurn = false;
    if (this.#pending && this.#state === 'exchange') this.socket.pause();
    else if (this.#state === 'head' && this.socket.isPaused()) this.socket.resume();
  }

  #one(data: Buffer): void {
    const fresh = this.#parser.idle;
    const result = this.#parser.feed(data, 0);
    if (result.state === 'more') {
      if (fresh) this.deadline = this.#after(this.#host.timeouts.headMs);
      return;
    }
    if (result.state === 'refused') {
      this.#refuse(result.refusal);
      return;
    }
    const { head } = result;
    this.#head = head;
    const body = new IncomingBody(head.framing, this);
    this.#body = body;
    this.#state = 'exchange';
    this.requests++;
    const next = body.feed(data, result.next);
    if (next >= 0 && next < data.length) this.#pending = data.subarray(next);
    this.deadline = body.complete ? Number.POSITIVE_INFINITY : this.#after(this.#host.timeouts.idleMs);
    const reply = new Reply(this, head);
    this.#reply = reply;
    if (next < 0) this.#brokenBody();
    else {
      this.#host.request(new IncomingRequest(this, head, body), reply);
      if (this.#body === body) body.settle();
    }
  }

  #brokenBody(): void {
    const reply = this.#reply;
    if (!reply || reply.begun) {
      this.#lost('a broken request body');
      return;
    }
    const because = 'the request body is not in the chunked coding';
    this.#host.refused({ kind: 'malformed', status: 400, because }, reply, this);
  }

  #refuse(refusal: Refusal): void {
    this.#state = 'exchange';
    this.#body = undefined;
    const reply = new Reply(this, UNREADABLE);
    this.#reply = reply;
    this.#host.refused(refusal, reply, this);
  }

  /**
   * Closes after an answer while the client may still be sending: octets that arrive after close() would
   * make the kernel send RST, and the client might lose the answer (RFC 9112 §9.6).
   */
  #linger(): void {
    this.#state = 'closing';
    this.#pending = undefined;
    this.socket.end();
    this.socket.resume();
    this.deadline = this.#after(LINGER_REAL_MS * this.#host.deadlines.clock.speed);
  }

  #lost(because: string): void {
    if (this.#state === 'gone') return;
    const reply = this.#reply;
    const body = this.#body;
    this.#leave();
    this.socket.destroy();
    const reason: Failure = failure('client-gone', because);
    if (body && !body.complete) body.fail(reason);
    reply?.gone(because);
  }

  #leave(): void {
    this.#state = 'gone';
    this.#reply = undefined;
    this.#host.deadlines.forget(this);
    this.#host.gone(this);
  }
}
