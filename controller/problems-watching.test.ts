// The rows for the watch over the peer, from all is well to its loss, each pinned down by its scenes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { known, unknown } from './observation.ts';
import { problems } from './problems.ts';
import { cluster, movingHere, noTargets, pin } from './problems-scene.ts';
import { watching } from './problems-watching.ts';
import * as scene from './scene.ts';

const { noon, wellSeen, onWatch, lostSeen, onTheBrink, cutOff, cutOffSeen } = scene;
const unsettled = { ...onTheBrink, settled: false, since: noon - 60_000 };
const decided = movingHere({ since: noon - 2_000, requestedAt: null, writerSince: null });

pin(watching, [
  {
    row: 'evidence-gone',
    verdict: 'abandon',
    memory: { ...decided, since: noon - 30_000 },
    seen: { ...lostSeen, dns: known('peer') },
    but: [
      ['while both still say so', { seen: { dns: known('self') } }, 'region-lost'],
      [
        'when one probe succeeds',
        { seen: { dns: known('self'), peerProbe: known(scene.answering) } },
        'evidence-gone',
      ],
      ['just after the decision, when RDS may have been asked', { memory: { since: noon - 19_000 } }, 'link'],
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
]);

test('the parts are the whole table, and priorities are distinct', () => {
  assert.equal(new Set(problems.map(({ name }) => name)).size, problems.length);
  assert.equal(new Set(problems.map(({ priority }) => priority)).size, problems.length);
});
