/** What a drill says on its way is what its verdict will rest on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attempt, createLedger } from './ledger.ts';
import { liveFigures } from './progress.ts';
import type { Watch } from './watch.ts';

const LOSS = 1_000_000;
const at = (seconds: number): number => LOSS + seconds * 1000;
const loss = { lossMs: LOSS, survivor: 'us-west-2' };

const write = (seconds: number, outcome: Attempt['outcome'], servedBy: string): Attempt => ({
  ...{ kind: 'write', startedMs: at(seconds - 0.1), endedMs: at(seconds), outcome, status: 0, servedBy },
});

const happened = (event: string, seconds: number): Watch['records'][number] => ({
  ...{ id: seconds, atMs: at(seconds), where: 'us-west-2', source: 'rds', event, subject: '', because: '' },
});

const NOTHING_SEEN = { seen: [], records: [] };

test('before the loss there are acknowledged orders and nothing else', () => {
  const ledger = createLedger();
  ledger.sent('a', at(-2));
  ledger.acknowledged('a', at(-1), 'id', 'us-east-1');
  const { acknowledged, lossMs, writesBackMs, phases } = liveFigures(ledger, NOTHING_SEEN, null);
  assert.deepEqual(
    { acknowledged, lossMs, writesBackMs },
    { acknowledged: 1, lossMs: null, writesBackMs: null },
  );
  assert.deepEqual(new Set(Object.values(phases)), new Set([null]));
});

test('a loss that nobody has felt yet has not ended either', () => {
  const ledger = createLedger();
  ledger.attempt(write(0.5, 'ok', 'us-east-1'));
  assert.equal(liveFigures(ledger, NOTHING_SEEN, loss).writesBackMs, null);
});

test('phases end one by one, and writes are back when nothing fails after them', () => {
  const ledger = createLedger();
  const seen = { dnsActive: 'us-west-2', writer: 'none', lagMs: null, tasks: {} };
  const watch = {
    seen: [{ ...seen, atMs: at(90) }],
    records: [happened('cluster.failover-began', 100), happened('cluster.promoted', 150)],
  };
  ledger.attempt(write(1, 'failed', 'us-east-1'));
  ledger.attempt(write(120, 'refused', 'us-west-2'));
  const during = liveFigures(ledger, watch, loss);
  assert.deepEqual(during.phases, {
    ...{ detect: at(90), decide: at(100), promote: at(150), redirect: at(120), recover: null },
  });
  ledger.attempt(write(155, 'ok', 'us-west-2'));
  const after = liveFigures(ledger, watch, loss);
  assert.equal(after.writesBackMs, at(155));
  assert.equal(after.phases.recover, at(155));
});
