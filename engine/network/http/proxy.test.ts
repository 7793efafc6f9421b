/** The proxy on real sockets: a listener, an upstream that misbehaves on request, and clients that do too. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
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
import { malformedRequests } from './malformed-requests.ts';

const now = Date.now();
const clock = createClock({ realOriginMs: now, awsOriginMs: now, speed: 1 });
const HOST = '127.0.0.1';
const cleanups: (() => void)[] = [];
after(() => {
  for (const cleanup of cleanups) cleanup();
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, HOST);
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as { port: number }).port;
}

/** An upstream of node:http. */
async function application(listener: RequestListener): Promise<number> {
  const server = createHttp({ keepAliveTimeout: 60_000 }, listener);
  cleanups.push(() => server.closeAllConnections());
  return await portOf(server);
}

/** An upstream that says what it likes. */
async function bareUpstream(talk: (socket: Socket, request: string, count: number) => void): Promise<number> {
  let count = 0;
  const server = createTcp((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => talk(socket, data.toString('latin1'), ++count));
    cleanups.push(() => socket.destroy());
  });
  return await portOf(server);
}

interface Proxy {
  readonly server: HttpServer;
  readonly port: number;
  readonly pool: Pool;
  readonly failures: Failure[];
}

async function proxyTo(
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
async function talk(port: number, text: string, until?: RegExp): Promise<{ text: string; closed: boolean }> {
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

async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const until = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > until) throw new Error(`${what}: not within 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const echo: RequestListener = (request, response) => {
  const hash = createHash('sha256');
  request.on('data', (data: Buffer) => hash.update(data));
  request.on('end', () => response.end(hash.digest('hex')));
};

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
});
