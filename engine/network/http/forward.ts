/**
 * The whole way of a request through a proxy: to an upstream and back. The caller rewrites the two heads and
 * maps failures; this keeps the two halves together, so that a client that leaves ends the upstream's half
 * and an upstream that breaks off cuts the client's.
 */
import type { Sink } from './body.ts';
import { Exchange, type UpstreamResponse, type UpstreamTimeouts } from './exchange.ts';
import type { Failure } from './failure.ts';
import { endToEnd, headerOf, type RawHeaders } from './headers.ts';
import type { Destination, Pool } from './pool.ts';
import type { Reply } from './reply.ts';
import type { IncomingRequest } from './request.ts';

export interface ForwardOptions {
  readonly pool: Pool;
  readonly to: Destination;
  readonly timeouts: UpstreamTimeouts;
  /** The request's target and fields on the far side; fields of the hop are gone already. */
  readonly target?: string;
  readonly headers: RawHeaders;
  /** Lets a client change the protocol (WebSocket); otherwise `Upgrade` is not passed on. */
  readonly upgrade?: boolean;
  /** The response's fields as the client shall see them, from those that travel end to end. */
  rewrite?(headers: string[], response: UpstreamResponse): RawHeaders;
  /** Before the response's head goes out. */
  onHead?(response: UpstreamResponse): void;
  /** No response: answer something. Not called for `client-gone`. */
  onFailure(reason: Failure): void;
  readonly tap?: Sink;
}

export function forward(request: IncomingRequest, reply: Reply, options: ForwardOptions): Exchange {
  const { head, body } = request;
  const upgrade = options.upgrade ? head.upgrade : undefined;
  const exchange: Exchange = new Exchange(
    options.pool,
    options.to,
    {
      method: head.method,
      target: options.target ?? head.target,
      // HTTP/1.0 clients may leave Host out, which no HTTP/1.1 server takes (RFC 9112 §3.2).
      headers: head.host === undefined ? ['Host', options.to.host, ...options.headers] : options.headers,
      body: body.length === 0 ? undefined : body,
      upgrade,
    },
    options.timeouts,
    {
      response: (response) => {
        options.onHead?.(response);
        const kept = endToEnd(response.headers, response.head.connection);
        const headers = options.rewrite ? options.rewrite(kept, response) : kept;
        if (response.status === 101) reply.tunnel(headers, response.head.upgrade ?? '', exchange.tunnel());
        else relay(reply, response, headers, options.tap);
      },
      failed: (reason) => {
        if (reason.kind !== 'client-gone') options.onFailure(reason);
      },
    },
  );
  abortWith(reply, exchange);
  return exchange;
}

/** Streams a response to the client. `headers` without framing and fields of the hop. */
export function relay(reply: Reply, response: UpstreamResponse, headers: RawHeaders, tap?: Sink): void {
  reply.stream(response.status, headers, response.body, {
    reason: response.reason,
    declaredLength:
      response.head.framing.kind === 'none' ? headerOf(response.headers, 'content-length') : undefined,
    tap,
  });
}

/** A client that leaves ends the exchange; keeps whoever else listens. */
function abortWith(reply: Reply, exchange: Exchange): void {
  const { onOver } = reply;
  reply.onOver = (outcome) => {
    if (outcome.kind === 'aborted') exchange.abort();
    onOver?.(outcome);
  };
}
