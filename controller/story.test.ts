// Whole nights: both controllers, ticking in the model's time, from a loss to the way home. Once as planned, then with
// the process dying at every single write, before and after its effect: it must come out the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from './commands.ts';
import type { Body } from './drive.ts';
import { mindOf, perform } from './drive.ts';
import type { Memory } from './memory.ts';
import { parseMemory } from './memory.ts';
import type { Region, World } from './model-aws.ts';
import { advance, awsFrom, configOf, createWorld, east, eyesFrom, lose, restore, west } from './model-aws.ts';
import type { Reply } from './operator.ts';
import { obeyCommand } from './operator.ts';
import type { Mind } from './step.ts';
import type { Tick } from './tick.ts';
import { tick } from './tick.ts';

const start = Date.UTC(2026, 0, 15, 12, 0, 0);

interface Self {
  readonly body: Body;
  readonly mind: Mind;
}

interface Night {
  /** Whose ticks are run. */
  awake: readonly Region[];
  /** Since when the latch is held where the writer is not: a crash may leave it so until the next invocation. */
  wrongLatchSince: number | null;
  readonly world: World;
  readonly selves: Record<Region, Self>;
  readonly nextAt: Record<Region, number>;
  readonly logs: Record<string, unknown>[];
}

function beginNight(policy: Readonly<Record<string, unknown>> = {}): Night {
  const world = createWorld(start);
  const logs: Record<string, unknown>[] = [];
  const self = (region: Region): Self => {
    const body: Body = {
      config: configOf(region, policy),
      aws: awsFrom(world, region),
      eyes: eyesFrom(world, region),
      now: () => world.now,
      rest: async (seconds) => advance(world, seconds * 1_000),
    };
    return { body, mind: mindOf(body, (line) => logs.push(line)) };
  };
  return {
    awake: [east, west],
    wrongLatchSince: null,
    world,
    selves: { [east]: self(east), [west]: self(west) },
    nextAt: { [east]: start, [west]: start + 4_000 },
    logs,
  };
}

function checkWorld(night: Night): void {
  const { world } = night;
  const wrong = world.regions[west].alive && world.regions[west].latch === 1 && world.writer !== west;
  night.wrongLatchSince = wrong ? (night.wrongLatchSince ?? world.now) : null;
  const sinceMs = world.now - (night.wrongLatchSince ?? world.now);
  assert.ok(sinceMs <= 15_000, `for ${sinceMs} ms the latch has been held where the writer is not`);
}

const tickOnce = ({ selves }: Night, region: Region): Promise<Tick> =>
  perform(selves[region].body, tick(selves[region].mind));

async function tickOf(night: Night, region: Region): Promise<void> {
  const { world } = night;
  const died = new Promise<'died'>((resolve) => {
    if (world.crash !== null) world.crash = { ...world.crash, died: () => resolve('died') };
  });
  const done = await Promise.race([tickOnce(night, region), died]);
  const seconds = done === 'died' ? 10 : done.decision.nextLookSeconds;
  night.nextAt[region] = world.now + seconds * 1_000;
}

async function pass(night: Night, seconds: number, until: () => boolean = () => false): Promise<number> {
  const { world } = night;
  for (let second = 0; second < seconds; second += 1) {
    if (until()) return second;
    advance(world, 1_000);
    for (const region of night.awake)
      if (world.regions[region].alive && world.now >= night.nextAt[region]) await tickOf(night, region);
    checkWorld(night);
  }
  return seconds;
}

function memoryOf({ world }: Night, region: Region): Memory {
  const { object } = world.regions[region];
  assert.ok(object, `no memory in ${region}`);
  return parseMemory(object.body);
}

async function command(night: Night, region: Region, event: Command): Promise<Reply> {
  const { world, selves } = night;
  const pace = { startedAt: world.now, remainingMs: () => 60_000 };
  return perform(selves[region].body, obeyCommand(selves[region].mind, pace, event));
}

const isMoved = (night: Night) => () =>
  night.world.regions[west].object !== null && memoryOf(night, west).phase === 'moved';

async function lossAndMove(night: Night): Promise<number> {
  await pass(night, 180);
  lose(night.world, east);
  return pass(night, 400, isMoved(night));
}

test('us-east-1 is lost: one promotion, capacity first, latch and mail; within 180 s', async () => {
  const night = beginNight();
  const took = await lossAndMove(night);
  const { world } = night;
  assert.ok(took <= 180, `took ${took} s`);
  assert.deepEqual(world.moves, [`failing-over to ${west}`]);
  assert.equal(world.writer, west);
  assert.equal(world.regions[west].desired, 4);
  assert.equal(world.regions[west].latch, 1);
  assert.deepEqual(world.regions[west].mail, [
    'understudy: link (us-west-2)',
    'understudy: fail-over to us-west-2 has begun',
    'understudy: the writer is in us-west-2',
  ]);
});

test('DNS moves, and the promotion is asked for within 15 s', async () => {
  const night = beginNight();
  await pass(night, 180);
  lose(night.world, east);
  await pass(night, 200, () => night.world.dns === west);
  const waited = await pass(night, 60, () => night.world.moves.length > 0);
  assert.ok(waited <= 15, `waited ${waited} s`);
});

test('the lost region comes back: nothing flaps for half an hour; then it fails back and stays', async () => {
  const night = beginNight();
  const { world } = night;
  await lossAndMove(night);
  await pass(night, 300);
  restore(world, east);
  const early = await command(night, west, { command: 'failback', rescueExported: true, dryRun: false });
  assert.equal(early.result, 'refused');
  assert.match(early.because, /its cluster is connected: us-east-1 is pending-resync/);
  await pass(night, 1_800);
  assert.deepEqual(world.moves, [`failing-over to ${west}`]);
  assert.equal(world.dns, west);
  const unrescued = await command(night, west, { command: 'failback', rescueExported: false, dryRun: false });
  assert.equal(unrescued.result, 'refused');
  const back = await command(night, west, { command: 'failback', rescueExported: true, dryRun: false });
  assert.equal(back.result, 'done', back.because);
  assert.equal(back.writer, east);
  assert.ok(back.preconditions.every(({ ok }) => ok));
  assert.equal(world.regions[west].latch, 0);
  assert.equal(world.regions[west].min, 2);
  await pass(night, 1_800);
  assert.equal(world.dns, east);
  assert.deepEqual(world.moves, [`failing-over to ${west}`, `switching-over to ${east}`]);
  assert.equal(memoryOf(night, west).phase, 'watch');
  assert.equal(memoryOf(night, east).phase, 'lead');
  assert.equal(world.regions[east].latch, 0);
});

test('lost again after the way home: the second failover is as good as the first', async () => {
  const night = beginNight();
  const { world } = night;
  await lossAndMove(night);
  restore(world, east);
  await pass(night, 600);
  await command(night, west, { command: 'failback', rescueExported: true, dryRun: false });
  await pass(night, 600);
  lose(world, east);
  await pass(night, 400, isMoved(night));
  assert.equal(world.moves.length, 3);
  assert.equal(world.writer, west);
});

test('the active us-west-2 is lost: us-east-1 takes over', async () => {
  const night = beginNight();
  const { world } = night;
  await lossAndMove(night);
  restore(world, east);
  await pass(night, 600);
  lose(world, west);
  await pass(night, 400, () => memoryOf(night, east).phase === 'moved');
  assert.equal(world.writer, east);
  restore(world, west);
  await pass(night, 600);
  assert.equal(memoryOf(night, west).phase, 'watch');
  assert.equal(world.regions[west].latch, 0);
});

test('only the link is cut: nobody moves, one warning, and one when it is over', async () => {
  const night = beginNight();
  await pass(night, 180);
  night.world.linkCut = true;
  await pass(night, 3_600);
  night.world.linkCut = false;
  await pass(night, 300);
  assert.deepEqual(night.world.moves, []);
  assert.deepEqual(night.world.regions[west].mail, ['understudy: link (us-west-2)', 'understudy: over']);
});

test('the world cannot reach us-east-1, we can: the writer moves without loss', async () => {
  const night = beginNight();
  await pass(night, 180);
  night.world.worldReachesEast = false;
  await pass(night, 400, isMoved(night));
  assert.deepEqual(night.world.moves, [`switching-over to ${west}`]);
  night.world.worldReachesEast = true;
  await pass(night, 600);
  assert.equal(night.world.dns, west);
  const back = await command(night, west, { command: 'failback', rescueExported: false, dryRun: false });
  assert.equal(back.result, 'done', back.because);
});

test('a standby that cannot serve is not promoted; once it can, it is', async () => {
  const night = beginNight();
  await pass(night, 180);
  night.world.regions[west].healthyTargets = 0;
  lose(night.world, east);
  await pass(night, 600);
  assert.deepEqual(night.world.moves, []);
  assert.ok(night.world.regions[west].mail.includes('understudy: standby-not-able (us-west-2)'));
  night.world.regions[west].healthyTargets = 2;
  await pass(night, 120, isMoved(night));
  assert.equal(night.world.writer, west);
});

test('policy approve: it waits until told, then moves', async () => {
  const night = beginNight({ mode: 'approve' });
  await pass(night, 180);
  lose(night.world, east);
  await pass(night, 400);
  assert.deepEqual(night.world.moves, []);
  assert.equal(night.world.regions[west].desired, 4, 'capacity is prepared');
  const reply = await command(night, west, { command: 'approve' });
  assert.equal(reply.result, 'running');
  await pass(night, 120, isMoved(night));
  assert.deepEqual(night.world.moves, [`failing-over to ${west}`]);
});

test('abandon: an approaching move is stopped until resume', async () => {
  const night = beginNight({ mode: 'approve' });
  await pass(night, 180);
  lose(night.world, east);
  await pass(night, 200);
  assert.equal((await command(night, west, { command: 'abandon' })).result, 'done');
  assert.equal(memoryOf(night, west).phase, 'watch');
  await command(night, west, { command: 'approve' });
  await pass(night, 120, isMoved(night));
  assert.equal(night.world.writer, west, 'approve says go on, after all');
});

test('two controllers in one region at once: one of them wins, the writer moves once', async () => {
  const night = beginNight();
  await pass(night, 180);
  lose(night.world, east);
  while (night.world.writer !== west) {
    advance(night.world, 1_000);
    await Promise.all([tickOnce(night, west), tickOnce(night, west)]);
    assert.ok(night.world.now < start + 600_000, 'no failover within ten minutes');
  }
  assert.deepEqual(night.world.moves, [`failing-over to ${west}`]);
  assert.equal(memoryOf(night, west).epoch, 1);
  assert.ok(night.logs.some(({ undone }) => undone === 'conflict'));
});

/** Loss, move, return, failback, as in the planned night; ticks alone finish what a crash left. */
async function wholeNight(night: Night): Promise<void> {
  const { world } = night;
  night.awake = [west];
  world.resyncMs = 10_000;
  await pass(night, 30);
  lose(world, east);
  await pass(night, 230);
  restore(world, east);
  await pass(night, 30);
  const memory = memoryOf(night, west);
  assert.equal(memory.phase, 'moved');
  const died = new Promise<void>((resolve) => {
    if (world.crash !== null) world.crash = { ...world.crash, died: resolve };
  });
  await Promise.race([
    command(night, west, { command: 'failback', rescueExported: true, dryRun: false }),
    died,
  ]);
  await pass(night, 130);
  if (memoryOf(night, west).moved) {
    const again = await command(night, west, { command: 'failback', rescueExported: true, dryRun: false });
    assert.equal(again.result, 'done', again.because);
    await pass(night, 130);
  }
}

test('a crash at any write, before or after its effect, changes nothing of the outcome', async () => {
  const planned = beginNight();
  await wholeNight(planned);
  const { writes } = planned.world;
  assert.ok(writes > 50, `${writes} writes`);
  for (let at = 1; at <= writes; at += 1)
    for (const effect of [false, true]) {
      const night = beginNight();
      night.world.crash = { at, effect, died: () => {} };
      await wholeNight(night);
      const { world } = night;
      const where = `crash at write ${at} of ${writes}, ${effect ? 'after' : 'before'} its effect`;
      assert.deepEqual(world.moves, [`failing-over to ${west}`, `switching-over to ${east}`], where);
      assert.equal(world.writer, east, where);
      assert.equal(world.dns, east, where);
      assert.equal(world.regions[west].latch, 0, where);
      assert.deepEqual([world.regions[west].min, world.regions[west].max], [2, 10], where);
      assert.equal(memoryOf(night, west).phase, 'watch', where);
      const mail = new Set(world.regions[west].mail);
      for (const subject of [
        'fail-over to us-west-2 has begun',
        'the writer is in us-west-2',
        'Failed back to us-east-1 (us-west-2)',
      ])
        assert.ok(mail.has(`understudy: ${subject}`), `${where}: nobody was told “${subject}”`);
    }
});
