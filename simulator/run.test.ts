/** One run: it is its seed, its invariants hold, and its figures are those of what happened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPolicy } from '@understudy/controller/policy';
import type { Fault } from './faults.ts';
import { FAULT_KINDS } from './faults.ts';
import { realLaws } from './laws.ts';
import { DEFAULT_SETTING, drawOptions, REGION_LOSS, type RunOptions } from './options.ts';
import { traceText } from './report/trace-text.ts';
import type { RunResult } from './result.ts';
import { run } from './run.ts';

const events = (result: RunResult, event: string): readonly number[] =>
  result.trace.filter((entry) => entry.event === event).map(({ atMs }) => atMs / 1000);

const withFaults = (faults: readonly Fault[], also: Partial<RunOptions> = {}): RunOptions => ({
  ...drawOptions(7, REGION_LOSS),
  faults,
  ...also,
});

test('a run is its seed: the same options give the same trace to the last byte, with or without a trace the same result', () => {
  for (const seed of [1, 34, 2513, 5610]) {
    const options = drawOptions(seed, DEFAULT_SETTING);
    const look = { color: false, columns: 160 };
    const first = run(options, { trace: true });
    assert.equal(traceText(run(options, { trace: true }), look), traceText(first, look));
    assert.deepEqual({ ...run(options), trace: first.trace }, first);
    assert.deepEqual(run(JSON.parse(JSON.stringify(options)) as RunOptions).writes, first.writes);
  }
});

test('storms keep every invariant, and the system serves again afterwards', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const result = run(drawOptions(seed, DEFAULT_SETTING));
    assert.deepEqual(result.violations, [], `seed ${seed}`);
    assert.deepEqual(result.missing, [], `seed ${seed}`);
  }
});

test('every kind of fault is drawn', () => {
  const drawn = new Set<string>();
  for (let seed = 1; seed <= 400; seed++)
    for (const { kind } of drawOptions(seed, DEFAULT_SETTING).faults) drawn.add(kind);
  assert.deepEqual([...drawn].sort(), [...FAULT_KINDS].sort());
});

test('a region is lost: detected within 90 s, one move, writes are back, nearly nothing is lost, people are told', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const result = run(drawOptions(seed, REGION_LOSS));
    assert.equal(result.judgement, 'right');
    assert.equal(result.moves.length, 1);
    assert.ok(result.phases && result.phases.detect <= 90 && result.phases.decide <= 30);
    assert.ok(result.rtoWritesSeconds !== null && result.rtoWritesSeconds > 60);
    assert.ok(result.rtoReadsSeconds !== null && result.rtoReadsSeconds <= result.rtoWritesSeconds + 60);
    assert.ok(result.rpoSeconds < 1);
    assert.ok(result.toldSeconds !== null && result.toldSeconds > result.lossSeconds!);
  }
});

test('what was asked is what succeeded, was refused or failed', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { writes, reads, assets, options, endedSeconds } = run(drawOptions(seed, REGION_LOSS));
    for (const { asked, succeeded, refused, failed } of [writes, reads, assets])
      assert.ok(Math.abs(asked - succeeded - refused - failed) < 1e-6 * asked);
    const { writesPerSecond } = options.traffic;
    assert.ok(Math.abs(writes.asked - writesPerSecond * endedSeconds) < 1e-6 * writes.asked);
  }
});

test('nothing happens: nobody moves, everything succeeds', () => {
  const result = run(withFaults([]));
  assert.equal(result.judgement, 'none-needed');
  assert.deepEqual(result.moves, []);
  assert.equal(result.writes.failed + result.writes.refused, 0);
});

test('an isolated primary goes on; what it took is set aside when it returns, and counted', () => {
  const faults: readonly Fault[] = [{ kind: 'region-isolation', region: 0, atMs: 300_000, forMs: 900_000 }];
  const result = run(withFaults(faults), { trace: true });
  assert.equal(result.verdict, 'safe');
  assert.ok(result.lostWrites > 100);
  assert.equal(result.rescuedWrites, result.lostWrites);
  assert.equal(events(result, 'rescue.exported').length, 1);
});

test('the world cannot reach a region that its peer can: the writer moves without loss, and a command brings it back', () => {
  const faults: readonly Fault[] = [
    { kind: 'world-cut', region: 0, atMs: 300_000, forMs: 400_000 },
    { kind: 'operator', region: 1, atMs: 1_200_000, command: 'failback' },
  ];
  const result = run(withFaults(faults), { trace: true });
  assert.deepEqual(
    result.moves.map(({ kind, to, lostWrites }) => [kind, to, lostWrites]),
    [
      ['switch-over', 'us-west-2', 0],
      ['switch-over', 'us-east-1', 0],
    ],
  );
  assert.equal(result.lostWrites, 0);
});

test('approve: nothing moves before a person has said so', () => {
  const faults: readonly Fault[] = [{ kind: 'region-loss', region: 0, atMs: 300_000, forMs: null }];
  const result = run(withFaults(faults, { policy: { ...defaultPolicy, mode: 'approve' } }), { trace: true });
  const [approved] = events(result, 'operator.command');
  const [began] = events(result, 'cluster.failover-began');
  assert.ok(approved !== undefined && began !== undefined && began > approved);
});

test('a broken decision is seen: promoting on DNS alone breaks the invariant of two witnesses', () => {
  const decide: typeof realLaws.decide = (policy, memory, seen, now) =>
    realLaws.decide(
      policy,
      memory,
      {
        ...seen,
        peerProbe: { known: true, value: { ok: false, role: null, lagMs: null, because: 'not asked' } },
      },
      now,
    );
  const faults: readonly Fault[] = [{ kind: 'world-cut', region: 0, atMs: 300_000, forMs: null }];
  const result = run(withFaults(faults), { laws: { ...realLaws, decide } });
  assert.ok(result.violations.some(({ invariant }) => invariant === 'two-witnesses'));
});

test('a move is judged by the decision that made it, not by one that was abandoned before', () => {
  const minute = 60_000;
  const everyChecker = Array.from({ length: 16 }, (_, n) => n);
  const { moves, judgement, phases } = run({
    ...drawOptions(3, REGION_LOSS),
    safetyMs: 40 * minute,
    faults: [
      { kind: 'promotion-fails', atMs: 190_000, forMs: 310_000 },
      { kind: 'link-cut', atMs: 200_000, forMs: 150_000, from: 0, both: true },
      { kind: 'checkers-cut', atMs: 200_000, forMs: 150_000, region: 0, checkers: everyChecker },
      { kind: 'region-loss', atMs: 20 * minute, forMs: null, region: 0 },
    ],
  });
  assert.deepEqual(
    moves.map(({ kind, fromWell }) => [kind, fromWell]),
    [['fail-over', false]],
  );
  assert.ok(moves[0]!.decidedSeconds! > 20 * 60);
  assert.ok(phases!.decide > 0 && phases!.decide < 30);
  assert.equal(judgement, 'right');
});

test('two settings on one seed differ by the setting: a promotion lasts as long under both', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const [scaled, held] = (['scaled', 'held'] as const).map(
      (standbyCapacity) => run(drawOptions(seed, { ...REGION_LOSS, standbyCapacity })).moves[0]!,
    );
    assert.equal(scaled!.decidedSeconds, held!.decidedSeconds, `seed ${seed}`);
    assert.equal(scaled!.promotedSeconds, held!.promotedSeconds, `seed ${seed}`);
  }
});
