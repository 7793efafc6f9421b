/**
 * A listener: accepts plain or TLS connections and hands each request with its reply to one function. It
 * says when its listening socket is gone, and closes in good order: no new connections, answers under way go
 * out with `Connection: close`, and what is left after the grace is cut.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer, type Server as SecureServer, type TLSSocket } from 'node:tls';
import type { Clock } from '../../time/clock.ts';
import { ClientConnection, type ClientHost, type ClientTimeouts } from './client.ts';
import { deadlinesOf } from './deadlines.ts';
import { failure, type Refusal } from './failure.ts';
import { DEFAULT_LIMITS, type HeadLimits } from './head.ts';
import type { Reply } from './reply.ts';
import type { IncomingRequest } from './request.ts';
import { identityChoice, type TlsIdentity } from './tls.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** Certificates; the first is the default. Absent: plain HTTP. */
  readonly tls?: readonly TlsIdentity[] | undefined;
  onRequest(request: IncomingRequest, reply: Reply): void;
  /** Answers what could not be read. The connection closes afterwards. Default: the status and its reason. */
  onRefused?(refusal: Refusal, reply: Reply, client: ClientConnection): void;
  onConnection?(client: ClientConnection): void;
  /** A handshake that failed. */
  onTlsFailure?(because: string): void;
  /** A handler threw: the client has had 500, or has been cut. */
  onError?(error: unknown): void;
  /** The listening socket is gone without `close()`. */
  onDown?(because: string): void;
  readonly limits?: HeadLimits;
  readonly timeouts?: Partial<ClientTimeouts>;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** For new connections. */
  setIdentities(identities: readonly TlsIdentity[]): void;
  /** Applies to what happens from now on. */
  setTimeouts(timeouts: Partial<ClientTimeouts>): void;
  /** Resolves when every connection is gone; cuts those that outlive the grace (AWS time). */
  close(graceMs: number): Promise<void>;
  /** At once, and everything with it. */
  destroy(): void;
}

const DEFAULT_TIMEOUTS: ClientTimeouts = { idleMs: 60_000, headMs: 60_000, lifetimeMs: 3_600_000 };

/** Resolves when it listens; rejects as `listen` does (EADDRINUSE, EACCES). */
export async function serveHttp(options: ServeOptions): Promise<HttpServer> {
  const clients = new Set<ClientConnection>();
  const tunnels = new Set<Socket>();
  let timeouts: ClientTimeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  let draining = false;
  const host: ClientHost = {
    limits: options.limits ?? DEFAULT_LIMITS,
    get timeouts() {
      return timeouts;
    },
    deadlines: deadlinesOf(options.clock),
    get draining() {
      return draining;
    },
    request: (request, reply) => {
      try {
        options.onRequest(request, reply);
      } catch (error) {
        if (!reply.begun) reply.send(500, ['Content-Type', 'text/plain'], 'Internal Server Error\n');
        else reply.abort(failure('reset-mid-body', 'the handler failed'));
        options.onError?.(error);
      }
    },
    refused: (refusal, reply, client) => {
      if (options.onRefused) options.onRefused(refusal, reply, client);
      else reply.send(refusal.status, ['Content-Type', 'text/plain'], `${refusal.because}\n`);
    },
    gone: (client) => void clients.delete(client),
    released: (socket) => {
      tunnels.add(socket);
      socket.once('close', () => tunnels.delete(socket));
    },
  };
  const cut = (): void => {
    for (const client of [...clients]) client.destroy();
    for (const socket of [...tunnels]) socket.destroy();
  };
  const accept = (socket: Socket, secure: boolean): void => {
    socket.setNoDelay(true);
    const client = new ClientConnection(host, socket, secure);
    clients.add(client);
    options.onConnection?.(client);
  };
  let choice = options.tls ? identityChoice(options.tls) : undefined;
  const server: Server | SecureServer = choice
    ? createSecureServer({
        ...choice.first,
        ALPNProtocols: ['http/1.1'],
        SNICallback: (name, done) => done(null, choice?.choose(name)),
      })
    : createServer((socket) => accept(socket, false));
  if (choice) {
    server.on('secureConnection', (socket: TLSSocket) => accept(socket, true));
    server.on('tlsClientError', (error: Error, socket: Socket) => {
      options.onTlsFailure?.(error.message);
      socket.destroy();
    });
  }
  await listen(server, options.host, options.port);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  let why = 'its socket was closed';
  server.on('error', (error) => {
    why = error.message;
    server.close();
  });
  server.once('close', () => {
    if (!draining) options.onDown?.(why);
  });
  return {
    host: options.host,
    port,
    get connections() {
      return clients.size;
    },
    setIdentities: (identities) => {
      choice = identityChoice(identities);
      (server as SecureServer).setSecureContext(choice.first);
    },
    setTimeouts: (changed) => {
      timeouts = { ...timeouts, ...changed };
    },
    close: async (graceMs) => {
      draining = true;
      server.close();
      for (const client of [...clients]) client.drain();
      const grace = options.clock.after(graceMs, cut);
      await closed;
      grace.stop();
    },
    destroy: () => {
      draining = true;
      server.close();
      cut();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
