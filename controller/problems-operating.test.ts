// The rows for what goes on or was done, each pinned down by its scenes.

import { freshMemory, type Memory } from './memory.ts';
import { known, type Observation, unknown } from './observation.ts';
import { operating } from './problems-operating.ts';
import { cluster, movingHere, pin } from './problems-scene.ts';
import * as scene from './scene.ts';

const { noon, wellSeen, onWatch, lostSeen, onTheBrink, movedHere, movedSeen } = scene;
const running = cluster({ status: 'failing-over', operation: 'failing-over' });
const arrived: Observation = {
  ...lostSeen,
  global: known(scene.selfWrites),
  selfProbe: known(scene.answering),
};
const unverified: Observation = { ...arrived, selfProbe: known(scene.standbyAnswering) };
const goingHome: Memory = { ...movedHere, phase: 'failing-back', since: noon - 4_000, epoch: 2 };

pin(operating, [
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
]);
