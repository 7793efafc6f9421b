// Two regions: a writer and a standby that follows it by replication. The standby waits for its schema,
// measures its lag, survives the writer's silence, and writes as soon as its database may.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Endpoints, openEndpoints } from './endpoints.ts';
import { type Database, noMariadb, startDatabase } from './mariadb.ts';
import { type Storefront, startStorefront } from './storefront.ts';
import { until } from './until.ts';

suite('two regions', { skip: noMariadb, timeout: 180_000 }, () => {
  const stops: (() => unknown)[] = [];
  let east: Database;
  let west: Database;
  let eastEndpoints: Endpoints;
  let westEndpoints: Endpoints;
  let eastShop: Storefront;
  let westShop: Storefront;

  before(async () => {
    east = await startDatabase();
    stops.push(east.remove);
    west = await startDatabase({ replicaOf: east });
    stops.push(west.remove);
    eastEndpoints = await openEndpoints(east);
    westEndpoints = await openEndpoints(west);
    stops.push(eastEndpoints.close, westEndpoints.close);
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const region = async (shop: Storefront) => (await shop.get('/health/region')).body;
  const becomes = (what: string, shop: Storefront, is: (body: Record<string, unknown>) => boolean) =>
    until(what, 15_000, async () => {
      const body = await region(shop);
      if (!is(body)) throw new Error(JSON.stringify(body));
      return body;
    });

  test('a standby starts before its schema and waits for it', async () => {
    westShop = await startStorefront({ region: 'us-west-2', endpoints: westEndpoints });
    stops.push(westShop.stop);
    const waiting = await westShop.get('/health/region');
    assert.equal(waiting.status, 503);
    assert.equal(waiting.body['because'], 'the schema is not there yet');
    assert.equal((await westShop.get('/health')).status, 200);
    assert.equal((await westShop.get('/api/products')).status, 503);
  });

  test('the writer region migrates, and the schema arrives at the standby', async () => {
    eastShop = await startStorefront({
      endpoints: eastEndpoints,
      env: { WRITER_AWAY_LIMIT_MS: '2000' },
    });
    stops.push(eastShop.stop);
    await becomes('the writer', eastShop, (body) => body['role'] === 'writer' && body['healthy'] === true);
    await becomes('the standby', westShop, (body) => body['role'] === 'standby' && body['healthy'] === true);
    assert.equal(((await westShop.get('/api/products')).body['products'] as readonly unknown[]).length, 12);
    assert.ok(!westShop.logLines().some((line) => line['msg'] === 'schema migrated'));
  });

  test('the standby measures its lag and pauses writes', async () => {
    const body = await becomes('a lag', westShop, (verdict) => typeof verdict['lagMs'] === 'number');
    assert.ok((body['lagMs'] as number) < 1_000, JSON.stringify(body));
    const refused = await westShop.order();
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
    const about = (await westShop.get('/api/region')).body;
    assert.equal(about['writer'], 'us-east-1');
    assert.equal(about['acceptsOrders'], false);
  });

  test('an order taken by the writer can be read from the standby', async () => {
    const placed = await eastShop.order();
    const read = await until('replication', 10_000, async () => {
      const answer = await westShop.get(`/api/orders/${placed.body['id']}`);
      return answer.status === 200 && answer;
    });
    assert.ok(read);
    assert.deepEqual(read.body, placed.body);
  });

  test('a real lag is seen as lag, and catching up ends it', async () => {
    await west.root('stop slave sql_thread');
    await until(
      'some silence',
      15_000,
      async () => Number((await region(westShop))['writerSilentMs']) > 1_500,
    );
    assert.equal((await region(westShop))['healthy'], true, 'silence alone is forgiven');
    await west.root('stop slave');
    await west.root('change master to master_delay = 3');
    await west.root('start slave');
    // The delay counts in whole seconds of the event's own time stamp, so it may be short by one.
    await becomes('lag', westShop, (body) => Number(body['lagMs']) >= 1_900);
    await west.root('stop slave');
    await west.root('change master to master_delay = 0');
    await west.root('start slave');
    await becomes('no lag', westShop, (body) => Number(body['lagMs']) < 1_000);
  });

  test('the writer away, a reader answering: healthy for as long as it is forgiven, then not', async () => {
    eastEndpoints.writer.pointTo(null);
    await east
      .root("select concat('kill ', id) k from information_schema.processlist where user = 'storefront'")
      .then(async (rows) => {
        for (const row of rows) await east.root(String(row['k'])).catch(() => undefined);
      });
    const forgiven = await becomes('forgiveness', eastShop, (body) =>
      /and a reader answers/.test(String(body['because'])),
    );
    assert.equal(forgiven['healthy'], true);
    assert.equal(forgiven['role'], 'writer');
    assert.equal((await eastShop.get('/api/products')).status, 200);
    await becomes(
      'the end of it',
      eastShop,
      (body) => body['healthy'] === false && body['role'] === 'writer',
    );
    eastEndpoints.writer.pointTo(east);
    await becomes('recovery', eastShop, (body) => body['because'] === 'a write works');
  });

  test('the writer region is lost: the standby stays healthy, and a fresh task there too', async () => {
    await east.kill();
    const silent = await becomes('silence', westShop, (body) => Number(body['writerSilentMs']) > 2_000);
    assert.equal(silent['healthy'], true);
    assert.ok(Number(silent['lagMs']) < 1_000, JSON.stringify(silent));
    const fresh = await startStorefront({ region: 'us-west-2', endpoints: westEndpoints });
    const verdict = await region(fresh);
    await fresh.stop();
    assert.equal(verdict['healthy'], true, JSON.stringify(verdict));
    assert.equal(verdict['role'], 'standby');
    assert.equal(verdict['lagMs'], null);
  });

  test('promoted: the next order is taken, without a restart', async () => {
    await west.root('stop slave');
    await west.root('set global read_only = 0');
    assert.equal((await westShop.order()).status, 201);
    const body = await becomes('the new writer', westShop, (verdict) => verdict['role'] === 'writer');
    assert.equal(body['healthy'], true);
    assert.equal((await westShop.get('/api/region')).body['writer'], 'us-west-2');
  });
});
