import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTING, drawOptions, type RunOptions } from '../options.ts';
import { summarize } from '../report/summary.ts';
import type { RunResult } from '../result.ts';
import type { Failure } from './chunk.ts';
import { findingLines, findingOf, firstOfEach } from './findings.ts';
import { run as modelRun } from './model-run.ts';
import { recoveryOf } from './recovery.ts';

const failure = (part: string, seed: number, invariant: string): Failure => ({
  part,
  seed,
  violations: [{ invariant, atSeconds: 312, because: 'both regions wrote' }],
});

test('of each invariant in each part the first failure is looked at', () => {
  const all = [
    failure('storm', 3, 'single-writer'),
    failure('region-loss', 3, 'single-writer'),
    failure('storm', 5, 'single-writer'),
    failure('storm', 8, 'one-witness'),
  ];
  assert.deepEqual(firstOfEach(all, 9), [all[0], all[1], all[3]]);
  assert.deepEqual(firstOfEach(all, 1), [all[0]]);
});

/** A region that is lost and a link that is cut make two writers; any storm may also break something else. */
const run = (options: RunOptions): RunResult => {
  const kinds = options.faults.map(({ kind }) => kind);
  const broken = kinds.includes('region-isolation') && kinds.includes('link-cut');
  const both = { invariant: 'single-writer', atSeconds: 312, because: `${kinds.length} faults` };
  return {
    ...modelRun(options),
    violations: [...(broken ? [both] : []), ...failure('', 0, 'no-flapping').violations],
  };
};

test('a finding has the drawn schedule, the least one that breaks the same invariant, and a command for each', () => {
  let seed = 0;
  const drawn = (): RunOptions => drawOptions(seed, DEFAULT_SETTING);
  while (run(drawn()).violations.length < 2 || drawn().faults.length < 5) seed++;
  const finding = findingOf(
    failure('storm', seed, 'single-writer'),
    { label: 'storm', setting: DEFAULT_SETTING, policyFile: 'quick.json' },
    run,
  );
  assert.deepEqual(finding.shrunk.faults.map(({ kind }) => kind).toSorted(), [
    'link-cut',
    'region-isolation',
  ]);
  assert.equal(finding.shrunk.violation.because, '2 faults');
  assert.equal(finding.replay, `npx understudy simulate --replay ${seed} --policy quick.json`);
  assert.equal(finding.replayShrunk, `${finding.replay} --with '${JSON.stringify(finding.shrunk.faults)}'`);
  const lines = findingLines(finding);
  assert.equal(lines[0], `single-writer, seed ${seed} of storm: both regions wrote (at 312.0 s)`);
  assert.equal(lines.at(-1), `  replay it: ${finding.replayShrunk}`);
  assert.equal(lines.length, 6);
});

test('recovery times for the availability of years: each run once, to the second; what never recovered is a share', () => {
  const results = [100.2, 100.4, 161.7, null].map((rtoWritesSeconds, seed) => ({
    ...modelRun(drawOptions(seed + 1, DEFAULT_SETTING)),
    rtoWritesSeconds,
    rtoReadsSeconds: 90,
  }));
  const sample = recoveryOf(summarize('region-loss', DEFAULT_SETTING, results))!;
  assert.deepEqual(sample, {
    rtoWritesSeconds: [100.5, 100.5, 161.5],
    rtoReadsSeconds: [90, 90, 90, 90],
    missedShare: 0.25,
  });
  assert.equal(recoveryOf(summarize('region-loss', DEFAULT_SETTING, [])), null);
});
