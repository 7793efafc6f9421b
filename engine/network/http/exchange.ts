/**
 * One request to an upstream and its response: takes a connection, sends head and body, hands over the
 * response head with its body still flowing, and gives the connection back. It tries again by itself in one
 * case only: a reused connection that closes before it answers anything, for a request that is idempotent
 * (RFC 9110 §9.2.2) and can be repeated; then on a fresh connection.
 */
import type { Body, Sink } from './body.ts';
import type { ConnectionUser, Released, UpstreamConnection } from './connection.ts';
import { ExchangeError, type Failure, failure } from './failure.ts';
import type { ResponseHead } from './head.ts';
import { headerLines, type RawHeaders } from './headers.ts';
import type { Destination, Pool } from './pool.ts';
import { Writer } from './writer.ts';

export interface UpstreamRequest {
  readonly method: string;
  readonly target: string;
  /** With Host, without the fields of the hop (`endToEnd`); the framing is added here. */
  readonly headers: RawHeaders;
  /** A Buffer can be sent twice; a Body streams, once. */
  readonly body?: Body | Buffer | undefined;
  /** Asks the upstream to change the protocol: `websocket`. */
  readonly upgrade?: string | undefined;
}

/** AWS time. */
export interface UpstreamTimeouts {
  readonly connectMs: number;
  /** From the last octet sent to the response's head. */
  readonly headMs: number;
  /** Between two parts of the response's body. */
  readonly bodyMs: number;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: RawHeaders;
  readonly head: ResponseHead;
  readonly body: Body;
}

/** Exactly one of the two is called, once. Failures after `response` reach whoever reads its body. */
export interface ExchangeListener {
  response(response: UpstreamResponse): void;
  failed(reason: Failure): void;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

export class Exchange implements ConnectionUser {
  readonly #pool: Pool;
  readonly #to: Destination;
  readonly #request: UpstreamRequest;
  readonly #timeouts: UpstreamTimeouts;
  readonly #listener: ExchangeListener;
  #connection: UpstreamConnection;
  #sent = false;
  #received = false;
  #answered = false;
  #over = false;

  constructor(
    pool: Pool,
    to: Destination,
    request: UpstreamRequest,
    timeouts: UpstreamTimeouts,
    listener: ExchangeListener,
  ) {
    this.#pool = pool;
    this.#to = to;
    this.#request = request;
    this.#timeouts = timeouts;
    this.#listener = listener;
    this.#connection = pool.take(to) ?? pool.connect(to);
    this.#begin();
  }

  /** Ends it here: nobody wants the answer any more. */
  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connection.destroy();
  }

  /** After a 101: the upstream's socket, now the caller's. */
  tunnel(): Released {
    this.#over = true;
    return this.#connection.release();
  }

  connected(): void {
    this.#send();
  }

  responded(head: ResponseHead, body: Body): void {
    this.#answered = true;
    this.#listener.response({ status: head.status, reason: head.reason, headers: head.headers, head, body });
  }

  responseComplete(): void {
    this.#received = true;
    this.#finish();
  }

  drained(): void {
    const { body } = this.#request;
    if (body && !Buffer.isBuffer(body)) body.resume();
  }

  failed(reason: Failure): void {
    if (this.#over) return;
    const stale = this.#connection.uses > 1 && !this.#connection.answered;
    if (stale && reason.kind === 'reset-before-head' && this.#repeatable()) {
      this.#connection = this.#pool.connect(this.#to);
      this.#sent = false;
      this.#begin();
      return;
    }
    this.#over = true;
    if (!this.#answered) this.#listener.failed(reason);
  }

  #begin(): void {
    const connection = this.#connection;
    connection.use(this, this.#request.method, this.#timeouts.bodyMs);
    if (connection.ready) this.#send();
    else connection.deadline = this.#pool.clock.now() + this.#timeouts.connectMs;
  }

  #send(): void {
    const { body } = this.#request;
    const connection = this.#connection;
    connection.deadline = this.#pool.clock.now() + this.#timeouts.headMs;
    const writer = new Writer(connection.socket);
    writer.hold(requestText(this.#request));
    if (body === undefined || Buffer.isBuffer(body)) {
      if (body && body.length > 0) writer.write(body);
      else writer.flush();
      this.#sent = true;
      return;
    }
    body.read(this.#bodySink(writer), true);
    writer.flush();
  }

  #bodySink(writer: Writer): Sink {
    const connection = this.#connection;
    return {
      write: (data) => {
        if (this.#over) return true;
        if (!this.#answered) connection.deadline = this.#pool.clock.now() + this.#timeouts.headMs;
        return writer.write(data);
      },
      end: () => {
        writer.flush();
        this.#sent = true;
        this.#finish();
      },
      fail: (reason) => {
        if (this.#over) return;
        this.#over = true;
        connection.destroy();
        if (!this.#answered) this.#listener.failed(failure('client-gone', reason.because));
      },
    };
  }

  #finish(): void {
    if (this.#over || !this.#received) return;
    this.#over = true;
    // An answer that came before the whole request leaves a connection that nobody can use again.
    if (this.#sent) this.#connection.done();
    else this.#connection.destroy();
  }

  #repeatable(): boolean {
    const { body, method } = this.#request;
    return IDEMPOTENT.has(method) && (body === undefined || Buffer.isBuffer(body));
  }
}

/** The same for callers that wait. Aborting ends the exchange, also while the body flows. */
export function fetchUpstream(
  pool: Pool,
  to: Destination,
  request: UpstreamRequest,
  timeouts: UpstreamTimeouts,
  signal?: AbortSignal,
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(pool, to, request, timeouts, {
      response: resolve,
      failed: (reason) => reject(new ExchangeError(reason)),
    });
    const aborted = (): void => {
      exchange.abort();
      reject(new ExchangeError(failure('client-gone', 'the exchange was aborted')));
    };
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}

function requestText(request: UpstreamRequest): string {
  const { method, body, upgrade } = request;
  let text = `${method} ${request.target} HTTP/1.1\r\n${headerLines(request.headers)}`;
  if (upgrade !== undefined) text += `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  const length = body === undefined ? 0 : body.length;
  if (length === undefined) return `${text}Transfer-Encoding: chunked\r\n\r\n`;
  if (length === 0 && WITHOUT_BODY.has(method)) return `${text}\r\n`;
  return `${text}Content-Length: ${length}\r\n\r\n`;
}
