/** Faults from a seed: the same again for the same seed, and none left out for long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULT_KINDS, roundOf } from './schedule.ts';

test('a seed brings the same rounds again, another seed others', () => {
  const rounds = (seed: number) => Array.from({ length: 20 }, (_, number) => roundOf(seed, number));
  assert.deepEqual(rounds(7), rounds(7));
  assert.notDeepEqual(rounds(7), rounds(8));
});

test('every kind of fault comes within a hundred rounds, also two at a time', () => {
  const rounds = Array.from({ length: 100 }, (_, number) => roundOf(1, number));
  const kinds = new Set(rounds.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  assert.deepEqual([...kinds].sort(), [...FAULT_KINDS].sort());
  assert.ok(rounds.some(({ faults }) => faults.length > 1));
  assert.ok(rounds.some(({ calm }) => !calm));
});

test('a run may be narrowed to some kinds', () => {
  const kinds = ['kill-writer', 'cut-link'] as const;
  for (let number = 0; number < 50; number++)
    for (const { kind } of roundOf(3, number, kinds).faults) assert.ok(kinds.some((one) => one === kind));
});
