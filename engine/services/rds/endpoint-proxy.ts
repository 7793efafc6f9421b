/**
 * A cluster's endpoint as a virtual address: TCP in, TCP out, chosen anew for each connection. On AWS the
 * endpoint is a DNS name with a TTL of 5 s; here it is an address whose target moves. Connections to an
 * instance that the endpoint no longer stands for are closed, so that no client keeps an ex-writer.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Place } from '../contract.ts';

export interface EndpointProxy {
  listen(): Promise<void>;
  close(): Promise<void>;
  /** Ends the connections to every target that `allowed` does not hold. */
  closeExcept(allowed: (target: string) => boolean): number;
  readonly connections: number;
}

export interface EndpointTarget extends Place {
  readonly identifier: string;
}

export interface EndpointProxyOptions extends Place {
  /** For one new connection; undefined: nobody is there, and the connection is refused. */
  readonly choose: () => EndpointTarget | undefined;
}

const CONNECT_DEADLINE_MS = 5000;

export function createEndpointProxy(options: EndpointProxyOptions): EndpointProxy {
  const open = new Map<Socket, { readonly target: string; readonly server: Socket }>();
  const accept = (client: Socket): void => {
    const target = options.choose();
    client.on('error', () => client.destroy());
    if (!target) {
      client.destroy();
      return;
    }
    const server = connect({ host: target.host, port: target.port, allowHalfOpen: true });
    open.set(client, { target: target.identifier, server });
    client.setNoDelay(true);
    server.setNoDelay(true);
    server.setTimeout(CONNECT_DEADLINE_MS, () => server.destroy());
    server.once('connect', () => server.setTimeout(0));
    server.on('error', () => server.destroy());
    client.once('close', () => {
      open.delete(client);
      server.destroy();
    });
    server.once('close', () => client.destroy());
    client.pipe(server);
    server.pipe(client);
  };
  const listener = createServer({ allowHalfOpen: true }, accept);
  const closeExcept = (allowed: (target: string) => boolean): number => {
    let closed = 0;
    for (const [client, { target, server }] of open) {
      if (allowed(target)) continue;
      // Not a reset: on a socket that is shutting down already libuv refuses it, and no `close` follows.
      client.destroy();
      server.destroy();
      closed++;
    }
    return closed;
  };
  return {
    closeExcept,
    get connections() {
      return open.size;
    },
    listen: () =>
      new Promise((resolve, reject) => {
        if (listener.listening) return resolve();
        listener.once('error', reject);
        listener.listen({ host: options.host, port: options.port, backlog: 511 }, () => {
          listener.off('error', reject);
          resolve();
        });
      }),
    close: () =>
      new Promise((resolve) => {
        closeExcept(() => false);
        listener.close(() => resolve());
      }),
  };
}
