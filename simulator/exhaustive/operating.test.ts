// decide over every situation in which an operation runs, the writer is here, nowhere or not known, or a move is in
// hand: the rows of problems-operating.ts. Nothing may be started beside an operation, and a writer that is here
// leaves by an operator's command alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movesWriter } from '@understudy/controller/actions';
import { decide } from '@understudy/controller/decide';
import type { Memory } from '@understudy/controller/memory';
import { phases } from '@understudy/controller/memory';
import type { Fact, GlobalCluster, Observation, Side } from '@understudy/controller/observation';
import { known, unknown } from '@understudy/controller/observation';
import { defaultPolicy } from '@understudy/controller/policy';
import * as scene from '@understudy/controller/scene';
import { combinations } from './combinations.ts';
import { checkDecision } from './decision-rules.ts';

const { noon, peerWrites, onWatch, movedHere, wellSeen } = scene;

const running: readonly Fact<GlobalCluster>[] = combinations({
  writer: ['self', 'peer', null],
  under: [
    { status: 'failing-over', operation: 'failing-over' },
    // SwitchoverGlobalCluster: the state is missing in the API's enum, and its status may lag behind.
    { status: 'available', operation: 'switching-over' },
    { status: 'modifying', operation: null },
  ],
} as const).map(({ writer, under }) => known({ ...peerWrites, ...under, writer }));

const idle: readonly Fact<GlobalCluster>[] = [
  unknown('DescribeGlobalClusters timed out'),
  known({ ...peerWrites, writer: null }),
  known({ ...peerWrites, writer: 'self' }),
  known({ ...peerWrites, writer: 'self', peerSync: 'pending-resync' }),
  known({ ...peerWrites, writer: 'self', peerSync: null }),
  // The peer's writer, with a failback or a move in hand.
  known(peerWrites),
];

const observations: readonly Observation[] = combinations({
  dns: [known<Side>('self'), known<Side>('peer'), unknown('no answer')],
  peerProbe: [
    known(scene.answering),
    known({ ...scene.standbyAnswering, lagMs: 999 }),
    known({ ...scene.standbyAnswering, lagMs: 1_000 }),
    known(scene.silent),
    unknown('timed out here'),
  ],
  selfProbe: [known(scene.answering), known(scene.standbyAnswering), known(scene.silent), unknown('?')],
  global: [...running, ...idle],
} as const).map((seen) => ({ ...wellSeen, ...seen }));

const late = noon - 3_600_000;
const soon = noon - 5_000;
const memories: readonly Memory[] = combinations({
  phase: phases,
  moved: [false, true],
  settled: [false, true],
  world: [0, 9],
  requestedAt: [null, soon, late],
  runningSince: [soon, late],
  writerSince: [soon, late],
  since: [soon, late],
  capacity: [null, movedHere.capacity],
} as const).map(({ world, ...plain }): Memory => {
  const counts = { probeFails: world, probeOks: world, worldSaysSelf: world };
  const evidence = { at: noon - 10_000, ...counts, worldSaysSelfSince: world === 0 ? null : late };
  return Object.freeze({ ...movedHere, epoch: 4, ...plain, evidence, peerOkAt: onWatch.peerOkAt });
});

const cases = observations.length * memories.length;

test(`decide, operations and a writer that is here: every rule holds in all ${cases.toLocaleString('en')} cases`, (t) => {
  const rows = new Set<string>();
  let away = 0;
  for (const memory of memories)
    for (const seen of observations) {
      const decision = decide(defaultPolicy, { kept: true, memory }, seen, noon);
      checkDecision({ policy: defaultPolicy, memory, seen, now: noon, decision });
      rows.add(decision.problem);
      if (decision.actions.some(movesWriter)) away += 1;
    }
  assert.ok(away > 1_000, `${away} moves: the enumeration has hardly met one`);
  t.diagnostic(`${away.toLocaleString('en')} of them move the writer; ${rows.size} rows decided`);
});
