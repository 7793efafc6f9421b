// The writer turns read-only, moves, dies or freezes under a running task: what is answered meanwhile, and
// that nothing acknowledged is lost and no restart is needed.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { type Endpoints, openEndpoints } from './endpoints.ts';
import { type Database, noMariadb, startDatabase } from './mariadb.ts';
import { type Answer, type Storefront, startStorefront } from './storefront.ts';
import { until } from './until.ts';

suite('the writer goes away', { skip: noMariadb, timeout: 180_000 }, () => {
  let database: Database;
  let endpoints: Endpoints;
  let shop: Storefront;

  before(async () => {
    database = await startDatabase();
    endpoints = await openEndpoints(database);
    shop = await startStorefront({ endpoints });
  });
  after(async () => {
    await shop?.stop();
    endpoints?.close();
    await database?.remove();
  });

  const assertPaused = (answer: Answer) => {
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.body['type'], '/problems/writes-paused');
  };

  test('read-only: reads are answered, writes are paused, and go on again without a restart', async () => {
    const key = randomUUID();
    await database.root('set global read_only = 1');
    assertPaused(await shop.order(key));
    assert.equal((await shop.get('/api/products')).status, 200);
    await until(
      'the page can tell',
      5_000,
      async () => !(await shop.get('/api/region')).body['acceptsOrders'],
    );
    await database.root('set global read_only = 0');
    assert.equal((await shop.order(key)).status, 201);
  });

  test('a user whom the server would let write is held back all the same', async () => {
    await database.root("grant read_only admin on *.* to 'storefront'@'%'");
    await database.root('set global read_only = 1');
    const mighty = await startStorefront({ endpoints });
    try {
      assertPaused(await mighty.order());
    } finally {
      await mighty.stop();
      await database.root('set global read_only = 0');
      await database.root("revoke read_only admin on *.* from 'storefront'@'%'");
    }
  });

  test('demoted: open connections lead to the old writer, the endpoint to the new one', async () => {
    const successor = await startDatabase({ replicaOf: database });
    try {
      // Several connections in the pool, all to the server that is about to be demoted.
      await Promise.all(Array.from({ length: 8 }, () => shop.order()));
      await database.root('set global read_only = 1');
      await follows(successor, database);
      await successor.root('stop slave');
      await successor.root('set global read_only = 0');
      endpoints.writer.pointTo(successor);
      const answers = await Promise.all(Array.from({ length: 8 }, () => shop.order()));
      assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([201]));
    } finally {
      endpoints.writer.pointTo(database);
      await database.root('set global read_only = 0');
      await successor.remove();
    }
    await until('the old writer is found again', 10_000, async () => (await shop.order()).status === 201);
  });

  test('killed in the middle of writes: no acknowledged order is lost and none is there twice', async () => {
    const ledger = new Map<string, unknown>();
    let running = true;
    const refusals: Answer[] = [];
    const client = async () => {
      while (running) {
        const key = randomUUID();
        // As a client should: the same key until there is an answer.
        for (;;) {
          const answer = await shop.order(key);
          if (answer.status === 201) {
            ledger.set(key, answer.body['id']);
            break;
          }
          refusals.push(answer);
          await until('a pause', 1_000, () => true);
        }
      }
    };
    const clients = Array.from({ length: 6 }, client);
    await until('orders flow', 10_000, () => ledger.size > 30);
    await database.kill();
    await until('the loss is noticed', 10_000, () => refusals.length > 5);
    assert.equal((await shop.get('/health')).status, 200, 'the task itself is fine');
    const dark = await until('no database', 10_000, async () => {
      const answer = await shop.get('/health/region');
      return answer.status === 503 && answer;
    });
    assert.ok(dark && dark.body['because'] === 'no database answers', JSON.stringify(dark));
    const before = ledger.size;
    await database.start();
    await until('orders flow again', 10_000, () => ledger.size > before + 30);
    running = false;
    await Promise.all(clients);
    for (const answer of refusals) assertPaused(answer);
    const rows = await database.root('select idempotency_key k, id from storefront.orders');
    const stored = new Map(rows.map((row) => [row['k'], row['id']]));
    for (const [key, id] of ledger) assert.equal(stored.get(key), id);
    const halves = await database.root(`select o.id from storefront.orders o
      left join storefront.order_items i on i.order_id = o.id where i.order_id is null`);
    assert.deepEqual(halves, [], 'an order without lines');
  });

  test('frozen: every request is answered in bounded time, and thawing is enough', async () => {
    const key = randomUUID();
    const healthy = async () => (await shop.get('/health/region')).status === 200;
    await until('healthy before', 10_000, healthy);
    database.freeze();
    try {
      const startedAt = performance.now();
      const [order, products] = await Promise.all([shop.order(key), shop.get('/api/products')]);
      assert.ok(performance.now() - startedAt < 15_000);
      assertPaused(order);
      assert.equal(products.status, 503);
      assert.equal(products.headers.get('retry-after'), '5');
      await until('the region says so', 15_000, async () => !(await healthy()));
      assert.equal((await shop.get('/health')).status, 200);
    } finally {
      database.thaw();
    }
    await until('the order goes through', 15_000, async () => (await shop.order(key)).status === 201);
    const rows = await database.root(`select id from storefront.orders where idempotency_key = '${key}'`);
    assert.equal(rows.length, 1);
    await until('healthy after', 15_000, healthy);
  });
});

async function follows(replica: Database, primary: Database): Promise<void> {
  const position = async (server: Database, name: string) =>
    (await server.root(`select @@${name} as p`))[0]?.['p'];
  await until('the replica has everything', 20_000, async () => {
    return (await position(replica, 'gtid_slave_pos')) === (await position(primary, 'gtid_binlog_pos'));
  });
}
