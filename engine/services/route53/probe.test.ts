/** One probe of a checker against real servers. */
import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server } from 'node:net';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createAuthority } from '../../network/certificates.ts';
import { type ProbeTarget, probe } from './probe.ts';

const DEADLINES = { connectMs: 500, responseMs: 200 };

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

const target = (port: number, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  kind: 'HTTP',
  address: '127.0.0.1',
  port,
  path: '/health',
  host: 'us-east-1.origin.shop.example',
  serverName: undefined,
  searchString: undefined,
  healthCheckId: 'c',
  ...more,
});

test('2xx and 3xx are healthy, redirects are not followed, the string must be near the top', async () => {
  let status = 200;
  let body = '';
  let host: string | undefined;
  const server = createHttpServer((request, response) => {
    host = request.headers.host;
    response.writeHead(status, { Location: 'http://127.0.0.1:1/' }).end(body);
  });
  const port = await listening(server);
  for (const [code, ok] of [
    [200, true],
    [301, true],
    [404, false],
    [503, false],
  ] as const) {
    status = code;
    assert.deepEqual(await probe(target(port), DEADLINES), { ok, because: `HTTP ${code}` });
  }
  assert.equal(host, 'us-east-1.origin.shop.example');
  status = 200;
  body = `${'x'.repeat(5115)}alive`;
  assert.equal((await probe(target(port, { searchString: 'alive' }), DEADLINES)).ok, true);
  body = `x${body}`;
  assert.equal((await probe(target(port, { searchString: 'alive' }), DEADLINES)).ok, false);
  server.close();
});

test('HTTPS: any certificate will do, the name is sent', async () => {
  const { certificatePem, privateKeyPem } = await createAuthority('nobody trusts this');
  let servername: unknown;
  const server = createHttpsServer({ cert: certificatePem, key: privateKeyPem }, (request, response) => {
    servername = (request.socket as TLSSocket).servername;
    response.end();
  });
  const port = await listening(server);
  assert.equal(
    (await probe(target(port, { kind: 'HTTPS', serverName: 'us-east-1.origin.shop.example' }), DEADLINES)).ok,
    true,
  );
  assert.equal(servername, 'us-east-1.origin.shop.example');
  server.close();
});

test('silence, a closed port and a broken connection are told apart', async () => {
  const silent = createTcpServer(() => {});
  const rude = createTcpServer((socket) => socket.destroy());
  const [silentPort, rudePort] = [await listening(silent), await listening(rude)];
  assert.deepEqual(await probe(target(silentPort), DEADLINES), { ok: false, because: 'no answer in time' });
  assert.deepEqual(await probe(target(silentPort, { kind: 'HTTPS' }), DEADLINES), {
    ok: false,
    because: 'connect timed out',
  });
  assert.equal((await probe(target(silentPort, { kind: 'TCP' }), DEADLINES)).ok, true);
  assert.equal((await probe(target(rudePort), DEADLINES)).because, 'connection reset');
  rude.close();
  await new Promise((resolve) => rude.once('close', resolve));
  assert.deepEqual(await probe(target(rudePort), DEADLINES), { ok: false, because: 'connection refused' });
  silent.close();
});
