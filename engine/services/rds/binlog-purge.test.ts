/** Real servers, at a speed at which five minutes pass in a second. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  ask,
  CREATE_ORDERS,
  createLink,
  createRegion,
  instances,
  orderIds,
  provision,
  until,
} from './two-regions.ts';

const east = createRegion('us-east-1', createLink(0), { speed: 300 });
after(() => east.dispose());

const logs = (): readonly string[] =>
  readdirSync(join(east.context.directory, 'instances', 'understudy-us-east-1-1', 'data')).filter((name) =>
    /^binlog\.\d+$/.test(name),
  );
const follows = (identifier: string): boolean =>
  instances(east).some((instance) => instance.identifier === identifier && instance.following);

test('logs that the reader has are purged, and a new reader comes by a copy', async () => {
  await east.service.start();
  await provision(east, undefined);
  await until('the reader follows', () => follows('understudy-us-east-1-2'));
  assert.ok(await ask(east.endpoint, CREATE_ORDERS));
  for (const id of [1, 2, 3]) {
    assert.ok(await ask(east.endpoint, `INSERT INTO orders VALUES (${id}, 'x')`));
    assert.ok(await ask(east.endpoint, 'FLUSH LOCAL BINARY LOGS'));
  }
  await until('the writer keeps its newest log alone', () => logs().length === 1);
  const purged = east.context.entries.find((entry) => entry.event === 'instance.binlogs-purged');
  assert.match(purged?.because ?? '', /every follower has/);

  await east.call('CreateDBInstance', {
    DBInstanceIdentifier: 'late',
    DBClusterIdentifier: 'understudy-us-east-1',
  });
  await until('the late reader follows', () => follows('late'));
  assert.ok(
    east.context.entries.some(
      (entry) => entry.event === 'cluster.resync-finished' && entry.subject === 'late',
    ),
  );
  assert.deepEqual([...(await orderIds(east.readerEndpoint))], [1, 2, 3]);
});
