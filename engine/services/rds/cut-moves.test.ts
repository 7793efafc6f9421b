/**
 * Moves between two regions, with real servers, whose link is cut at the worst moment: what a region that
 * cannot hear the other may acknowledge, and when it hears again.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
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
} from './two-regions.ts';

/** Slow enough that a question is still on its way when the link is cut after it was put. */
const link = createLink(60);
/** AWS seconds pass faster, so that a minute of silence is a few real seconds. */
const SPEED = 10;
const east = createRegion('us-east-1', link, { speed: SPEED });
/** How long the west's promotion takes. */
const promoting = Promise.withResolvers<void>();
const west = createRegion('us-west-2', link, {
  speed: SPEED,
  override: { delay: async (name) => (name === 'rds.global-failover' ? await promoting.promise : undefined) },
});

afterEach(abandonLedgers);

after(async () => {
  promoting.resolve();
  await Promise.all([east.dispose(), west.dispose()]);
});

const arn = (region: RegionUnderTest) =>
  `arn:aws:rds:${region.region}:000000000000:cluster:understudy-${region.region}`;
const has = (region: RegionUnderTest, role: string): boolean =>
  instances(region).some((instance) => instance.role === role && (role === 'writer' || instance.following));
const synchronization = (asked: RegionUnderTest, of: RegionUnderTest): string | undefined => {
  const { globals } = asked.service.status!() as unknown as {
    globals: { members: { region: string; synchronization: string }[] }[];
  };
  return globals[0]?.members.find((member) => member.region === of.region)?.synchronization;
};
const held = (region: RegionUnderTest): string =>
  (region.service.status!() as unknown as { clusters: { held: string | null }[] }).clusters[0]?.held ?? '';
const told = (region: RegionUnderTest, event: string): string | undefined =>
  region.context.entries.find((entry) => entry.event === event)?.because;
const write = async (region: RegionUnderTest, id: number): Promise<boolean> =>
  (await ask(region.endpoint, `INSERT INTO orders VALUES (${id}, 'order')`)) !== undefined;

test('two regions, the east writes', async () => {
  await Promise.all([east.service.start(), west.service.start()]);
  await provision(east, 'understudy');
  await provision(west, 'understudy');
  await until('the west follows', () => has(east, 'writer') && has(west, 'head'));
  assert.ok(await ask(east.endpoint, CREATE_ORDERS));
  await until('the west knows that it is connected', () => synchronization(west, west) === 'connected');
  await until(
    'the table is there',
    async () => (await ask(west.endpoint, 'SELECT * FROM orders')) !== undefined,
  );
});

test('an old writer that hears of a takeover that still goes on stops at once, and loses nothing', async (t) => {
  link.cut();
  await west.call('FailoverGlobalCluster', {
    GlobalClusterIdentifier: 'understudy',
    TargetDbClusterIdentifier: arn(west),
    AllowDataLoss: true,
  });
  await until('the west could not tell the east', () => told(west, 'cluster.fence-timed-out') !== undefined);
  assert.ok(await write(east, 1), 'the east cannot know yet');
  const began = performance.now();
  link.heal();
  const kept = [1];
  for (let id = 2; await write(east, id); id++) {
    kept.push(id);
    assert.ok(performance.now() - began < 20_000, 'the east goes on acknowledging');
  }
  t.diagnostic(`an old writer stops after: ${Math.round(performance.now() - began)} ms`);
  assert.match(told(east, 'cluster.fenced') ?? '', /heard in the regular exchange that us-west-2 takes over/);
  assert.ok(!has(west, 'writer'), 'the takeover still goes on');
  // What it acknowledged before it heard arrives meanwhile.
  await until('the west has every order', async () => (await orderIds(west.endpoint)).size === kept.length);
  promoting.resolve();
  await until('the west writes', () => has(west, 'writer'));
  await until('the east follows', () => has(east, 'head'), 40_000);
  assert.deepEqual(
    [...(await orderIds(west.endpoint))].sort((a, b) => a - b),
    kept,
  );
  assert.ok(!existsSync(join(east.context.directory, 'rescue')), 'nothing is set aside');
});

test('a planned move whose target falls silent holds writes until the operator overrules it, who then is right', async (t) => {
  await until('the east is connected', () => synchronization(west, east) === 'connected', 40_000);
  await west.call('SwitchoverGlobalCluster', {
    GlobalClusterIdentifier: 'understudy',
    TargetDbClusterIdentifier: arn(east),
  });
  await until('the east is asked', () => held(west).includes('was asked to take over'));
  link.cut();
  await west.lose();
  await west.restore();
  const unsettled = () =>
    west.context.entries.filter((entry) => entry.event === 'cluster.switchover-unsettled').length;
  await until('more than a minute of silence', () => unsettled() > 1, 40_000);
  assert.ok(!(await write(west, 1001)), 'only the east knows whether it writes');
  await west.call('FailoverGlobalCluster', {
    GlobalClusterIdentifier: 'understudy',
    TargetDbClusterIdentifier: arn(west),
    AllowDataLoss: true,
  });
  await until('the west writes', async () => await write(west, 1002));
  link.heal();
  await until('the east follows', () => has(east, 'head') && !has(east, 'writer'), 40_000);
  await until('the east is connected', () => synchronization(west, east) === 'connected', 40_000);
  assert.ok(has(west, 'writer'));
  assert.ok((await orderIds(east.endpoint)).has(1002));
  t.diagnostic(`the late question was ${told(east, 'cluster.promoted') ? 'obeyed, and lost' : 'refused'}`);
});
