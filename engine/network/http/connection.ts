/**
 * One connection to an upstream, which carries one exchange at a time. It knows sockets, heads and bodies and
 * reports what happens to the exchange it has; whether to try again, and where, is decided above it.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { IncomingBody } from './body.ts';
import { type Failure, failure } from './failure.ts';
import type { ResponseHead } from './head.ts';
import type { Destination, Pool } from './pool.ts';
import { ResponseHeadParser } from './response-head.ts';

/** What an exchange hears from its connection. */
export interface ConnectionUser {
  connected(): void;
  /** 1xx other than 101 is not reported. After 101 the connection is a tunnel: take it with `release()`. */
  responded(head: ResponseHead, body: IncomingBody): void;
  /** The last octet of the response was received. */
  responseComplete(): void;
  failed(reason: Failure): void;
  drained(): void;
}

/** What a tunnel takes over: the socket, and octets that came behind the head. */
export interface Released {
  readonly socket: Socket;
  readonly rest: Buffer;
}

export class UpstreamConnection {
  readonly to: Destination;
  readonly pool: Pool;
  readonly socket: Socket;
  deadline = Number.POSITIVE_INFINITY;
  /** Exchanges begun on it; more than one means that it may be stale. */
  uses = 0;
  /** Whether any octet of the present response has come. */
  answered = false;
  readonly #parser: ResponseHeadParser;
  #user: ConnectionUser | undefined;
  #head: ResponseHead | undefined;
  #body: IncomingBody | undefined;
  #ready = false;
  #bodyMs = Number.POSITIVE_INFINITY;
  #over = false;
  #rest: Buffer | undefined;

  constructor(pool: Pool, to: Destination) {
    this.pool = pool;
    this.to = to;
    this.#parser = new ResponseHeadParser(pool.limits);
    const local = to.localAddress === undefined ? {} : { localAddress: to.localAddress };
    const place = { host: to.host, port: to.port, noDelay: true, ...local };
    this.socket = to.tls
      ? connectSecure({
          ...place,
          servername: to.tls.servername,
          ALPNProtocols: ['http/1.1'],
          ...(to.tls.trust ? { secureContext: to.tls.trust } : { rejectUnauthorized: false }),
        })
      : connectPlain(place);
    this.#listen();
    pool.deadlines.watch(this);
  }

  /** Whether it can take a request at once. */
  get ready(): boolean {
    return this.#ready;
  }

  /** `bodyMs` is how long the response's body may stand still, unless its reader asked for the pause. */
  use(user: ConnectionUser, method: string, bodyMs: number): void {
    this.#user = user;
    this.#bodyMs = bodyMs;
    this.#parser.method = method;
    this.#head = undefined;
    this.#body = undefined;
    this.answered = false;
    this.uses++;
  }

  /** The exchange is over: back to the pool, or away if the upstream does not want to go on. */
  done(): void {
    this.#user = undefined;
    const usable = this.#head?.keepAlive === true && this.#body?.complete === true && !this.#over;
    if (!usable || this.#rest !== undefined) {
      this.destroy();
      return;
    }
    // A slow client may have paused it just before the last octets came.
    if (this.socket.isPaused()) this.socket.resume();
    this.pool.give(this);
  }

  /** Leaves the socket to a tunnel. */
  release(): Released {
    this.#user = undefined;
    this.#forget();
    const { socket } = this;
    socket.removeAllListeners();
    socket.on('error', () => socket.destroy());
    return { socket, rest: this.#rest ?? Buffer.alloc(0) };
  }

  destroy(): void {
    this.#user = undefined;
    this.#body = undefined;
    this.socket.destroy();
    this.#forget();
  }

  /** The deadline has passed: the pool's when idle, else the exchange's, which knows what it waited for. */
  expire(): void {
    const reason = !this.#ready
      ? failure('connect-timeout', `no connection to ${this.to.host}:${this.to.port} in time`)
      : this.#body
        ? failure('body-timeout', 'no further part of the response in time')
        : failure('head-timeout', 'no response in time');
    this.#fail(reason);
  }

  #listen(): void {
    const { socket } = this;
    socket.on(this.to.tls ? 'secureConnect' : 'connect', () => {
      this.#ready = true;
      this.#user?.connected();
    });
    socket.on('data', (data: Buffer) => this.#data(data));
    socket.on('drain', () => this.#user?.drained());
    socket.on('end', () => this.#ended());
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(this.#reasonOf(error)));
    socket.on('close', () => this.#fail(this.#closedReason('the connection was closed')));
  }

  #data(data: Buffer): void {
    if (this.#over) return;
    let at = 0;
    if (this.#body === undefined) {
      if (this.#user === undefined) {
        this.destroy(); // an upstream that talks without being asked
        return;
      }
      this.answered = true;
      at = this.#readHead(data);
      if (at < 0) return;
    } else at = this.#feed(this.#body, data, 0);
    const waiting = this.#body?.complete === false && !this.socket.isPaused();
    this.deadline = waiting ? this.#bodyDeadline() : Number.POSITIVE_INFINITY;
    if (at >= 0 && at < data.length) this.#rest = data.subarray(at);
    if (at >= 0 && this.#body?.complete) this.#user?.responseComplete();
  }

  /** Offset behind head and body, -1 if there is nothing more to do with these octets. */
  #readHead(data: Buffer): number {
    let at = 0;
    for (;;) {
      const result = this.#parser.feed(data, at);
      if (result.state === 'more') return -1;
      if (result.state === 'refused') {
        this.#fail(failure('malformed', result.refusal.because));
        return -1;
      }
      at = result.next;
      const { head } = result;
      if (head.status >= 200 || head.status === 101) {
        this.#head = head;
        break;
      }
      if (at === data.length) return -1;
    }
    const body = new IncomingBody(this.#head.framing, this);
    this.#body = body;
    if (this.#head.status === 101) {
      this.#rest = data.subarray(at);
      this.#user?.responded(this.#head, body);
      return -1;
    }
    const next = this.#feed(body, data, at);
    this.#user?.responded(this.#head, body);
    body.settle();
    return next;
  }

  #feed(body: IncomingBody, data: Buffer, at: number): number {
    const next = body.feed(data, at);
    // The sink has heard of it; the exchange hears it once more, so that it can end the connection.
    if (next < 0) this.#fail(failure('malformed', 'a broken chunked body'));
    return next;
  }

  #ended(): void {
    if (this.#body && !this.#body.complete && this.#head?.framing.kind === 'until-close') {
      this.#body.close();
      if (this.#body?.complete) this.#user?.responseComplete();
      return;
    }
    this.#fail(this.#closedReason('the upstream closed the connection'));
  }

  pauseReading(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    this.socket.pause();
  }

  resumeReading(): void {
    this.deadline = this.#bodyDeadline();
    this.socket.resume();
  }

  #bodyDeadline(): number {
    return this.pool.clock.now() + this.#bodyMs;
  }

  #fail(reason: Failure): void {
    if (this.#over) return;
    this.#forget();
    const user = this.#user;
    const body = this.#body;
    this.#user = undefined;
    this.socket.destroy();
    if (body && !body.complete) body.fail(reason);
    if (!body?.complete) user?.failed(reason);
  }

  #forget(): void {
    if (this.#over) return;
    this.#over = true;
    this.pool.deadlines.forget(this);
    this.pool.gone(this);
  }

  #closedReason(because: string): Failure {
    if (!this.#ready) return failure(this.to.tls ? 'tls-failed' : 'connect-refused', because);
    return failure(this.#body ? 'reset-mid-body' : 'reset-before-head', because);
  }

  #reasonOf(error: NodeJS.ErrnoException): Failure {
    if (this.#ready) return this.#closedReason(error.code ?? error.message);
    if (error.code === 'ETIMEDOUT') return failure('connect-timeout', error.message);
    const connecting = error.syscall === 'connect' || error.code === 'ECONNREFUSED' || !this.to.tls;
    return failure(connecting ? 'connect-refused' : 'tls-failed', error.message);
  }
}
