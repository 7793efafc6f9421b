// A task's beginning and end: several start at once on an empty database, one refuses to start without its
// configuration, ECS tells it who it is, and SIGTERM lets it finish what it accepted.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { type Endpoints, openEndpoints } from './endpoints.ts';
import { type Database, noMariadb, startDatabase } from './mariadb.ts';
import { launch, startStorefront, stopProcess } from './storefront.ts';
import { until } from './until.ts';

test('without its configuration a task refuses to start, in one line', async () => {
  const child = launch({ PORT: '0' });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(said, /^storefront: AWS_REGION is not set; it must be [^\n]+\n$/);
});

suite('a task', { skip: noMariadb, timeout: 120_000 }, () => {
  let database: Database;
  let endpoints: Endpoints;

  before(async () => {
    database = await startDatabase();
    endpoints = await openEndpoints(database);
  });
  after(async () => {
    endpoints?.close();
    await database?.remove();
  });

  test('three start at once on an empty database: one migrates, all serve', async () => {
    const tasks = await Promise.all([1, 2, 3].map(() => startStorefront({ endpoints })));
    try {
      for (const task of tasks) {
        await until('healthy', 15_000, async () => (await task.get('/health/region')).status === 200);
        assert.equal((await task.get('/api/products')).status, 200);
      }
      const migrated = tasks.flatMap((task) =>
        task.logLines().filter((line) => line['msg'] === 'schema migrated'),
      );
      assert.equal(migrated.length, 1);
      const applied = await database.root('select id from storefront.schema_migrations order by id');
      assert.deepEqual(
        applied.map((row) => row['id']),
        migrated[0]?.['applied'],
      );
    } finally {
      await Promise.all(tasks.map((task) => task.stop()));
    }
  });

  test('ECS tells it its zone, its id and its address', async () => {
    const metadata = createServer((request, response) => {
      response.end(
        request.url === '/v4/abc/task'
          ? JSON.stringify({
              TaskARN: 'arn:aws:ecs:us-east-1:123456789012:task/understudy/0123456789abcdef0123456789abcdef',
              AvailabilityZone: 'us-east-1b',
              Containers: [{ Networks: [{ IPv4Addresses: ['127.0.0.3'] }] }],
            })
          : '{}',
      );
    });
    metadata.listen(0, '127.0.0.1');
    await once(metadata, 'listening');
    const uri = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/v4/abc`;
    const task = await startStorefront({ endpoints, env: { ECS_CONTAINER_METADATA_URI_V4: uri, HOST: '' } });
    try {
      assert.match(task.url, /^http:\/\/127\.0\.0\.3:/);
      const about = await task.get('/api/region');
      assert.equal(about.body['zone'], 'us-east-1b');
      assert.equal(about.body['task'], '0123456789abcdef0123456789abcdef');
      assert.equal(about.headers.get('x-served-by'), 'us-east-1/us-east-1b/01234567');
    } finally {
      await task.stop();
      metadata.close();
    }
  });

  test('with DB_TLS=on, a server that offers no TLS is never spoken to in clear', async () => {
    const task = await startStorefront({ endpoints, env: { DB_TLS: 'on' } });
    try {
      assert.equal((await task.order()).status, 503);
      assert.equal((await task.get('/health/region')).body['because'], 'no database answers');
      const users = await database.root(
        "select 1 from information_schema.processlist where user = 'storefront'",
      );
      assert.deepEqual(users, []);
    } finally {
      await task.stop();
    }
  });

  test('SIGTERM: what was accepted is finished, what still comes is served, then it leaves with 0', async () => {
    const task = await startStorefront({ endpoints });
    const lock = await createConnection({ host: '127.0.0.1', port: database.port, user: 'root' });
    await lock.query('begin');
    await lock.query(`insert into storefront.orders values
      ('blocker', 'slow-order', '', '', '', 0, 'USD', '', utc_timestamp(3))`);
    const slow = task.order('slow-order');
    await until('the order waits for the lock', 10_000, async () => {
      const rows = await database.root(
        `select 1 from information_schema.processlist where user = 'storefront' and info like 'insert into \`orders\`%'`,
      );
      return rows.length > 0;
    });
    const code = stopProcess(task.process);
    await until('it is stopping', 5_000, () =>
      task.logLines().some((line) => String(line['msg']).startsWith('stopping')),
    );
    const late = await task.get('/api/products');
    assert.equal(late.status, 200);
    assert.equal(late.headers.get('connection'), 'close');
    await lock.query('rollback');
    await lock.end();
    const finished = await slow;
    assert.equal(finished.status, 201);
    assert.equal(await code, 0);
    const rows = await database.root("select id from storefront.orders where idempotency_key = 'slow-order'");
    assert.deepEqual(
      rows.map((row) => row['id']),
      [finished.body['id']],
    );
    await assert.rejects(fetch(`${task.url}/health`));
  });

  test('SIGTERM under load: clients that heed "Connection: close" lose nothing', async () => {
    const task = await startStorefront({ endpoints });
    const statuses: number[] = [];
    // As a load balancer does with a target that is leaving: one more answer, then elsewhere.
    const client = async () => {
      for (;;) {
        const answer = await task.order();
        statuses.push(answer.status);
        if (answer.headers.get('connection') === 'close') return;
      }
    };
    const clients = Array.from({ length: 10 }, client);
    await until('load', 10_000, () => statuses.length > 50);
    const code = stopProcess(task.process);
    await Promise.all(clients);
    assert.equal(await code, 0);
    assert.deepEqual(new Set(statuses), new Set([201]));
  });
});
