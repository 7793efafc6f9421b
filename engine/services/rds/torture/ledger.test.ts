/** The judge finds what it is there to find: a torture run that could not fail would say nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Acknowledged, type Evidence, judge, type LedgerRow } from './ledger.ts';

const acknowledged = (...writes: readonly [id: number, epoch: number][]): ReadonlyMap<number, Acknowledged> =>
  new Map(writes.map(([id, epoch]) => [id, { id, atMs: 0, region: 'us-east-1', epoch }]));
const row = (id: number, counter: number | null = null, value: number | null = null): LedgerRow => ({
  id,
  counter,
  value,
});
const evidence = (some: Partial<Evidence>): Evidence => ({
  acknowledged: new Map(),
  staleReads: [],
  rows: [],
  counters: new Map(),
  rescues: [],
  promotions: [],
  ...some,
});
const setAside = (region: string, ...ids: readonly number[]) => [
  { file: 'rescue.json', region, epoch: 2, ids: new Set(ids) },
];
const unplanned = [{ epoch: 2, planned: false }];
const planned = [{ epoch: 2, planned: true }];

test('what is in the writer is kept, and what was never acknowledged may be there too', () => {
  const verdict = judge(evidence({ acknowledged: acknowledged([1, 1]), rows: [row(1), row(2)] }));
  assert.deepEqual([verdict.kept, verdict.violations], [1, []]);
});

test('an acknowledged write that is nowhere is a violation', () => {
  const verdict = judge(evidence({ acknowledged: acknowledged([1, 1]), promotions: unplanned }));
  assert.equal(verdict.unexplainedLosses, 1);
  assert.match(verdict.violations[0]!, /lost: 1, .* no rescue file of us-east-1/);
});

test('a loss is explained by the rescue file of the region that acknowledged it, and by nothing less', () => {
  const lost = { acknowledged: acknowledged([1, 1]) };
  const explained = judge(
    evidence({ ...lost, promotions: unplanned, rescues: setAside('us-east-1', 1), staleReads: [] }),
  );
  assert.deepEqual([explained.explainedLosses, explained.violations], [1, []]);
  const elsewhere = judge(evidence({ ...lost, promotions: unplanned, rescues: setAside('us-west-2', 1) }));
  assert.equal(elsewhere.unexplainedLosses, 1);
});

test('a planned move may set nothing aside, even if an unplanned one comes later', () => {
  const verdict = judge(
    evidence({
      acknowledged: acknowledged([1, 1]),
      rescues: setAside('us-east-1', 1),
      promotions: [...planned, { epoch: 3, planned: false }],
    }),
  );
  assert.match(verdict.violations[0]!, /no move was allowed to lose it/);
});

test('what was set aside and is there all the same is a violation', () => {
  const verdict = judge(evidence({ rows: [row(1)], rescues: setAside('us-east-1', 1) }));
  assert.match(verdict.violations[0]!, /set aside 1 writes that were kept/);
});

test('a row that is there twice is a violation', () => {
  assert.deepEqual(judge(evidence({ rows: [row(1), row(1)] })).violations, ['twice: 1']);
});

test('a counter that two clients moved to the same value has lost an update', () => {
  const rows = [row(1, 0, 1), row(2, 0, 2), row(3, 0, 2)];
  assert.match(
    judge(evidence({ rows, counters: new Map([[0, 2]]) })).violations[0]!,
    /lost update: counter 0/,
  );
  const ahead = judge(evidence({ rows: rows.slice(0, 2), counters: new Map([[0, 3]]) }));
  assert.deepEqual(ahead.violations, ['lost update: counter 0 says 3 after 2 moves']);
});

test('a writer that does not show an acknowledged write is stale, unless that write was set aside', () => {
  const staleReads = [{ id: 1, atMs: 0, region: 'us-east-1' }];
  const kept = judge(evidence({ acknowledged: acknowledged([1, 1]), rows: [row(1)], staleReads }));
  assert.match(kept.violations[0]!, /stale read: the writer in us-east-1 did not show 1/);
  const lost = { acknowledged: acknowledged([1, 1]), rescues: setAside('us-east-1', 1), staleReads };
  assert.deepEqual(judge(evidence({ ...lost, promotions: unplanned })).violations, []);
});
