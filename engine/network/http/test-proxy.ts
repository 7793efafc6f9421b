import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { after } from 'node:test';
import { createClock } from '../../time/clock.ts';
import {
  destination,
  endToEnd,
  type Failure,
  forward,
  type HttpServer,
  Pool,
  type ServeOptions,
  type Sink,
  serveHttp,
} from './index.ts';

const now = Date.now();
export const clock = createClock({ realOriginMs: now, awsOriginMs: now, speed: 1 });
export const HOST = '127.0.0.1';
export const cleanups: (() => void)[] = [];
after(() => {
  for (const cleanup of cleanups) cleanup();
});

export async function portOf(server: Server): Promise<number> {
  server.listen(0, HOST);
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as { port: number }).port;
}

/** An upstream of node:http. */
export async function application(listener: RequestListener): Promise<number> {
  const server = createHttp({ keepAliveTimeout: 60_000 }, listener);
  cleanups.push(() => server.closeAllConnections());
  return await portOf(server);
}

/** An upstream that says what it likes. */
export async function bareUpstream(
  talk: (socket: Socket, request: string, count: number) => void,
): Promise<number> {
  let count = 0;
  const server = createTcp((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => talk(socket, data.toString('latin1'), ++count));
    cleanups.push(() => socket.destroy());
  });
  return await portOf(server);
}

export interface Proxy {
  readonly server: HttpServer;
  readonly port: number;
  readonly pool: Pool;
  readonly failures: Failure[];
}

export async function proxyTo(
  port: number,
  options: Partial<ServeOptions> & { tap?: () => Sink; headMs?: number; connectMs?: number } = {},
): Promise<Proxy> {
  const pool = new Pool({ clock });
  const failures: Failure[] = [];
  const to = destination(HOST, port);
  const timeouts = { connectMs: options.connectMs ?? 1000, headMs: options.headMs ?? 5000, bodyMs: 5000 };
  const server = await serveHttp({
    host: HOST,
    port: 0,
    clock,
    onRequest: (request, reply) => {
      reply.onOver = (outcome) => {
        if (outcome.kind === 'aborted') failures.push(outcome.reason);
      };
      forward(request, reply, {
        pool,
        to,
        timeouts,
        upgrade: true,
        headers: endToEnd(request.headers, request.head.connection),
        onFailure: (reason) => {
          failures.push(reason);
          reply.send(reason.kind === 'head-timeout' ? 504 : 502, ['X-Why', reason.kind]);
        },
        ...(options.tap ? { tap: options.tap() } : {}),
      });
    },
    ...options,
  });
  cleanups.push(() => {
    server.destroy();
    pool.destroy();
  });
  return { server, port: server.port, pool, failures };
}

/** Sends text, gathers what comes until `until` is seen or the connection closes. */
export async function talk(
  port: number,
  text: string,
  until?: RegExp,
): Promise<{ text: string; closed: boolean }> {
  const socket = connect(port, HOST);
  cleanups.push(() => socket.destroy());
  socket.write(text, 'latin1');
  let seen = '';
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing more within 5 s after ${seen}`)), 5000);
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: seen, closed });
    };
    socket.on('data', (data) => {
      seen += data.toString('latin1');
      if (until?.test(seen)) finish(false);
    });
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
  });
}

export async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const until = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > until) throw new Error(`${what}: not within 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
export const echo: RequestListener = (request, response) => {
  const hash = createHash('sha256');
  request.on('data', (data: Buffer) => hash.update(data));
  request.on('end', () => response.end(hash.digest('hex')));
};
