/** The proxy on real sockets, when all goes well: framing, reuse, streaming, upgrade, closing in order. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Sink } from './index.ts';
import {
  application,
  bareUpstream,
  cleanups,
  echo,
  GET,
  HOST,
  proxyTo,
  talk,
  waitFor,
} from './test-proxy.ts';

test('requests share a connection on both sides, also pipelined', async () => {
  const seen = new Set<IncomingMessage['socket']>();
  const upstream = await application((request, response) => {
    seen.add(request.socket);
    setImmediate(() => response.end(`<${request.url}>`));
  });
  const proxy = await proxyTo(upstream);
  const requests = ['/1', '/2', '/3'].map((path) => GET.replace('/ ', `${path} `)).join('');
  const answer = await talk(proxy.port, requests, /<\/3>/);
  assert.deepEqual(answer.text.match(/<\/\d>/g), ['</1>', '</2>', '</3>']);
  assert.equal(seen.size, 1);
});

test('a pipelined request behind a body is found', async () => {
  const proxy = await proxyTo(await application(echo));
  const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
  const chunked = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
  const answer = await talk(proxy.port, post + chunked + post, /(?:[0-9a-f]{64}[\s\S]*){3}/);
  const hash = createHash('sha256').update('hello').digest('hex');
  assert.equal(answer.text.split(hash).length, 4);
});

for (const size of [0, 1, 16_000, 200_000, 20_000_000])
  test(`bodies of ${size} bytes pass whole in both directions`, async () => {
    const content = randomBytes(size);
    const upstream = await application((request, response) => {
      if (request.method === 'POST') return echo(request, response);
      response.setHeader('Content-Length', size);
      return response.end(content);
    });
    const proxy = await proxyTo(upstream);
    const url = `http://${HOST}:${proxy.port}/`;
    const hash = createHash('sha256').update(content).digest('hex');
    const down = await (await fetch(url)).arrayBuffer();
    assert.equal(createHash('sha256').update(Buffer.from(down)).digest('hex'), hash);
    assert.equal(await (await fetch(url, { method: 'POST', body: content })).text(), hash);
    const stream = new Blob([content]).stream();
    assert.equal(
      await (await fetch(url, { method: 'POST', body: stream, duplex: 'half' } as RequestInit)).text(),
      hash,
    );
  });

test('a tap sees the decoded body and its end', async () => {
  const upstream = await application((_request, response) => {
    response.write('one ');
    setImmediate(() => response.end('two'));
  });
  let copy = '';
  let whole = false;
  const tap = (): Sink => ({
    write: (data) => {
      copy += data;
      return true;
    },
    end: () => {
      whole = true;
    },
    fail: () => {},
  });
  const proxy = await proxyTo(upstream, { tap });
  assert.equal(await (await fetch(`http://${HOST}:${proxy.port}/`)).text(), 'one two');
  assert.equal(copy, 'one two');
  assert.equal(whole, true);
});

test('HEAD, 204 and 304 have no body and keep the connection', async () => {
  const upstream = await application((request, response) => {
    const status = Number(request.url?.slice(1));
    if (status !== 204) response.setHeader('Content-Length', '5');
    response.writeHead(status).end(status === 200 ? 'hello' : undefined);
  });
  const proxy = await proxyTo(upstream);
  const requests = ['HEAD /200', 'GET /204', 'GET /304', 'GET /200'].map(
    (line) => `${line} HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  const answer = await talk(proxy.port, requests.join(''), /hello$/);
  const heads = answer.text.split('\r\n\r\n');
  assert.match(heads[0] ?? '', /^HTTP\/1\.1 200 OK[\s\S]*Content-Length: 5/);
  assert.match(heads[1] ?? '', /^HTTP\/1\.1 204 /);
  assert.doesNotMatch(heads[1] ?? '', /Content-Length|Transfer-Encoding/i);
  assert.match(heads[2] ?? '', /^HTTP\/1\.1 304 [\s\S]*Content-Length: 5/);
  assert.match(heads[3] ?? '', /^HTTP\/1\.1 200 OK[\s\S]*Content-Length: 5/);
});

test('100 Continue is said when the body is wanted', async () => {
  const proxy = await proxyTo(await application(echo));
  const socket = connect(proxy.port, HOST);
  cleanups.push(() => socket.destroy());
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
  const [interim] = (await once(socket, 'data')) as [Buffer];
  assert.equal(interim.toString(), 'HTTP/1.1 100 Continue\r\n\r\n');
  socket.write('hello');
  const [final] = (await once(socket, 'data')) as [Buffer];
  assert.match(final.toString(), /^HTTP\/1\.1 200 /);
});

test('HTTP/1.0 gets a body that ends with the connection', async () => {
  const upstream = await application((_request, response) => {
    response.write('a');
    setImmediate(() => response.end('b'));
  });
  const proxy = await proxyTo(upstream);
  const answer = await talk(proxy.port, 'GET / HTTP/1.0\r\n\r\n');
  assert.match(answer.text, /Connection: close\r\n\r\nab$/);
  assert.doesNotMatch(answer.text, /Transfer-Encoding/i);
  assert.equal(answer.closed, true);
});

test('closing lets the answer under way finish and says that it is the last', async () => {
  let answer: (() => void) | undefined;
  const upstream = await application((_request, response) => {
    answer = () => response.end('done');
  });
  const proxy = await proxyTo(upstream);
  const client = talk(proxy.port, GET);
  await waitFor('the request is under way', () => answer !== undefined);
  const closed = proxy.server.close(5000);
  answer?.();
  const got = await client;
  assert.match(got.text, /Connection: close\r\n\r\ndone$/);
  await closed;
  assert.equal(proxy.server.connections, 0);
});

test('WebSocket: both sides are joined after 101', async () => {
  const upstream = await bareUpstream((socket, request, count) => {
    if (count > 1) {
      socket.write(request.toUpperCase());
      return;
    }
    assert.match(request, /Connection: Upgrade\r\nUpgrade: websocket/);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  });
  const proxy = await proxyTo(upstream);
  const socket = connect(proxy.port, HOST);
  cleanups.push(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [head] = (await once(socket, 'data')) as [Buffer];
  assert.match(head.toString(), /^HTTP\/1\.1 101 /);
  socket.write('frame');
  const [frame] = (await once(socket, 'data')) as [Buffer];
  assert.equal(frame.toString(), 'FRAME');
  await proxy.server.close(50);
  assert.equal(proxy.server.connections, 0);
});

test('an answer that does not wait for the body says that it is the last', async () => {
  const proxy = await proxyTo(1, { onRequest: (_request, reply) => reply.send(413, []) });
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n';
  const answer = await talk(proxy.port, `${head}GET / HTT`);
  assert.match(answer.text, /^HTTP\/1\.1 413 [\s\S]*Connection: close\r\n\r\n$/);
  assert.equal(answer.closed, true);
});

test('a handler that throws costs its request a 500 and nothing else', async () => {
  const errors: unknown[] = [];
  const proxy = await proxyTo(1, {
    onRequest: (request, reply) => {
      if (request.target === '/bad') throw new Error('bad');
      reply.send(200, [], 'fine');
    },
    onError: (error) => errors.push(error),
  });
  const answer = await talk(proxy.port, GET.replace('/ ', '/bad ') + GET, /fine$/);
  assert.match(answer.text, /^HTTP\/1\.1 500 [\s\S]*HTTP\/1\.1 200 /);
  assert.equal(errors.length, 1);
});
