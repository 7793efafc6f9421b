import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt, Order } from './ledger.ts';
import {
  duplicatesOf,
  longestPauseSeconds,
  lossOf,
  perSecond,
  phasesOf,
  recoverySeconds,
} from './measure.ts';

const LOSS = 1_000_000;

const write = (startSeconds: number, endSeconds: number, outcome: Attempt['outcome']): Attempt => ({
  kind: 'write',
  startedMs: LOSS + startSeconds * 1000,
  endedMs: LOSS + endSeconds * 1000,
  outcome,
  status: outcome === 'ok' ? 201 : outcome === 'refused' ? 503 : 0,
});

const order = (key: string, acknowledgedSeconds: number | null, ...orderIds: string[]): Order => ({
  key,
  firstSentMs: LOSS,
  acknowledgedMs: acknowledgedSeconds === null ? null : LOSS + acknowledgedSeconds * 1000,
  orderIds,
});

test('RTO is the first success after the last failure', () => {
  const attempts = [
    write(-1, -0.9, 'ok'),
    write(1, 2, 'failed'),
    write(100, 101, 'ok'),
    write(110, 111, 'refused'),
    write(170, 170.5, 'ok'),
    write(171, 171.2, 'ok'),
  ];
  assert.equal(recoverySeconds(attempts, 'write', LOSS), 170.5);
});

test('a success that was sent before the last failure does not end the outage', () => {
  const attempts = [write(10, 200, 'ok'), write(20, 25, 'failed'), write(210, 211, 'ok')];
  assert.equal(recoverySeconds(attempts, 'write', LOSS), 211);
});

test('no failure after the loss is an RTO of 0; failing to the end is none', () => {
  assert.equal(recoverySeconds([write(-5, -4, 'failed'), write(1, 2, 'ok')], 'write', LOSS), 0);
  assert.equal(recoverySeconds([write(1, 2, 'ok'), write(3, 4, 'failed')], 'write', LOSS), null);
});

test('phases add up to the RTO, and what happened meanwhile took no time of its own', () => {
  const phases = phasesOf({
    lossMs: LOSS,
    answeredMs: LOSS + 88_000,
    decidedMs: LOSS + 100_000,
    promotedMs: LOSS + 161_000,
    redirectedMs: LOSS + 140_000,
    recoveredMs: LOSS + 163_000,
  });
  assert.deepEqual(phases, { detect: 88, decide: 12, promote: 61, redirect: 0, recover: 2 });
});

test('a milestone that never came is null, and later ones are counted from the last that did', () => {
  const phases = phasesOf({
    lossMs: LOSS,
    answeredMs: LOSS + 88_000,
    decidedMs: null,
    promotedMs: null,
    redirectedMs: LOSS + 140_000,
    recoveredMs: null,
  });
  assert.deepEqual(phases, { detect: 88, decide: null, promote: null, redirect: 52, recover: null });
});

test('RPO is the age of the oldest acknowledged write that is gone; what was never acknowledged is not lost', () => {
  const orders = [order('a', -5, 'A'), order('b', -0.4, 'B'), order('c', -0.2, 'C'), order('d', null)];
  const { rpoSeconds, lost } = lossOf(orders, new Set(['A']), LOSS);
  assert.equal(rpoSeconds, 0.4);
  assert.deepEqual(
    lost.map((one) => one.orderId),
    ['B', 'C'],
  );
  assert.equal(lossOf(orders, new Set(['A', 'B', 'C']), LOSS).rpoSeconds, 0);
});

test('two orders for one key are a duplicate', () => {
  assert.deepEqual(duplicatesOf([order('a', 1, 'A'), order('b', 1, 'B', 'B2')]), ['b']);
});

test('the longest pause of writes is measured to both ends of the window', () => {
  const attempts = [write(1, 2, 'ok'), write(3, 4, 'failed'), write(11, 12, 'ok')];
  assert.equal(longestPauseSeconds(attempts, LOSS, LOSS + 15_000), 10);
  assert.equal(longestPauseSeconds([], LOSS, LOSS + 15_000), 15);
});

test('every second has a row, also one without traffic', () => {
  const rows = perSecond([write(-1, -0.5, 'ok'), write(1, 2.5, 'refused')], LOSS);
  assert.deepEqual(
    rows.map((row) => [row.atSeconds, row.writesOk, row.writesRefused]),
    [
      [-1, 1, 0],
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 1],
    ],
  );
});
