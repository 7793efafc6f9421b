/**
 * The service with real servers: a region that loses its writer, two regions of which one is lost, rejoins
 * and is moved back to. One file, one test after the other, since addresses of the test block are few.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { GlobalCluster } from '@aws-sdk/client-rds';
import type { RescueFile } from './rescue-rows.ts';
import {
  abandonLedgers,
  ask,
  CREATE_ORDERS,
  createLink,
  createRegion,
  instances,
  orderIds,
  provision,
  type RegionUnderTest,
  until,
  writeOrders,
} from './two-regions.ts';

const link = createLink(5);
const east = createRegion('us-east-1', link);
const west = createRegion('us-west-2', link);
let began = performance.now();
const took = (): number => Math.round(performance.now() - began);

afterEach(abandonLedgers);

after(async () => {
  await Promise.all([east.dispose(), west.dispose()]);
});

const has = (region: RegionUnderTest, role: string, following = false): boolean =>
  instances(region).some((instance) => instance.role === role && (!following || instance.following));
const protectedBy = (region: RegionUnderTest): boolean =>
  instances(region).some((instance) => instance.acknowledging);
const writer = (region: RegionUnderTest) => instances(region).find((instance) => instance.role === 'writer');
const writesElsewhere = (region: RegionUnderTest, than: string): boolean => {
  const now = writer(region);
  return now !== undefined && now.identifier !== than;
};
async function nothingMissing(acknowledged: ReadonlySet<number>, region: RegionUnderTest): Promise<void> {
  const found = await orderIds(region.endpoint);
  assert.ok(acknowledged.size > 0);
  assert.deepEqual(
    [...acknowledged].filter((id) => !found.has(id)),
    [],
  );
}
const global = async (region: RegionUnderTest): Promise<GlobalCluster> =>
  (
    await region.call<{ GlobalClusters: GlobalCluster[] }>('DescribeGlobalClusters', {
      GlobalClusterIdentifier: 'understudy',
    })
  ).GlobalClusters[0]!;
const synchronization = async (asked: RegionUnderTest, of: RegionUnderTest) =>
  (await global(asked)).GlobalClusterMembers?.find((member) => member.DBClusterArn?.includes(of.region))
    ?.SynchronizationStatus;
const arn = (region: RegionUnderTest) =>
  `arn:aws:rds:${region.region}:000000000000:cluster:understudy-${region.region}`;

test('two regions come up from nothing: writer, readers, a secondary that follows', async (t) => {
  began = performance.now();
  await Promise.all([east.service.start(), west.service.start()]);
  await provision(east, 'understudy');
  await provision(west, 'understudy');
  await until('a writer and a reader in the east', () => has(east, 'writer') && has(east, 'reader', true));
  await until(
    'a fed head and a reader in the west',
    () => has(west, 'head', true) && has(west, 'reader', true),
  );
  t.diagnostic(`first boot of 2 × 2 instances: ${took()} ms`);
  await until('the reader acknowledges', () => protectedBy(east));
  await until('the west is connected', async () => (await synchronization(east, west)) === 'connected');
  assert.ok(await ask(east.endpoint, CREATE_ORDERS));
  await until(
    'the table is in the west',
    async () => (await ask(west.endpoint, 'SELECT * FROM orders')) !== undefined,
  );
  for (const { pid } of [...instances(east), ...instances(west)])
    t.diagnostic(
      `server ${pid}: ${/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]} kB`,
    );
});

test('a standby reads and refuses writes', async () => {
  assert.deepEqual((await ask(west.endpoint, 'SELECT @@read_only AS r'))?.[0]?.['r'], 1);
  assert.equal(await ask(west.endpoint, "INSERT INTO orders VALUES (1, 'x')"), undefined);
  await until('the lag in the west is known and small', () => {
    const head = instances(west).find((instance) => instance.role === 'head');
    return head?.lagMs !== null && head?.lagMs !== undefined && head.lagMs < 1000;
  });
});

test('a killed writer is replaced by its reader without the loss of an acknowledged order', async (t) => {
  for (const round of [1, 2]) {
    const ledger = writeOrders(() => east.endpoint, round * 1_000_000);
    await until('orders are acknowledged', () => ledger.acknowledged.size > 100);
    const old = writer(east)!;
    began = performance.now();
    process.kill(old.pid!, 'SIGKILL');
    await until('the other instance writes', () => {
      const now = writer(east);
      return now !== undefined && now.identifier !== old.identifier;
    });
    const promoted = took();
    const before = ledger.acknowledged.size;
    await until('orders go on', () => ledger.acknowledged.size > before + 50);
    t.diagnostic(`promotion in the region: ${promoted} ms`);
    await ledger.stop();
    await nothingMissing(ledger.acknowledged, east);
    await until(
      'the old writer follows and acknowledges',
      () => has(east, 'reader', true) && protectedBy(east),
    );
    await until('the west follows the new writer', () => has(west, 'head', true));
  }
});

test('a dead reader does not stop the writer, and counts again when it is back', async () => {
  const reader = instances(east).find((instance) => instance.role === 'reader')!;
  const ledger = writeOrders(() => east.endpoint, 3_000_000);
  await until('orders are acknowledged', () => ledger.acknowledged.size > 20);
  process.kill(reader.pid!, 'SIGKILL');
  const before = ledger.acknowledged.size;
  await until('orders go on', () => ledger.acknowledged.size > before + 100, 3000);
  await until('the reader acknowledges again', () => has(east, 'reader', true) && protectedBy(east));
  await ledger.stop();
  assert.ok(east.context.entries.some((entry) => entry.event === 'cluster.unprotected'));
});

test('a lost region is taken over; it returns, hands over its surplus and follows', async (t) => {
  await until(
    'the west has all orders',
    async () => (await orderIds(west.endpoint)).size === (await orderIds(east.endpoint)).size,
  );
  // The last orders never reach the other region.
  link.cut();
  const surplus = [7_000_001, 7_000_002, 7_000_003];
  for (const id of surplus) assert.ok(await ask(east.endpoint, `INSERT INTO orders VALUES (${id}, 'lost')`));
  assert.ok(await ask(east.endpoint, "UPDATE orders SET note='changed' WHERE id=7000003"));
  const kept = await orderIds(east.endpoint);
  await east.lose();
  began = performance.now();
  await west.call('FailoverGlobalCluster', {
    GlobalClusterIdentifier: 'understudy',
    TargetDbClusterIdentifier: arn(west),
    AllowDataLoss: true,
  });
  await until('the west is the available writer', async () => {
    const found = await global(west);
    const member = found.GlobalClusterMembers?.find((known) => known.DBClusterArn === arn(west));
    return found.Status === 'available' && member?.IsWriter === true;
  });
  assert.ok(await ask(west.endpoint, "INSERT INTO orders VALUES (8000001, 'after')"));
  t.diagnostic(`promotion of the region, first write included: ${took()} ms`);
  const inWest = await orderIds(west.endpoint);
  const lost = [...kept].filter((id) => !inWest.has(id)).sort();

  began = performance.now();
  link.heal();
  await east.restore();
  await until(
    'the east is connected',
    async () => (await synchronization(west, east)) === 'connected',
    40_000,
  );
  t.diagnostic(`rejoin with surplus: ${took()} ms`);
  assert.deepEqual(await orderIds(east.endpoint), await orderIds(west.endpoint));
  assert.equal(await ask(east.endpoint, "INSERT INTO orders VALUES (9, 'x')"), undefined);
  const folder = join(east.context.directory, 'rescue');
  const files = readdirSync(folder);
  assert.equal(files.length, 1);
  const rescue = JSON.parse(readFileSync(join(folder, files[0]!), 'utf8')) as RescueFile;
  const inserted = rescue.changes.flatMap((change) =>
    change.operation === 'insert' ? [Number(change.after?.['id'])] : [],
  );
  assert.deepEqual(inserted.sort(), lost);
  assert.deepEqual(lost, surplus);
  const update = rescue.changes.find((change) => change.operation === 'update');
  assert.equal(update?.operation === 'update' && update.before?.['note'], 'lost');
  assert.equal(update?.operation === 'update' && update.after?.['note'], 'changed');
});

test('a planned move back loses nothing', async (t) => {
  await until('the reader in the west acknowledges', () => protectedBy(west));
  await until('a reader in the east follows', () => has(east, 'reader', true));
  const ledger = writeOrders(() => (writer(east) ? east : west).endpoint, 9_000_000);
  await until('orders are acknowledged', () => ledger.acknowledged.size > 50);
  began = performance.now();
  await west.call('SwitchoverGlobalCluster', {
    GlobalClusterIdentifier: 'understudy',
    TargetDbClusterIdentifier: arn(east),
  });
  const held = await global(west);
  assert.equal(held.FailoverState?.Status as string, 'switching-over');
  await until('the east writes', () => writer(east) !== undefined);
  t.diagnostic(`switchover: ${took()} ms`);
  const before = ledger.acknowledged.size;
  await until('orders go on in the east', () => ledger.acknowledged.size > before + 50);
  await ledger.stop();
  await nothingMissing(ledger.acknowledged, east);
  await until('the west follows', () => has(west, 'head', true));
  await until(
    'the west has every order',
    async () => (await orderIds(west.endpoint)).size === (await orderIds(east.endpoint)).size,
  );
  assert.equal(readdirSync(join(east.context.directory, 'rescue')).length, 1);
});

test('FailoverDBCluster moves the writer to a reader under load and loses nothing', async () => {
  await until('the reader acknowledges', () => protectedBy(east));
  const ledger = writeOrders(() => east.endpoint, 11_000_000);
  await until('orders are acknowledged', () => ledger.acknowledged.size > 20);
  const old = writer(east)!;
  await east.call('FailoverDBCluster', { DBClusterIdentifier: 'understudy-us-east-1' });
  await until('the reader writes', () => writesElsewhere(east, old.identifier));
  const before = ledger.acknowledged.size;
  await until('orders go on', () => ledger.acknowledged.size > before + 50);
  await ledger.stop();
  await nothingMissing(ledger.acknowledged, east);
  await until('the old writer acknowledges', () => has(east, 'reader', true) && protectedBy(east));
});

test('a writer that hangs is killed and replaced', async (t) => {
  // Without a reader that acknowledges nobody could take over without loss, and the writer would restart in place.
  await until('the reader acknowledges', () => has(east, 'reader', true) && protectedBy(east));
  const old = writer(east)!;
  const ledger = writeOrders(() => east.endpoint, 12_000_000);
  await until('orders are acknowledged', () => ledger.acknowledged.size > 20);
  began = performance.now();
  process.kill(old.pid!, 'SIGSTOP');
  await until('the other instance writes', () => writesElsewhere(east, old.identifier));
  t.diagnostic(`a hung writer is replaced after: ${took()} ms`);
  const before = ledger.acknowledged.size;
  await until('orders go on', () => ledger.acknowledged.size > before + 20);
  await ledger.stop();
  await nothingMissing(ledger.acknowledged, east);
  await until('the old writer acknowledges', () => has(east, 'reader', true) && protectedBy(east));
  await until('the west follows', () => has(west, 'head', true));
});

test('a writer and its reader that hang together are both killed, and the writer restarts in place', async () => {
  const stopped = instances(east).map((instance) => ({ ...instance }));
  for (const { pid } of stopped) process.kill(pid!, 'SIGSTOP');
  await until('both servers are others', () =>
    instances(east).every(({ pid }, n) => pid !== null && pid !== stopped[n]?.pid),
  );
  await until('the east writes again', () => writer(east)?.status === 'available');
  await until('the reader acknowledges', () => has(east, 'reader', true) && protectedBy(east));
  await until('the west follows', () => has(west, 'head', true));
});

test('without AllowDataLoss a failover is a switchover, which needs the other region', async () => {
  link.cut();
  await assert.rejects(
    west.call('FailoverGlobalCluster', {
      GlobalClusterIdentifier: 'understudy',
      TargetDbClusterIdentifier: arn(west),
    }),
    { code: 'InvalidGlobalClusterStateFault', message: /us-east-1 does not answer/ },
  );
  link.heal();
});

test('an old writer that was only cut off stops when it hears, and its own writes are set aside', async (t) => {
  await until('the west has all orders', async () => {
    const inWest = await orderIds(west.endpoint);
    return inWest.size === (await orderIds(east.endpoint)).size;
  });
  link.cut();
  await west.call('FailoverGlobalCluster', {
    GlobalClusterIdentifier: 'understudy',
    TargetDbClusterIdentifier: arn(west),
    AllowDataLoss: true,
  });
  await until('the west writes', () => writer(west) !== undefined);
  assert.ok(await ask(east.endpoint, "INSERT INTO orders VALUES (13000001, 'apart')"), 'both write for now');
  assert.ok(await ask(west.endpoint, "INSERT INTO orders VALUES (13000002, 'kept')"));
  link.heal();
  began = performance.now();
  await until('the east stops writing', () => writer(east) === undefined);
  t.diagnostic(`an old writer stops after: ${took()} ms`);
  await until(
    'the east is connected',
    async () => (await synchronization(west, east)) === 'connected',
    40_000,
  );
  const found = await orderIds(east.endpoint);
  assert.ok(found.has(13_000_002) && !found.has(13_000_001));
  const folder = join(east.context.directory, 'rescue');
  const newest = readdirSync(folder).sort().at(-1)!;
  const rescue = JSON.parse(readFileSync(join(folder, newest), 'utf8')) as RescueFile;
  assert.deepEqual(
    rescue.changes.map((change) => change.operation !== 'statement' && change.after?.['id']),
    ['13000001'],
  );
});

test('both regions are killed and resume with every acknowledged order', async (t) => {
  const ledger = writeOrders(() => west.endpoint, 20_000_000);
  await until('orders are acknowledged', () => ledger.acknowledged.size > 50);
  await Promise.all([east.lose(), west.lose()]);
  await ledger.stop();
  began = performance.now();
  await Promise.all([east.restore(), west.restore()]);
  await until('the west writes', () => writer(west) !== undefined);
  await until('the east follows', () => has(east, 'head', true));
  t.diagnostic(`resume of 2 × 2 instances: ${took()} ms`);
  await nothingMissing(ledger.acknowledged, west);
});
