// More is asked than a task can answer, because its database stands still: it refuses at once what it cannot
// take, answers its health checks all the while (else the load balancer would take it out and drown the next
// task with its share), and is well again as soon as the load ends.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { type Endpoints, openEndpoints } from './endpoints.ts';
import { type Database, noMariadb, startDatabase } from './mariadb.ts';
import { type Answer, type Storefront, startStorefront } from './storefront.ts';
import { until } from './until.ts';

const clientCount = 200;
const healthLimitMs = 1_000;

suite('overload', { skip: noMariadb, timeout: 120_000 }, () => {
  let database: Database;
  let endpoints: Endpoints;
  let shop: Storefront;

  before(async () => {
    database = await startDatabase();
    endpoints = await openEndpoints(database);
    shop = await startStorefront({ endpoints, env: { MAX_IN_FLIGHT: '8' } });
    await until('orders are taken', 10_000, async () => (await shop.order()).status === 201);
  });
  after(async () => {
    await shop?.stop();
    endpoints?.close();
    await database?.remove();
  });

  const assertShed = (answer: Answer) => {
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.equal(answer.body['type'], '/problems/overloaded');
    assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    assert.equal(answer.headers.get('retry-after'), '1');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  };
  const isShed = (answer: Answer) => answer.body['type'] === '/problems/overloaded';

  test('200 clients and a database that stands still: health within a second, the rest refused at once', async () => {
    let loading = true;
    const answers: Answer[] = [];
    const client = async (ask: () => Promise<Answer>) => {
      while (loading) {
        answers.push(await ask());
        // Far less patient than Retry-After asks for.
        await pause(250);
      }
    };

    database.freeze();
    const clients = Array.from({ length: clientCount }, (_, index) =>
      client(index % 2 === 0 ? () => shop.get('/api/products') : () => shop.order()),
    );
    try {
      await until('it sheds', 10_000, () => answers.filter(isShed).length >= clientCount - 8);
      const slowestMs = await slowestHealthAnswer(shop, 50);
      assert.ok(slowestMs < healthLimitMs, `/health took ${slowestMs} ms`);
    } finally {
      loading = false;
      database.thaw();
    }
    await Promise.all(clients);

    const shed = answers.filter(isShed);
    assert.ok(shed.length > 5 * clientCount, `${shed.length} were refused`);
    shed.forEach(assertShed);
    assert.equal((await shop.get('/api/products')).status, 200);
    assert.equal((await shop.order()).status, 201);
  });

  test('all 200 at the same moment: at most eight are taken', async () => {
    database.freeze();
    const sent = Array.from({ length: clientCount }, () => shop.get('/api/products'));
    const refused: Answer[] = [];
    for (const answer of sent) void answer.then((one) => refused.push(one));
    try {
      await until('192 have their answer', 1_900, () => refused.length >= clientCount - 8);
      refused.forEach(assertShed);
    } finally {
      database.thaw();
    }
    const statuses = (await Promise.all(sent))
      .filter((answer) => !isShed(answer))
      .map(({ status }) => status);
    assert.deepEqual(statuses, Array(8).fill(200));
  });

  test('orders that hang leave half of the places to the catalogue', async () => {
    const lock = await createConnection({ host: '127.0.0.1', port: database.port, user: 'root' });
    await lock.query('begin');
    await lock.query(`insert into storefront.orders values
      ('blocker', 'slow-order', '', '', '', 0, 'USD', '', utc_timestamp(3))`);
    const orders = Array.from({ length: 20 }, () => shop.order('slow-order'));
    const answered: Answer[] = [];
    for (const order of orders) void order.then((answer) => answered.push(answer));
    await until('16 have been refused', 4_000, () => answered.length === 16);
    answered.forEach(assertShed);
    assert.equal((await shop.get('/api/products')).status, 200);
    await lock.query('rollback');
    await lock.end();
    const taken = (await Promise.all(orders)).filter((answer) => !isShed(answer));
    assert.deepEqual(
      taken.map(({ status }) => status),
      [201, 201, 201, 201],
    );
    assert.equal(new Set(taken.map(({ body }) => body['id'])).size, 1, 'one key, one order');
  });

  test('what was refused is counted, and told once a reading instead of once a request', async () => {
    await shop.stop();
    const lines = shop.logLines();
    const readings = lines.filter((line) => '_aws' in line);
    const sum = (name: string) => readings.reduce((total, line) => total + Number(line[name]), 0);
    assert.ok(sum('RequestsShed') > 5 * clientCount, `${sum('RequestsShed')} counted`);
    const told = lines.filter((line) => line['msg'] === 'shedding load');
    assert.ok(told.length >= 1 && told.length <= readings.length, `${told.length} lines`);
    const otherErrors = lines.filter((line) => line['msg'] === 'answered');
    assert.equal(sum('Errors5xx'), sum('RequestsShed') + otherErrors.length);
  });
});

/** The longest that one of so many health checks took, one after the other, with both health routes taking turns. */
async function slowestHealthAnswer(shop: Storefront, checks: number): Promise<number> {
  let slowestMs = 0;
  for (let check = 0; check < checks; check += 1) {
    const askedAtMs = performance.now();
    const path = check % 2 === 0 ? '/health' : '/health/region';
    const answer = await shop.get(path);
    slowestMs = Math.max(slowestMs, performance.now() - askedAtMs);
    if (path === '/health') assert.equal(answer.status, 200);
    assert.ok(!('type' in answer.body), `${path} was shed`);
    await pause(50);
  }
  return slowestMs;
}
