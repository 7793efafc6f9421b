/** The proxy on real sockets, when things go wrong: broken requests, upstreams that die, clients that stall. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer as createTcp, type Socket } from 'node:net';
import { test } from 'node:test';
import { malformedRequests } from './malformed-requests.ts';
import {
  application,
  bareUpstream,
  cleanups,
  echo,
  GET,
  HOST,
  portOf,
  proxyTo,
  talk,
  waitFor,
} from './test-proxy.ts';

test('every malformed request is refused and the connection closed, before an upstream hears of it', async () => {
  let heard = 0;
  const proxy = await proxyTo(await bareUpstream(() => heard++));
  for (const [name, text, verdict] of malformedRequests) {
    const answer = await talk(proxy.port, text);
    assert.match(answer.text, new RegExp(`^HTTP/1.1 ${verdict.split(' ')[1]} `), name);
    assert.equal(answer.closed, true, name);
  }
  assert.equal(heard, 0);
});

test('a smuggled chunk ends exchange and connection', async () => {
  const proxy = await proxyTo(await application(echo));
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  const answer = await talk(proxy.port, `${head}5\nhello\r\n0\r\n\r\n`);
  assert.match(answer.text, /^HTTP\/1\.1 400 /);
  assert.equal(answer.closed, true);
  const later = await talk(proxy.port, `${head}5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n`);
  assert.match(later.text, /^HTTP\/1\.1 400 /);
  await waitFor('no connection is kept', () => proxy.pool.counts.idle === 0);
});

test('nobody listens: connect-refused', async () => {
  const server = createTcp();
  const port = await portOf(server);
  server.close();
  await once(server, 'close');
  const proxy = await proxyTo(port);
  assert.match((await talk(proxy.port, GET, /\r\n\r\n/)).text, /502[\s\S]*X-Why: connect-refused/);
});

for (const [name, answer, why] of [
  ['closes at once', (socket: Socket) => socket.end(), 'reset-before-head'],
  ['resets', (socket: Socket) => socket.resetAndDestroy(), 'reset-before-head'],
  ['closes in the head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nA: '), 'reset-before-head'],
  ['talks nonsense', (socket: Socket) => socket.write('220 ready\r\n'), 'malformed'],
  [
    'frames ambiguously',
    (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'),
    'malformed',
  ],
  ['says nothing', () => {}, 'head-timeout'],
] as const)
  test(`an upstream that ${name}: ${why}`, async () => {
    const proxy = await proxyTo(await bareUpstream((socket) => void answer(socket)), { headMs: 100 });
    const got = await talk(proxy.port, GET, /\r\n\r\n/);
    assert.match(got.text, new RegExp(`^HTTP/1.1 50[24] [\\s\\S]*X-Why: ${why}`));
    assert.equal(got.closed, false);
    await waitFor('its connection is gone', () => proxy.pool.counts.open === 0);
  });

for (const [name, part] of [
  ['a body shorter than said', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello'],
  ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
] as const)
  test(`an upstream that dies in its answer cuts the client: ${name}`, async () => {
    const proxy = await proxyTo(await bareUpstream((socket) => socket.end(part)));
    const got = await talk(proxy.port, GET);
    assert.equal(got.closed, true);
    assert.doesNotMatch(got.text, /0\r\n\r\n$/);
    assert.equal(proxy.failures[0]?.kind, 'reset-mid-body');
  });

test('a stale connection is tried again for GET, not for POST', async () => {
  // Every connection answers once and is then closed by the next request's arrival.
  const upstream = await bareUpstream((socket, _request, count) => {
    if (count === 2 || count === 4) socket.resetAndDestroy();
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const proxy = await proxyTo(upstream);
  assert.match((await talk(proxy.port, GET, /ok$/)).text, /200/);
  assert.match((await talk(proxy.port, GET, /ok$/)).text, /200/);
  const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi';
  assert.match((await talk(proxy.port, post, /\r\n\r\n/)).text, /502[\s\S]*reset-before-head/);
});

test('a client that leaves ends the exchange', async () => {
  let gone = false;
  const upstream = await bareUpstream((socket) =>
    socket.on('close', () => {
      gone = true;
    }),
  );
  const proxy = await proxyTo(upstream);
  const socket = connect(proxy.port, HOST);
  socket.write(GET);
  await waitFor('the request is under way', () => proxy.pool.counts.open === 1);
  socket.destroy();
  await waitFor('the upstream hears of it', () => gone);
  assert.equal(proxy.failures[0]?.kind, 'client-gone');
});

test('a slow client holds the upstream back instead of filling memory', async () => {
  const total = 64 * 1024 * 1024;
  let written = 0;
  const upstream = await application((_request, response) => {
    response.setHeader('Content-Length', total);
    const piece = Buffer.alloc(65_536, 'x');
    const more = (): void => {
      while (written < total) {
        written += piece.length;
        if (!response.write(piece)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const proxy = await proxyTo(upstream);
  const socket = connect(proxy.port, HOST);
  cleanups.push(() => socket.destroy());
  socket.write(GET);
  socket.once('readable', () => {});
  let last = -1;
  await waitFor('the upstream stands still', () => {
    const still = written === last && written > 0;
    last = written;
    return still;
  });
  // What the kernel buffers of three sockets and one read hold, far from the whole.
  assert.ok(written < total / 2, `${written} bytes were taken from the upstream`);
  let got = 0;
  socket.on('data', (data: Buffer) => {
    got += data.length;
  });
  await waitFor('all of it arrives', () => got > total);
});

test('an idle client is closed, a head that trickles is refused with 408', async () => {
  const proxy = await proxyTo(1, { timeouts: { idleMs: 100, headMs: 100, lifetimeMs: 60_000 } });
  assert.deepEqual(await talk(proxy.port, ''), { text: '', closed: true });
  const slow = await talk(proxy.port, 'GET / HT');
  assert.match(slow.text, /^HTTP\/1\.1 408 /);
  assert.equal(slow.closed, true);
});
