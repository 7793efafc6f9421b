// The storefront by itself, to look at: a throw-away MariaDB, one task, and the site in front of it at one
// address, as the edge would have it. `npm run alone -w @understudy/storefront`, Ctrl-C ends it.

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { openEndpoints } from './endpoints.ts';
import { noMariadb, startDatabase } from './mariadb.ts';
import { startStorefront } from './storefront.ts';

const site = join(import.meta.dirname, '..', 'site');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

if (noMariadb) {
  process.stderr.write(`${noMariadb}\n`);
  process.exit(1);
}
const database = await startDatabase();
const endpoints = await openEndpoints(database);
const shop = await startStorefront({ endpoints });

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const file = normalize(join(site, path));
  const type = types[extname(file)];
  const body =
    file.startsWith(site + sep) && type !== undefined ? await readFile(file).catch(() => null) : null;
  response.writeHead(body === null ? 404 : 200, type === undefined ? {} : { 'content-type': type });
  response.end(body ?? '');
}

function forward(incoming: IncomingMessage, response: ServerResponse): void {
  const onward = request(shop.url + incoming.url, {
    method: incoming.method ?? 'GET',
    headers: incoming.headers,
  });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  incoming.pipe(onward);
}

const server = createServer((incoming, response) => {
  const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
  if (path === '/index.html' || path.startsWith('/assets/')) void sendFile(path, response);
  else forward(incoming, response);
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  process.stdout.write(
    `the shop: http://127.0.0.1:${port}/   its database: 127.0.0.1:${database.port}, user root\n`,
  );
});

process.once('SIGINT', async () => {
  server.close();
  server.closeAllConnections();
  await shop.stop();
  endpoints.close();
  await database.remove();
  process.exit(0);
});
