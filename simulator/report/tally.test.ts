import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyRun, DEFAULT_SETTING, GOOD, NEVER, QUIET, someRuns, VIOLATED } from './fixture.ts';
import { binEdges, binOf, count, emptyHistogram, PERCENTILES, percentile, type Scale } from './histogram.ts';
import { summarize, summaryOf } from './summary.ts';
import { add, createTally, merge, type Tally } from './tally.ts';

const SETTING = DEFAULT_SETTING;
const sent = (tally: Tally): Tally => JSON.parse(JSON.stringify(tally)) as Tally;

test('tallies of parts, sent as JSON and joined in any order, are the tally of the whole to the last byte', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyRun, { maxLength: 40, selector: ({ seed }) => seed }),
      fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }),
      (runs, worker) => {
        const whole = createTally('all', SETTING);
        const parts = [0, 1, 2].map(() => createTally('all', SETTING));
        for (const [n, run] of runs.entries()) {
          add(whole, run);
          add(parts[worker[n]!]!, run);
        }
        const joined = createTally('all', SETTING);
        for (const part of parts.toReversed()) merge(joined, sent(part));
        assert.equal(JSON.stringify(summaryOf(joined)), JSON.stringify(summaryOf(whole)));
        const backwards = summarize('all', SETTING, runs.toReversed());
        assert.equal(JSON.stringify(backwards), JSON.stringify(summaryOf(whole)));
      },
    ),
    { numRuns: 40 },
  );
});

test('a percentile is no further from the exact one than its bin is wide', () => {
  const PER_MILLE = [500, 900, 950, 990, 999];
  const figures: Readonly<Record<Scale, fc.Arbitrary<number>>> = {
    seconds: fc.double({ min: 0, max: 6000, noNaN: true }),
    'log-seconds': fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3000, noNaN: true })),
    'log-count': fc.nat(200_000),
  };
  for (const scale of ['seconds', 'log-seconds', 'log-count'] as const)
    fc.assert(
      fc.property(
        fc.array(fc.option(figures[scale], { freq: 20 }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const histogram = emptyHistogram(scale);
          for (const value of values) count(histogram, value);
          const sorted = values
            .map((value) => value ?? Number.POSITIVE_INFINITY)
            .sort((one, other) => one - other);
          for (const [n, which] of PERCENTILES.entries()) {
            const exact = sorted[Math.ceil((sorted.length * PER_MILLE[n]!) / 1000) - 1]!;
            const found = percentile(histogram, which);
            if (exact === Number.POSITIVE_INFINITY) assert.equal(found, null);
            else {
              const [from, to] = binEdges(scale, binOf(scale, exact));
              const width = Math.min(to, histogram.most!) - from;
              assert.ok(Math.abs(found! - exact) <= width, `${which}: ${found} for ${exact}`);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
});

test('every figure lies in the bin it is counted in', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('seconds' as const, 'log-seconds' as const, 'log-count' as const),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.nat(300),
      (scale, value, bin) => {
        for (const one of [value, binEdges(scale, bin)[0]]) {
          const [from, to] = binEdges(scale, binOf(scale, one));
          assert.ok(from <= one && one < to, `${one} in [${from}, ${to})`);
        }
      },
    ),
  );
  assert.throws(() => count(emptyHistogram('seconds'), Number.NaN), /NaN/);
});

test('recovery is counted over losses alone, and what never came back is longer than anything', () => {
  const { figures, lossRuns } = summarize('x', SETTING, [GOOD, NEVER, QUIET]);
  assert.equal(lossRuns, 2);
  assert.equal(figures.rtoWrites.count, 1);
  assert.equal(figures.rtoWrites.never, 1);
  assert.equal(figures.rtoWrites.max, 152.5);
  assert.equal(figures.rtoWrites.percentiles.p50, 152.5);
  assert.equal(figures.rtoWrites.percentiles.p90, null);
  assert.equal(figures.rtoWrites.shareWithinBudget, 0.5);
  assert.equal(figures.told.never, 1);
  assert.ok(Math.abs(figures.told.mean! - 90.2) < 0.001, 'since the loss, not since the run began');
  assert.equal(figures.rpo.count, 2, 'the quiet run had no data at stake');
});

test('budgets hold to the limit and not beyond', () => {
  const at = (rtoWritesSeconds: number) =>
    summarize('x', SETTING, [{ ...GOOD, rtoWritesSeconds }]).figures.rtoWrites.shareWithinBudget;
  assert.equal(at(300), 1);
  assert.equal(at(300.001), 0);
  const strict = { rtoSeconds: 60, rpoSeconds: 0.1, phases: { ...GOOD.phases!, promote: 48 } };
  const summary = summarize('x', SETTING, [GOOD], 5, strict);
  assert.equal(summary.figures.rtoReads.shareWithinBudget, 0);
  assert.equal(summary.figures.rpo.shareWithinBudget, 0);
  assert.equal(summary.phases.promote.shareWithinBudget, 0);
  assert.equal(summary.phases.detect.shareWithinBudget, 1);
});

test('broken invariants and what is missing are named, with seeds', () => {
  const summary = summarize('x', SETTING, [VIOLATED, GOOD, { ...VIOLATED, seed: 9 }, QUIET]);
  assert.equal(summary.verdict, 'violated');
  assert.equal(summary.violatedRuns, 2);
  assert.deepEqual(summary.violations[0], {
    name: 'convergence',
    runs: 2,
    perThousand: 500,
    seeds: [9, 4711],
  });
  assert.deepEqual(
    summary.missing.map(({ name }) => name),
    ['replication from us-west-2 to us-east-1'],
  );
  assert.deepEqual(summary.judgements.wrong, { runs: 2, perThousand: 500 });
});

test('what is missing has one name, however much of it', () => {
  const lacking = (seed: number, tasks: number) => ({
    ...VIOLATED,
    seed,
    missing: [`us-west-2 has ${tasks} healthy tasks of 7`],
  });
  assert.deepEqual(
    summarize('x', SETTING, [lacking(1, 2), lacking(2, 0)]).missing.map(({ name, seeds }) => [name, seeds]),
    [['us-west-2 has … healthy tasks of …', [1, 2]]],
  );
});

test('an invariant broken twice in a run is one run', () => {
  const twice = { ...VIOLATED, violations: [VIOLATED.violations[0]!, VIOLATED.violations[0]!] };
  assert.deepEqual(
    summarize('x', SETTING, [twice]).violations.map(({ name, runs }) => [name, runs]),
    [['single-writer', 1]],
  );
});

test('the worst come first: broken, then never recovered, then slow', () => {
  const slow = { ...GOOD, seed: 77, rtoWritesSeconds: 290 };
  const summary = summarize('x', SETTING, [GOOD, slow, QUIET, NEVER, VIOLATED], 3);
  assert.deepEqual(
    summary.worst.map(({ seed }) => seed),
    [4711, 23, 77],
  );
  assert.match(
    summary.worst[0]!.headline,
    /^single-writer at 341\.2 s: us-east-1 kept order 88.* \(and 1 more\)$/,
  );
  assert.match(
    summary.worst[1]!.headline,
    /^did not move; writes never came back for good: region-loss of us-east-1/,
  );
  assert.match(
    summary.worst[2]!.headline,
    /^writes back after 290\.0 s; 3 writes lost, the oldest 0\.42 s old/,
  );
  assert.deepEqual(summarize('x', SETTING, [GOOD], 0).worst, []);
});

test('the room that a tally takes does not grow with the runs', () => {
  const tally = createTally('x', SETTING);
  const runs = someRuns(200);
  for (const run of runs) add(tally, run);
  const before = JSON.stringify(tally).length;
  for (let n = 0; n < 20; n++) for (const run of runs) add(tally, run);
  assert.ok(JSON.stringify(tally).length < before * 1.5);
});

test('no run at all makes a summary without holes', () => {
  const summary = summarize('nothing', SETTING, []);
  assert.equal(summary.runs, 0);
  assert.equal(summary.verdict, 'safe');
  assert.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
  assert.equal(summary.figures.rtoWrites.percentiles.p50, null);
});

test('tallies of different settings are not joined', () => {
  assert.throws(() => merge(createTally('a', SETTING), createTally('b', SETTING)), /“b”.*“a”/);
});
