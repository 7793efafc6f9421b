// Tick after tick, until nothing new is reached: what holds for every decision holds for every sequence of them.
// Reachable memories are far fewer than imaginable ones, so the sequences can be followed to their end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movesWriter } from '@understudy/controller/actions';
import type { Command } from '@understudy/controller/commands';
import { decide } from '@understudy/controller/decide';
import type { Memory } from '@understudy/controller/memory';
import { freshMemory, phases } from '@understudy/controller/memory';
import type { Fact, GlobalCluster, Observation, Side } from '@understudy/controller/observation';
import { known, unknown, writerOf } from '@understudy/controller/observation';
import { defaultPolicy } from '@understudy/controller/policy';
import * as scene from '@understudy/controller/scene';
import { explore } from './closure.ts';
import { combinations } from './combinations.ts';

const { noon, peerWrites, selfWrites, wellSeen, movedHere } = scene;
/** Three looks instead of nine: the same rules, fewer states. */
const policy = { ...defaultPolicy, ticksToSwitchOver: 3 };
const approving = { ...policy, mode: 'approve' } as const;

type Place = Pick<Observation, 'global'> & Partial<Pick<Observation, 'selfProbe' | 'targets'>>;
const writes = known(scene.answering);
const at = (change: Partial<GlobalCluster>): Fact<GlobalCluster> => known({ ...peerWrites, ...change });

const here: readonly Place[] = [
  { global: known(selfWrites), selfProbe: writes },
  { global: known(selfWrites) },
  { global: at({ writer: 'self', peerSync: 'pending-resync' }), selfProbe: writes },
  { global: at({ writer: 'self', operation: 'switching-over' }) },
  { global: unknown('DescribeGlobalClusters timed out') },
  { global: at({ writer: null }) },
];
const there: readonly Place[] = [
  { global: known(peerWrites) },
  { global: known(peerWrites), targets: known({ healthy: 0, registered: 2 }) },
  { global: at({ selfSync: '' }) },
  { global: at({ operation: 'failing-over' }) },
];
const returned = known(scene.standbyAnswering);
const dns = [known<Side>('self'), known<Side>('peer'), unknown('no answer')] as const;

function seenFrom(places: readonly Place[], answers: readonly Fact<Side>[] = dns): readonly Observation[] {
  return combinations({
    dns: answers,
    peerProbe: [writes, returned, known(scene.silent), unknown('?')],
    place: places,
  }).map(({ place, ...rest }): Observation => ({ ...wellSeen, ...rest, ...place }));
}

const commands: readonly Command[] = [
  { command: 'approve' },
  { command: 'abandon' },
  { command: 'resume' },
  { command: 'failback', rescueExported: true, dryRun: false },
];
const pauses = [10, 700];
const epochRises = (before: Memory, _: Observation, after: { memory: Memory | null }): void =>
  assert.ok((after.memory?.epoch ?? -1) >= before.epoch, 'the epoch falls');

for (const chosen of [policy, approving])
  test(`${chosen.mode}: from a fresh memory every sequence of looks, commands and crashes keeps every rule`, (t) => {
    const everything = { policy: chosen, observations: seenFrom([...here, ...there]), pauses, commands };
    const { states, decisions, phases: reached } = explore(everything, [freshMemory(noon)], epochRises);
    assert.deepEqual(
      [...reached].sort(),
      phases.filter((phase) => chosen.mode === 'approve' || phase !== 'awaiting-approval').sort(),
    );
    t.diagnostic(`${states.toLocaleString('en')} states, ${decisions.toLocaleString('en')} decisions`);
  });

test('moved: without a command nothing that DNS, probes or the peer’s return show moves the writer or releases the latch', (t) => {
  const world = { policy, observations: seenFrom(here), pauses, commands: [] };
  const { states, decisions } = explore(world, [movedHere], (_, seen, decision) => {
    assert.ok(!decision.actions.some(movesWriter));
    assert.equal(decision.memory?.phase, 'moved');
    for (const action of decision.actions)
      if (action.do === 'publish')
        assert.notEqual(action.latch === 0 && writerOf(seen.global) === 'self', true);
  });
  t.diagnostic(`${states.toLocaleString('en')} states, ${decisions.toLocaleString('en')} decisions`);
});

test('the region that comes back and finds its writer gone does not take it again while DNS names the other', (t) => {
  const led: Memory = { ...scene.onWatch, phase: 'lead', settled: false, epoch: 0 };
  const world = { policy, observations: seenFrom([...there, here[4]!], dns.slice(1)), pauses, commands: [] };
  const { states, decisions } = explore(world, [led], (_, __, decision) => {
    assert.ok(!decision.actions.some(movesWriter));
    assert.equal(decision.memory?.moved, false);
  });
  t.diagnostic(`${states.toLocaleString('en')} states, ${decisions.toLocaleString('en')} decisions`);
});

test('what is held back is told: a hold that stays is paged within six looks, unless a person ordered it', (t) => {
  const memories = [scene.onWatch, scene.onTheBrink, scene.cutOff, movedHere, freshMemory(noon)];
  const rows = new Set<string>();
  for (const start of memories)
    for (const seen of seenFrom([...here, ...there])) {
      let memory = start;
      let held: { name: string; looks: number } | null = null;
      for (let look = 1; look <= 40; look++) {
        const decision = decide(approving, { kept: true, memory }, seen, noon + look * 10_000);
        memory = decision.memory ?? memory;
        const looks: number = held?.name === decision.problem ? held.looks + 1 : 1;
        held = decision.verdict === 'hold' ? { name: decision.problem, looks } : null;
        if (held === null || held.looks < 6) continue;
        rows.add(held.name);
        assert.ok(
          memory.paged[held.name] !== undefined,
          `${held.name} has stood for ${held.looks} looks, and nobody knows`,
        );
      }
    }
  assert.ok(rows.size >= 7, `only ${[...rows].join(', ')} were met`);
  t.diagnostic([...rows].join(', '));
});
