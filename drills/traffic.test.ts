import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsTime } from './aws-time.ts';
import type { FrontDoor, Reply } from './front-door.ts';
import { createLedger } from './ledger.ts';
import { startTraffic } from './traffic.ts';

const SPEED = 100;
const time: AwsTime = {
  speed: SPEED,
  now: () => performance.now() * SPEED,
  real: (ms) => ms / SPEED,
  wait: (ms, signal) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms / SPEED);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    }),
  until: () => Promise.reject(new Error('not used here')),
};

const reply = (status: number, body: unknown = {}, retryAfterSeconds: number | null = null): Reply => ({
  status,
  body,
  retryAfterSeconds,
  servedBy: 'us-west-2/us-west-2a/1234',
});

/** A front door that answers as it is told, and remembers what it was asked. */
function door(
  answer: (path: string, key: string | undefined) => Promise<Reply>,
): FrontDoor & { asked: string[] } {
  const asked: string[] = [];
  return {
    hostName: 'www.example',
    edges: [],
    asked,
    send: ({ method, path, headers }) => {
      asked.push(`${method} ${path}`);
      return answer(path, headers?.['idempotency-key']);
    },
    close: async () => {},
  };
}

async function until(what: string, is: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!is()) {
    assert.ok(Date.now() < deadline, `waited 10 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('an order that was refused is sent again with the same key, until it is acknowledged', async () => {
  const refused = new Set<string>();
  const ledger = createLedger();
  const front = door(async (path, key) => {
    if (path !== '/api/orders') return reply(200);
    if (refused.has(key!)) return reply(201, { id: `id-${key}` });
    refused.add(key!);
    return reply(503, {}, 5);
  });
  const traffic = startTraffic(front, ledger, time, {
    ordersPerSecond: 50,
    readsPerSecond: 1,
    products: ['a'],
  });
  await until(
    'five acknowledgements',
    () => ledger.orders().filter((one) => one.acknowledgedMs !== null).length >= 5,
  );
  await traffic.finish(60_000);
  const orders = ledger.orders();
  assert.ok(orders.every(({ key, orderIds }) => orderIds.join() === `id-${key}`));
  assert.equal(ledger.attempts().filter(({ outcome }) => outcome === 'refused').length, orders.length);
  assert.ok(ledger.attempts().every(({ servedBy }) => servedBy === 'us-west-2'));
});

test('an outage of writes stops neither reads nor new orders: the loop is open', async () => {
  const ledger = createLedger();
  const front = door(async (path) => {
    if (path === '/api/orders') throw new Error('connection refused');
    return reply(200);
  });
  const traffic = startTraffic(front, ledger, time, {
    ordersPerSecond: 1000,
    readsPerSecond: 500,
    products: ['a'],
  });
  await until('a thousand orders', () => ledger.orders().length > 1000);
  const before = ledger.attempts().filter(({ kind }) => kind === 'read').length;
  await until(
    'more reads',
    () => ledger.attempts().filter(({ kind }) => kind === 'read').length > before + 50,
  );
  traffic.stop();
  assert.ok(ledger.attempts().every(({ kind, outcome }) => (kind === 'read') === (outcome === 'ok')));
});

test('an order that can never be accepted is not tried again; a missing order is an answer to a read', async () => {
  const ledger = createLedger();
  const front = door(async (path) => (path === '/api/orders' ? reply(422) : reply(404)));
  const traffic = startTraffic(front, ledger, time, {
    ordersPerSecond: 50,
    readsPerSecond: 50,
    products: ['a'],
  });
  await until('some of both', () => ledger.attempts().length > 10);
  await traffic.finish(1000);
  const writes = ledger.attempts().filter(({ kind }) => kind === 'write');
  assert.equal(writes.length, ledger.orders().length);
  assert.ok(writes.every(({ outcome }) => outcome === 'failed'));
  assert.ok(ledger.attempts().every(({ kind, outcome }) => kind === 'write' || outcome === 'ok'));
});
