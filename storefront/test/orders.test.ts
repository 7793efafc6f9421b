// Orders through HTTP into a real database: one key, one order, whatever happens at once.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { type Endpoints, openEndpoints } from './endpoints.ts';
import { type Database, noMariadb, startDatabase } from './mariadb.ts';
import { type Storefront, someOrder, startStorefront } from './storefront.ts';

suite('orders', { skip: noMariadb, timeout: 120_000 }, () => {
  let database: Database;
  let endpoints: Endpoints;
  let shop: Storefront;
  let otherTask: Storefront;

  before(async () => {
    database = await startDatabase();
    endpoints = await openEndpoints(database);
    shop = await startStorefront({ endpoints });
    otherTask = await startStorefront({ endpoints });
  });
  after(async () => {
    await Promise.all([shop?.stop(), otherTask?.stop()]);
    endpoints?.close();
    await database?.remove();
  });

  const ordersWithKey = async (key: string) =>
    Number(
      (await database.root(`select count(*) n from storefront.orders where idempotency_key = '${key}'`))[0]?.[
        'n'
      ],
    );

  test('an order is accepted, priced by the catalogue, and can be read back', async () => {
    const placed = await shop.order(randomUUID(), {
      customer: 'Addison DeWitt',
      items: [
        { productId: 'ghost-light', quantity: 2 },
        { productId: 'lozenges', quantity: 3 },
      ],
    });
    assert.equal(placed.status, 201);
    assert.equal(placed.body['totalMinor'], 2 * 8900 + 3 * 560);
    assert.equal(placed.body['currency'], 'USD');
    assert.equal(placed.body['region'], 'us-east-1');
    assert.equal(placed.headers.get('cache-control'), 'no-store');
    assert.equal(placed.headers.get('location'), `/api/orders/${placed.body['id']}`);
    const read = await otherTask.get(`/api/orders/${placed.body['id']}`);
    assert.equal(read.status, 200);
    assert.deepEqual(read.body, placed.body);
  });

  test('the same key with the same order gives the same answer, from any task', async () => {
    const key = randomUUID();
    const first = await shop.order(key);
    assert.equal(first.headers.get('idempotency-replayed'), null);
    for (const task of [shop, otherTask]) {
      const again = await task.order(key);
      assert.equal(again.status, 201);
      assert.deepEqual(again.body, first.body);
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
    }
    assert.equal(await ordersWithKey(key), 1);
  });

  test('the same key with another order is refused, and nothing is stored', async () => {
    const key = randomUUID();
    await shop.order(key);
    const other = await shop.order(key, { ...someOrder, customer: 'Margo' });
    assert.equal(other.status, 422);
    assert.equal(other.body['type'], '/problems/idempotency-key-reused');
    assert.equal(await ordersWithKey(key), 1);
  });

  test('twenty at once with one key, over two tasks, make one order', async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = randomUUID();
      const tasks = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? shop : otherTask));
      const answers = await Promise.all(tasks.map((task) => task.order(key)));
      assert.deepEqual(
        answers.map((answer) => answer.status),
        answers.map(() => 201),
      );
      assert.equal(new Set(answers.map((answer) => answer.body['id'])).size, 1);
      assert.equal(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null).length, 1);
      assert.equal(await ordersWithKey(key), 1);
    }
  });

  test('what is not an order is refused with a pointer to what is wrong', async () => {
    const items = (...list: readonly unknown[]) => ({ customer: 'Eve', items: list });
    for (const [body, pointer] of [
      [{ items: someOrder.items }, ''],
      [{ ...someOrder, customer: '  ' }, '/customer'],
      [items(), '/items'],
      [items({ productId: 'lozenges', quantity: '2' }), '/items/0/quantity'],
      [items({ productId: 'lozenges', quantity: 0 }), '/items/0/quantity'],
      [items({ productId: '../etc', quantity: 1 }), '/items/0/productId'],
      [{ ...someOrder, discount: 100 }, ''],
    ] as const) {
      const refused = await shop.order(randomUUID(), body);
      assert.equal(refused.status, 400, JSON.stringify(body));
      assert.equal(refused.headers.get('content-type'), 'application/problem+json; charset=utf-8');
      const errors = refused.body['errors'] as readonly { readonly pointer: string }[];
      assert.ok(
        errors.some((error) => error.pointer === pointer),
        JSON.stringify(refused.body),
      );
    }
  });

  test('an unknown product is refused, and so is an order without a key', async () => {
    const unknown = await shop.order(randomUUID(), {
      customer: 'Eve',
      items: [{ productId: 'crown', quantity: 1 }],
    });
    assert.equal(unknown.status, 422);
    assert.equal(unknown.body['type'], '/problems/product-unknown');
    const response = await fetch(`${shop.url}/api/orders`, { method: 'POST', body: '{' });
    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as { type: string }).type, '/problems/idempotency-key-missing');
  });

  test('the catalogue may be cached, and what is missing may not', async () => {
    const list = await shop.get('/api/products');
    assert.equal((list.body['products'] as readonly unknown[]).length, 12);
    assert.match(list.headers.get('cache-control') ?? '', /^public, max-age=5\b/);
    assert.equal((await shop.get('/api/products/opera-glasses')).body['priceMinor'], 12900);
    for (const path of ['/api/products/crown', '/api/orders/none', '/api/none']) {
      const missing = await shop.get(path);
      assert.equal(missing.status, 404);
      assert.equal(missing.headers.get('cache-control'), 'no-store');
    }
  });

  test('an answer says who gave it', async () => {
    assert.equal((await shop.get('/health')).headers.get('x-served-by'), 'us-east-1/-/-');
    assert.deepEqual((await shop.get('/api/region')).body, {
      region: 'us-east-1',
      zone: null,
      task: null,
      role: 'writer',
      writer: 'us-east-1',
      acceptsOrders: true,
    });
  });
});
