import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fault, FaultKind } from './faults.ts';
import { DEFAULT_SETTING, drawOptions, type RunOptions } from './options.ts';
import { minimalSubset, shrink } from './shrink.ts';
import { simplerFaults } from './simpler.ts';

const has = (options: RunOptions, kind: FaultKind, also: (fault: Fault) => boolean = () => true): boolean =>
  options.faults.some((fault) => fault.kind === kind && also(fault));

const stormOf = (faults: readonly Fault[]): RunOptions => ({ ...drawOptions(1, DEFAULT_SETTING), faults });

const many: readonly Fault[] = [
  { kind: 'region-loss', atMs: 301_277, forMs: null, region: 0 },
  { kind: 'lag-spike', atMs: 290_012, forMs: 433_217, lagMs: 7_310 },
  { kind: 'task-loss', atMs: 320_500, region: 1, share: 0.8132 },
  { kind: 'controller-crash', atMs: 333_333, region: 1, afterSteps: 7 },
  { kind: 'checkers-cut', atMs: 299_999, forMs: 61_500, region: 1, checkers: [0, 3, 5, 8, 11, 15] },
  { kind: 'clock-skew', atMs: 181_001, forMs: null, region: 0, skewMs: -3_141 },
];

test('what does not matter to the failure is left out, what matters stays, plainer than it was', () => {
  const { options, tried } = shrink(
    stormOf(many),
    (one) =>
      has(one, 'region-loss') &&
      has(
        one,
        'lag-spike',
        (fault) => fault.kind === 'lag-spike' && fault.lagMs > 4_000 && fault.forMs! > 20_000,
      ),
  );
  assert.deepEqual(options.faults, [
    { kind: 'region-loss', atMs: 300_000, forMs: 1_000, region: 0 },
    { kind: 'lag-spike', atMs: 300_000, forMs: 30_000, lagMs: 5_000 },
  ]);
  assert.ok(tried < 60, `${tried} tries`);
});

test('a moment that matters keeps as many digits as it needs, and no more', () => {
  const { options } = shrink(stormOf(many), (one) =>
    has(one, 'region-loss', ({ atMs }) => atMs >= 300_500 && atMs < 302_000),
  );
  assert.deepEqual(options.faults, [{ kind: 'region-loss', atMs: 301_000, forMs: 1_000, region: 0 }]);
});

test('lists shrink to the members that matter, signs stay', () => {
  const { options } = shrink(
    stormOf(many),
    (one) =>
      has(
        one,
        'checkers-cut',
        (f) => f.kind === 'checkers-cut' && f.checkers.includes(3) && f.checkers.includes(11),
      ) && has(one, 'clock-skew', (f) => f.kind === 'clock-skew' && f.skewMs <= -900 && f.forMs === null),
  );
  assert.deepEqual(options.faults, [
    { kind: 'checkers-cut', atMs: 300_000, forMs: 1_000, region: 1, checkers: [3, 11] },
    { kind: 'clock-skew', atMs: 180_000, forMs: null, region: 0, skewMs: -1_000 },
  ]);
});

test('a failure that needs no fault shrinks to none, in one try', () => {
  assert.deepEqual(
    shrink(stormOf(many), () => true),
    { options: stormOf([]), tried: 1 },
  );
});

test('tries are bounded, and what comes back still fails', () => {
  const fails = (one: RunOptions): boolean => has(one, 'region-loss') && has(one, 'task-loss');
  const { options, tried } = shrink(stormOf(many), fails, () => {}, 5);
  assert.equal(tried, 5);
  assert.ok(fails(options));
});

test('any drawn storm shrinks to exactly the kinds that its failure needs, the same each time', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 }), fc.infiniteStream(fc.boolean()), (seed, chosen) => {
      const options = drawOptions(seed, DEFAULT_SETTING);
      const needed = new Set(options.faults.filter(() => chosen.next().value).map(({ kind }) => kind));
      const fails = (one: RunOptions): boolean => [...needed].every((kind) => has(one, kind));
      const shrunk = shrink(options, fails);
      assert.deepEqual(shrunk.options.faults.map(({ kind }) => kind).toSorted(), [...needed].toSorted());
      assert.deepEqual(shrink(options, fails), shrunk);
      assert.deepEqual({ ...shrunk.options, faults: [] }, { ...options, faults: [] });
    }),
  );
});

test('ddmin finds the members of any set that only fail together', () => {
  const sets = fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(sets, fc.infiniteStream(fc.boolean()), (all, chosen) => {
      const needed = all.filter(() => chosen.next().value);
      const kept = minimalSubset(all, (some) => needed.every((one) => some.includes(one)));
      assert.deepEqual([...kept], needed);
    }),
  );
});

test('simplifying ends: taking any simplification of any fault again and again comes to a fault with none', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 }), fc.infiniteStream(fc.nat()), (seed, choice) => {
      for (const drawn of drawOptions(seed, DEFAULT_SETTING).faults) {
        let fault = drawn;
        for (let n = 0; ; n++) {
          const simpler = simplerFaults(fault);
          if (simpler.length === 0) break;
          assert.ok(n < 200, `${JSON.stringify(drawn)} goes on to ${JSON.stringify(fault)}`);
          fault = simpler[choice.next().value! % simpler.length]!;
          assert.equal(fault.kind, drawn.kind);
        }
      }
    }),
  );
});
