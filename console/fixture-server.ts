/**
 * A server that speaks the contract without a system behind it: for the page's development, its tests and its
 * screenshots. What it shows is invented (fixture/scene.ts).
 *
 *   node console/fixture-server.ts          the page at the address it prints; a region is lost in a loop
 */

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type Asked, answerOf } from './fixture/calls.ts';
import { openWorld, type World } from './fixture/world.ts';

export const TOKEN = 'fixture-token';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface Fixture {
  readonly url: string;
  readonly world: World;
  /** Ends every stream, as a restart of the supervisor does; they may come back at once, or after `forMs`. */
  dropStreams(forMs?: number): void;
  close(): Promise<void>;
}

export async function startFixture(
  options: { readonly speed?: number; readonly isLoop?: boolean; readonly port?: number } = {},
): Promise<Fixture> {
  const world = openWorld({ speed: options.speed ?? 20, isLoop: options.isLoop ?? false });
  const streams = new Set<ServerResponse>();
  let closedUntil = 0;
  const server = createServer((request, response) => {
    if (Date.now() < closedUntil) return void request.socket.destroy();
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response);
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return json(response, 401, { error: 'the control API needs the token of this system' });
    if (url.pathname === '/api/stream') return stream(world, streams, request, response, url);
    void bodyOf(request).then((body) => {
      const asked: Asked = {
        method: request.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        body,
      };
      const { status, value, html } = answerOf(world, asked);
      if (html === undefined) return json(response, status, value);
      response.writeHead(status, { 'content-type': TYPES['.html'] }).end(html);
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    dropStreams: (forMs = 0) => {
      closedUntil = Date.now() + forMs;
      for (const one of streams) one.destroy();
    },
    close: async () => {
      world.close();
      for (const one of streams) one.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function stream(
  world: World,
  streams: Set<ServerResponse>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void {
  const after = Number(request.headers['last-event-id'] ?? url.searchParams.get('after') ?? 0);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  streams.add(response);
  const send = (event: string, data: unknown, id?: number): void => {
    response.write(
      `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`,
    );
  };
  for (const record of world.records()) if (record.id > after) send('record', record, record.id);
  const stop = world.follow((event) =>
    send(event.event, event.data, event.event === 'record' ? event.data.id : undefined),
  );
  response.on('close', () => {
    stop();
    streams.delete(response);
  });
}

function serveFile(path: string, response: ServerResponse): void {
  const folder = join(import.meta.dirname, 'dist');
  const file = normalize(join(folder, path === '/' ? 'index.html' : path));
  if (!file.startsWith(`${folder}/`) || !existsSync(file)) {
    json(response, 404, { error: `no ${path}` });
    return;
  }
  response
    .writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    })
    .end(readFileSync(file));
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

if (import.meta.main) {
  const { url } = await startFixture({ speed: 10, isLoop: true, port: 4699 });
  process.stdout.write(`${url}/#token=${TOKEN}\n`);
}
