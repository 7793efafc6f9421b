import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NumberedRecord } from '@understudy/engine/client';
import { type Findings, judge } from './judge.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { SEED_BUDGET } from './result.ts';
import type { Seen } from './watch.ts';

const LOSS = 1_000_000;
const at = (seconds: number): number => LOSS + seconds * 1000;

/** A night as clients tell it: who acknowledged which order when, and what failed. */
function night(): Ledger & {
  order(key: string, seconds: number, servedBy: string): void;
  refused(seconds: number): void;
} {
  const ledger = createLedger();
  return {
    ...ledger,
    order: (key, seconds, servedBy) => {
      ledger.sent(key, at(seconds - 0.1));
      ledger.attempt({
        kind: 'write',
        startedMs: at(seconds - 0.1),
        endedMs: at(seconds),
        outcome: 'ok',
        status: 201,
        servedBy,
        key,
      });
      ledger.acknowledged(key, at(seconds), `id-${key}`, servedBy);
    },
    refused: (seconds) =>
      ledger.attempt({
        kind: 'write',
        startedMs: at(seconds - 0.1),
        endedMs: at(seconds),
        outcome: 'refused',
        status: 503,
        servedBy: 'us-west-2',
      }),
  };
}

const promoted = (where: string, seconds: number): NumberedRecord => ({
  id: seconds,
  atMs: at(seconds),
  where,
  source: 'rds',
  event: 'cluster.promoted',
  subject: where,
  because: 'test',
});

const seen = (seconds: number, dnsActive: string): Seen => ({
  atMs: at(seconds),
  dnsActive,
  writer: dnsActive,
  lagMs: 5,
  tasks: {},
});

const findings = (present: readonly string[], change: Partial<Findings> = {}): Findings => ({
  startedAt: '2026-01-01T00:00:00Z',
  lossMs: LOSS,
  restoredMs: at(200),
  present: new Set(present.map((key) => `id-${key}`)),
  wayBack: { done: true, because: 'back', startedMs: at(300), endedMs: at(400), writesPausedSeconds: 40 },
  lost: 'us-east-1',
  survivor: 'us-west-2',
  speed: 1,
  options: { ordersPerSecond: 20, readsPerSecond: 50, domain: 'x.example', fault: 'lose', failback: true },
  budget: SEED_BUDGET,
  ...change,
});

const watch = {
  seen: [seen(-1, 'us-east-1'), seen(80, 'us-east-1'), seen(90, 'us-west-2'), seen(150, 'us-west-2')],
  records: [promoted('us-west-2', 160), promoted('us-east-1', 320)],
};
const failed = (result: ReturnType<typeof judge>): string[] =>
  result.checks.filter(({ ok }) => !ok).map(({ name }) => name);

test('a night as it should be passes, and its parts add up', () => {
  const ledger = night();
  ledger.order('early', -10, 'us-east-1');
  ledger.order('last', -0.4, 'us-east-1');
  ledger.refused(140);
  ledger.order('after', 165, 'us-west-2');
  const result = judge(ledger, watch, findings(['early', 'after']));
  assert.equal(result.verdict, 'passed', failed(result).join());
  assert.equal(result.rto.writesSeconds, 165);
  assert.deepEqual([result.rpo.seconds, result.rpo.lostWrites], [0.4, 1]);
  assert.equal(result.rpo.lost[0]?.orderId, 'id-last');
  const phases = Object.values(result.rto.phases);
  assert.equal(
    phases.reduce((sum: number, part) => sum + (part ?? 0), 0),
    165,
  );
});

test('an order that the survivor acknowledged may never be gone', () => {
  const ledger = night();
  ledger.order('after', 165, 'us-west-2');
  const result = judge(ledger, watch, findings([]));
  assert.deepEqual(failed(result), ['nothing that the survivor acknowledged is lost']);
  assert.equal(result.rpo.lostWrites, 0);
});

test('a loss older than the RPO fails', () => {
  const ledger = night();
  ledger.order('old', -1.5, 'us-east-1');
  assert.deepEqual(failed(judge(ledger, watch, findings([]))), ['lost writes are younger than the RPO']);
});

test('what the old writer took after the promotion may be set aside, not kept', () => {
  const ledger = night();
  ledger.order('fork', 200, 'us-east-1');
  assert.deepEqual(failed(judge(ledger, watch, findings([]))), []);
  assert.deepEqual(failed(judge(ledger, watch, findings(['fork']))), [
    'one writer: nothing is kept that the old one took after the promotion',
  ]);
});

test('two orders for one key, a second move of DNS, no way back: each breaks its own check', () => {
  const ledger = night();
  ledger.order('a', 165, 'us-west-2');
  ledger.acknowledged('a', at(170), 'id-a2', 'us-west-2');
  assert.deepEqual(failed(judge(ledger, watch, findings(['a']))), ['no order exists twice']);
  const flapping = { ...watch, seen: [...watch.seen, seen(160, 'us-east-1'), seen(170, 'us-west-2')] };
  assert.deepEqual(failed(judge(night(), flapping, findings([]))), [
    'no flapping: DNS moved once for the loss',
  ]);
  const stuck = findings([], { wayBack: { ...findings([]).wayBack, done: false, because: 'stuck' } });
  assert.deepEqual(failed(judge(night(), watch, stuck)), ['the lost region rejoins and leads again']);
});

test('writes that never recover fail the RTO', () => {
  const ledger = night();
  ledger.refused(140);
  const result = judge(ledger, watch, findings([]));
  assert.equal(result.rto.writesSeconds, null);
  assert.ok(failed(result).includes('writes recover within the RTO'));
});
