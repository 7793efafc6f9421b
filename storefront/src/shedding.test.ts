import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import Fastify, { type FastifyInstance } from 'fastify';
import { until } from '../test/until.ts';
import { Problem } from './problem.ts';
import { type Load, reasonToShed, type ShedReason, shedLoad } from './shedding.ts';

const limits = { maxInFlight: 8, loopDelayLimitMs: 1_000 };
const idle: Load = { inFlight: 0, writesInFlight: 0, loopDelayMs: 0 };

test('below its bounds a task takes everything', () => {
  assert.equal(reasonToShed(idle, true, limits), null);
  assert.equal(reasonToShed({ inFlight: 7, writesInFlight: 3, loopDelayMs: 1_000 }, true, limits), null);
});

test('at the bound nothing more is taken', () => {
  const full = { ...idle, inFlight: 8 };
  assert.equal(reasonToShed(full, false, limits), 'requests-in-flight');
  assert.equal(reasonToShed(full, true, limits), 'requests-in-flight');
});

test('writes get half of the places, and reads the rest of them', () => {
  const writesAreSlow = { inFlight: 4, writesInFlight: 4, loopDelayMs: 0 };
  assert.equal(reasonToShed(writesAreSlow, true, limits), 'writes-in-flight');
  assert.equal(reasonToShed(writesAreSlow, false, limits), null);
  assert.equal(reasonToShed(idle, true, { ...limits, maxInFlight: 1 }), null, 'one place is for either');
});

test('a late event loop takes nothing, however little is in flight', () => {
  assert.equal(reasonToShed({ ...idle, loopDelayMs: 1_001 }, false, limits), 'event-loop-late');
});

test('whatever comes and goes, never more than the bound are inside, and never more than half of them write', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.constantFrom('read', 'write', 'read-done', 'write-done'), { maxLength: 200 }),
      (maxInFlight, events) => {
        let [reads, writes] = [0, 0];
        for (const event of events) {
          const load = { inFlight: reads + writes, writesInFlight: writes, loopDelayMs: 0 };
          const taken = reasonToShed(load, event === 'write', { ...limits, maxInFlight }) === null;
          if (event === 'read' && taken) reads += 1;
          if (event === 'write' && taken) writes += 1;
          if (event === 'read-done') reads = Math.max(0, reads - 1);
          if (event === 'write-done') writes = Math.max(0, writes - 1);
          assert.ok(reads + writes <= maxInFlight);
          assert.ok(writes <= Math.ceil(maxInFlight / 2));
        }
      },
    ),
  );
});

test('an event loop that was held up sheds, answers health checks, and recovers by itself', async () => {
  const { app, reasons } = shop({ maxInFlight: 8, loopDelayLimitMs: 200 });
  try {
    assert.equal((await app.inject('/quick')).statusCode, 200);
    holdUp(500);
    const [health, quick] = await Promise.all([app.inject('/health'), app.inject('/quick')]);
    assert.equal(health.statusCode, 200);
    assert.equal(quick.statusCode, 503);
    assert.deepEqual(reasons, ['event-loop-late']);
    await until(
      'it takes requests again',
      5_000,
      async () => (await app.inject('/quick')).statusCode === 200,
    );
  } finally {
    await app.close();
  }
});

test('a request whose client has gone keeps its place until its work is done', async () => {
  const { app, finishWork, working } = shop({ maxInFlight: 1, loopDelayLimitMs: 60_000 });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    const client = new AbortController();
    const abandoned = fetch(`${address}/work`, { signal: client.signal });
    await until('the work has begun', 5_000, async () => working() === 1);
    client.abort();
    await assert.rejects(abandoned);
    await until('the connection is gone', 5_000, async () => connections(app).then((open) => open === 0));
    assert.equal((await app.inject('/quick')).statusCode, 503);
    finishWork();
    await until('the place is free', 5_000, async () => (await app.inject('/quick')).statusCode === 200);
  } finally {
    await app.close();
  }
});

test('a request whose body never comes, or is not valid, gives its place back', async () => {
  const { app } = shop({ maxInFlight: 1, loopDelayLimitMs: 60_000 });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    const client = new AbortController();
    const never = new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('{')) });
    const half = fetch(`${address}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: never,
      duplex: 'half',
      signal: client.signal,
    } as RequestInit);
    await until(
      'the half request has the place',
      5_000,
      async () => (await app.inject('/quick')).statusCode === 503,
    );
    client.abort();
    await assert.rejects(half);
    await until('the place is free', 5_000, async () => (await app.inject('/quick')).statusCode === 200);

    const headers = { 'content-type': 'application/json' };
    const bad = await app.inject({ method: 'POST', url: '/orders', headers, payload: '{' });
    assert.equal(bad.statusCode, 400);
    assert.equal((await app.inject('/nowhere')).statusCode, 404);
    assert.equal((await app.inject('/quick')).statusCode, 200);
  } finally {
    await app.close();
  }
});

/** The smallest server that can be overloaded: `/work` takes until it is told to finish. */
function shop(limits: { readonly maxInFlight: number; readonly loopDelayLimitMs: number }) {
  const app = Fastify();
  const reasons: ShedReason[] = [];
  const waiting: (() => void)[] = [];
  shedLoad(app, limits, (reason) => reasons.push(reason));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply.code(error instanceof Problem ? 503 : (error.statusCode ?? 500)).send(error.message),
  );
  app.get('/health', async () => 'ok');
  app.get('/quick', async () => 'ok');
  app.get('/work', () => new Promise((resolve) => waiting.push(() => resolve('done'))));
  app.post('/orders', async () => 'ok');
  return {
    app,
    reasons,
    working: () => waiting.length,
    finishWork: () => {
      for (const finish of waiting) finish();
    },
  };
}

function connections(app: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, open) => (error ? reject(error) : resolve(open)));
  });
}

function holdUp(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
