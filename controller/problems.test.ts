// Every row of the table: a scene in which it decides, and, for each of its conditions, the scene without it, which
// another row decides. Together they pin down what the table says, in both directions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from './decide.ts';
import type { Memory } from './memory.ts';
import { freshMemory } from './memory.ts';
import type { GlobalCluster, Observation } from './observation.ts';
import { known, unknown } from './observation.ts';
import { defaultPolicy } from './policy.ts';
import type { Verdict } from './problems.ts';
import { problems } from './problems.ts';
import * as scene from './scene.ts';

interface Seen {
  readonly memory?: Partial<Memory>;
  readonly seen?: Partial<Observation>;
  readonly approve?: boolean;
}

interface Row {
  readonly row: string;
  readonly verdict: Verdict;
  readonly memory: Memory;
  readonly seen: Observation;
  readonly approve?: boolean;
  /** Without … → the row that decides instead. */
  readonly but: readonly (readonly [string, Seen, string])[];
}

const { noon, wellSeen, onWatch, lostSeen, onTheBrink, movedHere, movedSeen, cutOff, cutOffSeen } = scene;
const cluster = (change: Partial<GlobalCluster>): Pick<Observation, 'global'> => ({
  global: known({ ...scene.peerWrites, ...change }),
});
const running = cluster({ status: 'failing-over', operation: 'failing-over' });
const noTargets = { targets: known({ healthy: 0, registered: 2 }) };
const unsettled = { ...onTheBrink, settled: false, since: noon - 60_000 };
const movingHere = (also: Partial<Memory> = {}): Memory => ({
  ...onTheBrink,
  phase: 'failing-over',
  since: noon - 70_000,
  requestedAt: noon - 65_000,
  writerSince: noon - 4_000,
  epoch: 1,
  move: { kind: 'fail-over', startedAt: noon - 70_000, finishedAt: null, because: 'lost', lagMs: 180 },
  ...also,
});
const arrived: Observation = {
  ...lostSeen,
  global: known(scene.selfWrites),
  selfProbe: known(scene.answering),
};
const unverified: Observation = { ...arrived, selfProbe: known(scene.standbyAnswering) };
const goingHome: Memory = { ...movedHere, phase: 'failing-back', since: noon - 4_000, epoch: 2 };
const decided = movingHere({ since: noon - 2_000, requestedAt: null, writerSince: null });

const rows: readonly Row[] = [
  {
    row: 'operation-overdue',
    verdict: 'hold',
    memory: { ...onWatch, runningSince: noon - 601_000 },
    seen: { ...wellSeen, ...running },
    but: [
      ['without the limit passed', { memory: { runningSince: noon - 599_000 } }, 'operation-running'],
      ['without an operation', { seen: { global: wellSeen.global } }, 'all-well'],
    ],
  },
  {
    row: 'operation-running',
    verdict: 'wait',
    memory: onTheBrink,
    seen: { ...lostSeen, ...running },
    but: [
      ['without an operation', { seen: cluster({}) }, 'region-lost'],
      ['by status alone', { seen: cluster({ status: 'switching-over' }) }, 'operation-running'],
    ],
  },
  {
    row: 'writer-unknown',
    verdict: 'hold',
    memory: onTheBrink,
    seen: { ...lostSeen, global: unknown('RDS does not answer') },
    but: [['with an answer', { seen: cluster({}) }, 'region-lost']],
  },
  {
    row: 'no-writer',
    verdict: 'hold',
    memory: onTheBrink,
    seen: { ...lostSeen, ...cluster({ writer: null }) },
    but: [['with a writer', { seen: cluster({}) }, 'region-lost']],
  },
  {
    row: 'moved-and-writing',
    verdict: 'complete',
    memory: movingHere(),
    seen: arrived,
    but: [
      ['without a write', { seen: { selfProbe: unverified.selfProbe } }, 'moved-unverified'],
      ['without an answer of our own', { seen: { selfProbe: unknown('no answer') } }, 'moved-unverified'],
      ['without the writer', { seen: cluster({}) }, 'move-stuck'],
    ],
  },
  {
    row: 'moved-but-no-write-seen',
    verdict: 'complete',
    memory: movingHere({ writerSince: noon - 61_000 }),
    seen: unverified,
    but: [['within the limit', { memory: { writerSince: noon - 59_000 } }, 'moved-unverified']],
  },
  {
    row: 'moved-unverified',
    verdict: 'wait',
    memory: movingHere(),
    seen: unverified,
    but: [['with a write', { seen: { selfProbe: arrived.selfProbe } }, 'moved-and-writing']],
  },
  {
    row: 'promoted-by-hand',
    verdict: 'complete',
    memory: onTheBrink,
    seen: arrived,
    but: [
      ['when DNS names the peer (it came home)', { seen: { dns: known('peer') } }, 'lead'],
      ['when we never were on watch', { memory: freshMemory(noon) }, 'lead'],
    ],
  },
  {
    row: 'failback-pending',
    verdict: 'fail-back',
    memory: goingHome,
    seen: movedSeen,
    but: [
      [
        'when a precondition goes',
        { seen: { global: known({ ...scene.selfWrites, peerSync: 'pending-resync' }) } },
        'failback-failed',
      ],
      ['when it takes too long', { memory: { since: noon - 121_000 } }, 'failback-failed'],
      ['when the writer has gone', { seen: cluster({}) }, 'failed-back'],
    ],
  },
  {
    row: 'failback-failed',
    verdict: 'failback-failed',
    memory: { ...goingHome, since: noon - 121_000, refusal: 'InvalidGlobalClusterStateFault' },
    seen: movedSeen,
    but: [['in time', { memory: { since: noon - 5_000 } }, 'failback-pending']],
  },
  {
    row: 'moved',
    verdict: 'keep-latch',
    memory: movedHere,
    seen: movedSeen,
    but: [
      ['when it was not moved', { memory: { moved: false, phase: 'lead', settled: false } }, 'lead'],
      ['when the writer has left', { seen: cluster({}) }, 'writer-left'],
    ],
  },
  {
    row: 'lead',
    verdict: 'lead',
    memory: freshMemory(noon - 60_000),
    seen: movedSeen,
    but: [['when the writer is the peer’s', { seen: { ...cluster({}), dns: known('peer') } }, 'all-well']],
  },
  {
    row: 'failed-back',
    verdict: 'stand-down',
    memory: goingHome,
    seen: { ...movedSeen, ...cluster({}) },
    but: [['before the switchover', { seen: { global: known(scene.selfWrites) } }, 'failback-pending']],
  },
  {
    row: 'writer-left',
    verdict: 'stand-down',
    memory: movedHere,
    seen: { ...movedSeen, ...cluster({}) },
    but: [['when we sent it', { memory: { phase: 'failing-back' } }, 'failed-back']],
  },
  {
    row: 'request-pending',
    verdict: 'wait',
    memory: movingHere({ since: noon - 5_000, requestedAt: noon - 3_000, writerSince: null }),
    seen: lostSeen,
    but: [['when it never shows', { memory: { requestedAt: noon - 21_000 } }, 'region-lost']],
  },
  {
    row: 'evidence-gone',
    verdict: 'abandon',
    memory: decided,
    seen: { ...lostSeen, dns: known('peer') },
    but: [
      ['while both still say so', { seen: { dns: known('self') } }, 'region-lost'],
      [
        'when one probe succeeds',
        { seen: { dns: known('self'), peerProbe: known(scene.answering) } },
        'evidence-gone',
      ],
      ['when nothing was decided', { memory: { phase: 'watch' } }, 'link'],
      ['when DNS is merely silent', { seen: { dns: unknown('timeout') } }, 'world-unknown'],
    ],
  },
  {
    row: 'held-by-operator',
    verdict: 'hold',
    memory: { ...onTheBrink, heldAt: noon - 60_000 },
    seen: lostSeen,
    but: [
      ['after resume', { memory: { heldAt: null } }, 'region-lost'],
      ['when all is well again', { seen: wellSeen }, 'all-well'],
    ],
  },
  {
    row: 'world-unknown',
    verdict: 'hold',
    memory: onTheBrink,
    seen: { ...lostSeen, dns: unknown('SERVFAIL') },
    but: [['with an answer', { seen: { dns: known('self') } }, 'region-lost']],
  },
  {
    row: 'link',
    verdict: 'warn',
    memory: onTheBrink,
    seen: { ...lostSeen, dns: known('peer') },
    but: [
      [
        'with one failure only',
        { memory: { evidence: { ...onTheBrink.evidence, probeFails: 0 } } },
        'world-sees-peer',
      ],
      ['with an answer', { seen: { peerProbe: known(scene.answering) } }, 'all-well'],
      ['when the world agrees', { seen: { dns: known('self') } }, 'region-lost'],
    ],
  },
  {
    row: 'standby-not-ready',
    verdict: 'warn',
    memory: onWatch,
    seen: { ...wellSeen, ...noTargets },
    but: [['with a healthy target', { seen: { targets: wellSeen.targets } }, 'all-well']],
  },
  {
    row: 'all-well',
    verdict: 'watch',
    memory: onWatch,
    seen: wellSeen,
    but: [
      ['with a silent peer', { seen: { peerProbe: known(scene.silent) } }, 'world-sees-peer'],
      ['without an able standby', { seen: noTargets }, 'standby-not-ready'],
      ['without a known lag', { memory: { lag: null }, seen: { lag: unknown('none') } }, 'standby-not-ready'],
    ],
  },
  {
    row: 'world-sees-peer',
    verdict: 'watch',
    memory: onWatch,
    seen: { ...wellSeen, peerProbe: unknown('no address') },
    but: [['with an answer', { seen: { peerProbe: known(scene.answering) } }, 'all-well']],
  },
  {
    row: 'silent-while-settling',
    verdict: 'hold',
    memory: unsettled,
    seen: lostSeen,
    but: [
      ['when settled', { memory: { settled: true } }, 'region-lost'],
      ['when DNS has had its time', { memory: { since: noon - 301_000 } }, 'region-lost'],
      ['when the peer answers', { seen: { peerProbe: known(scene.answering) } }, 'settling'],
    ],
  },
  {
    row: 'settling',
    verdict: 'watch',
    memory: { ...cutOff, settled: false, since: noon - 60_000 },
    seen: cutOffSeen,
    but: [['when settled', { memory: { settled: true } }, 'cut-off-from-world']],
  },
  {
    row: 'one-witness',
    verdict: 'hold',
    memory: onTheBrink,
    seen: { ...lostSeen, peerProbe: unknown('no address') },
    but: [['with the second', { seen: { peerProbe: known(scene.silent) } }, 'region-lost']],
  },
  {
    row: 'counting',
    verdict: 'watch',
    memory: {
      ...onTheBrink,
      evidence: { ...onTheBrink.evidence, worldSaysSelf: 0, worldSaysSelfSince: null },
    },
    seen: lostSeen,
    but: [
      ['with one more look', { memory: { evidence: onTheBrink.evidence } }, 'region-lost'],
      [
        'when only the probe has not failed often enough',
        { memory: { evidence: { ...onTheBrink.evidence, probeFails: 0, worldSaysSelf: 20 } } },
        'counting',
      ],
      [
        'when the evidence is old',
        { memory: { evidence: { ...onTheBrink.evidence, at: noon - 61_000, worldSaysSelf: 9 } } },
        'counting',
      ],
    ],
  },
  {
    row: 'standby-not-able',
    verdict: 'hold',
    memory: onTheBrink,
    seen: { ...lostSeen, ...noTargets },
    but: [
      ['when able', { seen: { targets: wellSeen.targets } }, 'region-lost'],
      [
        'for want of an instance',
        {
          seen: {
            targets: wellSeen.targets,
            database: known({ status: 'available', availableInstances: 0 }),
          },
        },
        'standby-not-able',
      ],
      [
        'because the database cannot be asked',
        { seen: { targets: wellSeen.targets, database: unknown('timeout') } },
        'standby-not-able',
      ],
      [
        'because it is being rebuilt',
        { seen: { targets: wellSeen.targets, ...cluster({ selfSync: 'pending-resync' }) } },
        'standby-not-able',
      ],
      [
        'because it is no member',
        { seen: { targets: wellSeen.targets, ...cluster({ selfSync: null }) } },
        'standby-not-able',
      ],
      ['even if approved', { memory: { approvedAt: noon - 1_000 } }, 'standby-not-able'],
    ],
  },
  {
    row: 'loss-unknown',
    verdict: 'hold',
    memory: { ...onTheBrink, lag: null },
    seen: lostSeen,
    but: [
      ['with a lag', { memory: { lag: onTheBrink.lag } }, 'region-lost'],
      ['with too large a lag', { memory: { lag: { lagMs: 5_001, at: noon - 140_000 } } }, 'loss-unknown'],
      ['with too old a lag', { memory: { lag: { lagMs: 5, at: noon - 701_000 } } }, 'loss-unknown'],
      [
        'when the link was cut long before',
        { memory: { lag: { lagMs: 5, at: noon - 410_000 }, peerOkAt: noon - 400_000 } },
        'loss-unknown',
      ],
      ['when approved', { memory: { approvedAt: noon - 1_000 } }, 'region-lost'],
      ['when approved too long ago', { memory: { approvedAt: noon - 601_000 } }, 'loss-unknown'],
    ],
  },
  {
    row: 'awaiting-approval',
    verdict: 'prepare',
    memory: onTheBrink,
    seen: lostSeen,
    approve: true,
    but: [
      ['when automatic', { approve: false }, 'region-lost'],
      ['when approved', { memory: { approvedAt: noon - 1_000 } }, 'region-lost'],
    ],
  },
  {
    row: 'move-stuck',
    verdict: 'fail-over',
    memory: movingHere({ requestedAt: null, writerSince: null, refusal: 'InvalidGlobalClusterStateFault' }),
    seen: lostSeen,
    but: [['within a minute', { memory: { since: noon - 59_000 } }, 'region-lost']],
  },
  {
    row: 'region-lost',
    verdict: 'fail-over',
    memory: onTheBrink,
    seen: lostSeen,
    but: [
      ['when the world disagrees', { seen: { dns: known('peer') } }, 'link'],
      ['when the probe disagrees', { seen: { peerProbe: known(scene.answering) } }, 'counting-cut-off'],
    ],
  },
  {
    row: 'counting-cut-off',
    verdict: 'watch',
    memory: onWatch,
    seen: cutOffSeen,
    but: [['after nine looks', { memory: { evidence: cutOff.evidence } }, 'cut-off-from-world']],
  },
  {
    row: 'cut-off-not-movable',
    verdict: 'hold',
    memory: cutOff,
    seen: { ...cutOffSeen, ...cluster({ selfSync: '' }) },
    but: [
      ['when connected', { seen: cluster({}) }, 'cut-off-from-world'],
      ['for want of a target', { seen: { ...cluster({}), ...noTargets } }, 'cut-off-not-movable'],
    ],
  },
  {
    row: 'cut-off-awaiting-approval',
    verdict: 'prepare',
    memory: cutOff,
    seen: cutOffSeen,
    approve: true,
    but: [['when automatic', { approve: false }, 'cut-off-from-world']],
  },
  {
    row: 'switch-over-stuck',
    verdict: 'switch-over',
    memory: { ...cutOff, phase: 'switching-over', since: noon - 61_000 },
    seen: cutOffSeen,
    but: [['within a minute', { memory: { since: noon - 59_000 } }, 'cut-off-from-world']],
  },
  {
    row: 'cut-off-from-world',
    verdict: 'switch-over',
    memory: cutOff,
    seen: cutOffSeen,
    but: [
      ['when the world reaches it again', { seen: { dns: known('peer') } }, 'all-well'],
      ['when the probe fails', { seen: { peerProbe: known(scene.silent) } }, 'counting'],
    ],
  },
];

function rowOf(memory: Memory, seen: Observation, approve: boolean) {
  const policy = { ...defaultPolicy, mode: approve ? 'approve' : 'automatic' } as const;
  return decide(policy, { kept: true, memory }, seen, noon);
}

for (const { row, verdict, memory, seen, approve = false, but } of rows) {
  test(`${row}: ${verdict}`, () => {
    const decision = rowOf(memory, seen, approve);
    assert.equal(decision.problem, row, decision.because);
    assert.equal(decision.verdict, verdict);
    assert.doesNotMatch(decision.because, /undefined|null|NaN/);
  });
  for (const [without, change, instead] of but)
    test(`${row}, ${without}: ${instead}`, () => {
      const changed = rowOf(
        { ...memory, ...change.memory },
        { ...seen, ...change.seen },
        change.approve ?? approve,
      );
      assert.equal(changed.problem, instead, changed.because);
    });
}

test('every row of the table has a scene, and priorities are distinct', () => {
  assert.deepEqual(rows.map(({ row }) => row).sort(), problems.map(({ name }) => name).sort());
  assert.equal(new Set(problems.map(({ priority }) => priority)).size, problems.length);
});
