/** Histories: what a follower has, what a promotion leaves behind, and how old it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  contains,
  createHistories,
  endOf,
  gtidOf,
  headAt,
  missingFrom,
  openBranch,
  setRate,
  shareOf,
  timeOf,
} from './history.ts';

/** 10 writes a second for ten seconds, none for five, 20 a second since. */
function written() {
  const histories = createHistories();
  const head = openBranch(histories, 0, 1, undefined, 0);
  const branch = histories.branches[head.branch]!;
  setRate(branch, 0.01, 0);
  setRate(branch, 0, 10_000);
  setRate(branch, 0.02, 15_000);
  return { histories, branch, at: (atMs: number) => ({ branch: branch.id, position: endOf(branch, atMs) }) };
}

test('a follower has what stood there a lag ago, and never more than its source', () => {
  const { histories, at } = written();
  assert.equal(at(20_000).position, 200);
  assert.equal(headAt(histories, at(20_000), 5_000).position, 50);
  assert.equal(headAt(histories, at(20_000), 12_000).position, 100);
  assert.equal(headAt(histories, at(16_000), 99_000).position, 120);
});

test('when a position was reached is the inverse of the position at a time', () => {
  const { branch } = written();
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 400, noNaN: true }), (position) => {
      const atMs = timeOf(branch, position);
      const histories = { branches: [branch], rescued: [] };
      const there = headAt(histories, { branch: branch.id, position: 1e9 }, atMs).position;
      assert.ok(Math.abs(there - position) < 1e-6);
    }),
  );
});

test('a promotion cuts: what the old writer had beyond the fork is missing, and what it writes on too', () => {
  const { histories, branch, at } = written();
  const replica = headAt(histories, at(20_000), 19_900);
  const promoted = openBranch(histories, 1, 2, replica, 20_000);
  setRate(histories.branches[promoted.branch]!, 0.01, 20_000);
  const winner = { branch: promoted.branch, position: endOf(histories.branches[promoted.branch]!, 30_000) };
  const old = at(30_000);
  assert.equal(missingFrom(histories, winner, at(20_000))[0]?.transactions, 2);
  const [missing] = missingFrom(histories, winner, old);
  assert.equal(missing?.transactions, 202);
  assert.equal(missing?.branch, branch.id);
  assert.ok(!contains(histories, winner, old));
  assert.ok(contains(histories, winner, replica));
  assert.equal(shareOf(histories, winner, branch.id), replica.position);
  assert.deepEqual(gtidOf(winner), [{ domain: 0, server: 10_002, sequence: 298 }]);
});

test('over several forks everything on the losing side is missing, branch by branch', () => {
  const { histories, at } = written();
  const fork = at(20_000);
  const second = openBranch(histories, 1, 2, fork, 20_000);
  const lost = { branch: second.branch, position: fork.position + 5 };
  const third = openBranch(histories, 1, 3, lost, 40_000);
  const tail = { branch: third.branch, position: lost.position + 7 };
  const winner = openBranch(histories, 0, 4, fork, 50_000);
  const counts = missingFrom(histories, winner, tail).map(({ branch, transactions }) => [
    branch,
    transactions,
  ]);
  assert.deepEqual(counts, [
    [third.branch, 7],
    [second.branch, 5],
  ]);
});
