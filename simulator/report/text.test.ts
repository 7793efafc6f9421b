import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { budgetBar } from './bar.ts';
import { countText, differenceText, percentText, secondsText } from './figures.ts';
import {
  anyRun,
  DEFAULT_SETTING,
  GOOD,
  HOSTILE,
  HOSTILE_TEXT,
  NEVER,
  QUIET,
  REGION_LOSS,
  someRuns,
  VIOLATED,
} from './fixture.ts';
import { cut, widthOf, wrapped } from './lines.ts';
import { summarize } from './summary.ts';
import { simulationText } from './text.ts';
import { traceText } from './trace-text.ts';

const bare = { color: false, columns: 100 };
const replay = (seed: number): string => `npx understudy simulate --replay ${seed}`;
const lineWith = (text: string, part: string): string => {
  const found = text.split('\n').find((line) => line.includes(part));
  assert.ok(found !== undefined, `no line with "${part}" in\n${text}`);
  return found;
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal takes as colour
const stripped = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, '');
const fits = (text: string, columns: number): void => {
  for (const line of stripped(text).split('\n'))
    assert.ok(widthOf(line) <= columns, `${widthOf(line)} of ${columns}: ${line}`);
};

const MANY = summarize('automatic', DEFAULT_SETTING, [GOOD, NEVER, QUIET, VIOLATED, ...someRuns(60)]);
const OTHER = summarize('approve', { ...REGION_LOSS, standbyCapacity: 'held' }, someRuns(60, 2));

test('one summary says the verdict first, then each figure beside what is allowed', () => {
  const text = simulationText([summarize('automatic', DEFAULT_SETTING, [GOOD, QUIET])], bare, replay);
  assert.match(text, /^✓ SAFE {2}automatic: 2 runs, no invariant broken/);
  assert.match(lineWith(text, 'RTO writes'), /<300s +152\.5 s .* 100 % ✓ █+░+│/);
  assert.match(lineWith(text, 'RTO reads'), /118\.0 s .* 100 % ✓/);
  assert.match(lineWith(text, 'RPO'), /<1s +0\.42 s .* 100 % ✓/);
  for (const [phase, took] of [
    ['detect     <90s', '78.0 s'],
    ['decide     <30s', '12.1 s'],
    ['promote    <60s', '48.1 s'],
    ['redirect   <60s', '0 s'],
    ['recover    <30s', '14.3 s'],
  ] as const)
    assert.ok(lineWith(text, phase).includes(took), phase);
  assert.match(lineWith(text, 'moved, rightly'), / 500\.0 +1 /);
  assert.match(lineWith(text, 'Requests'), /97\.\d % succeeded: writes/);
  assert.doesNotMatch(text, /Broken invariants|never came back for good/);
});

test('no broken invariant in few runs is said to mean little', () => {
  const said = (runs: number) =>
    simulationText(
      [
        summarize(
          'x',
          DEFAULT_SETTING,
          someRuns(runs).map(() => GOOD),
        ),
      ],
      bare,
      replay,
    );
  assert.match(said(2), /too few to say more/);
  assert.match(said(30), /fewer than 100\.0 in a thousand/);
  assert.match(said(0), /no run was made/);
});

test('a broken invariant comes with the command that shows it', () => {
  const text = simulationText([summarize('automatic', DEFAULT_SETTING, [VIOLATED, GOOD])], bare, replay);
  assert.match(text, /^✗ VIOLATED {2}automatic: 1 of 2 runs broke 2 invariants/);
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.includes('✗ single-writer'));
  assert.match(lines[at + 1]!, /1 run, 500\.0 ‰; seeds 4711/);
  assert.match(lines[at + 2]!, /npx understudy simulate --replay 4711$/);
  assert.match(lineWith(text, '4711  single-writer at 341.2 s'), /kept order 88/);
  assert.match(text, /✗ replication from us-west-2 to us-east-1/);
});

test('a run that never recovered is counted, not left out', () => {
  const text = simulationText([summarize('x', DEFAULT_SETTING, [GOOD, NEVER])], bare, replay);
  assert.match(text, /writes never came back for good within the run in 1 of 2/);
  assert.match(text.replaceAll('\n  ', ' '), /nobody was told in 1 of 2/);
  assert.match(lineWith(text, 'RTO writes'), /152\.5 s +never .* 50\.0 % ✗ .*▶/);
});

test('two summaries stand side by side, with what was chosen and what came of it', () => {
  const slow = summarize('slow', { ...REGION_LOSS, standbyCapacity: 'held' }, [
    { ...GOOD, rtoWritesSeconds: 250 },
  ]);
  const never = summarize('never', REGION_LOSS, [NEVER]);
  const quick = summarize('quick', REGION_LOSS, [GOOD]);
  const text = simulationText([slow, quick], bare, replay);
  assert.match(lineWith(text, 'standbyCapacity'), /held {2}→ {2}scaled/);
  assert.match(text, /slow +quick +difference/);
  assert.match(text, /RTO writes\n +p50 +250\.0 s +152\.5 s +-97\.5 s better/);
  assert.match(lineWith(text, 'right'), /1000\.0 ‰ +1000\.0 ‰ +same/);
  const storm = summarize('storm', DEFAULT_SETTING, [GOOD]);
  assert.doesNotMatch(simulationText([storm, quick], bare, replay), /difference|better|worse/);
  const worse = simulationText([quick, never], bare, replay);
  assert.match(worse, /RTO writes\n +p50 +152\.5 s +never +– worse/);
  assert.match(worse, /within budget +100 % +0 % +-100\.00 points worse/);
  assert.match(simulationText([slow, slow], bare, replay), /The settings are the same/);
  assert.equal(simulationText([], bare, replay), 'no summary');
});

test('what bins cannot tell apart is called the same', () => {
  const at = (rtoWritesSeconds: number) => summarize('x', DEFAULT_SETTING, [{ ...GOOD, rtoWritesSeconds }]);
  assert.match(simulationText([at(100.1), at(100.8)], bare, replay), /RTO writes\n.*same/);
  assert.match(simulationText([at(100.1), at(101.8)], bare, replay), /RTO writes\n.*\+1\.70 s worse/);
});

test('no line is wider than the terminal, and colour adds nothing but colour', () => {
  for (const columns of [20, 40, 60, 80, 100, 160, 240])
    for (const print of [
      (color: boolean) => simulationText([MANY], { color, columns }, replay),
      (color: boolean) => simulationText([MANY, OTHER], { color, columns }, replay),
      (color: boolean) => simulationText([MANY, OTHER, MANY], { color, columns }, replay),
      (color: boolean) => traceText(VIOLATED, { color, columns }),
      (color: boolean) => traceText(HOSTILE, { color, columns }),
    ]) {
      const text = print(false);
      fits(text, columns);
      const trimmed = (lines: string): string => lines.replace(/ +$/gm, '');
      assert.equal(trimmed(stripped(print(true))), trimmed(text));
    }
});

test('a run prints everything it depended on, what happened, and what came of it', () => {
  const text = traceText(VIOLATED, bare);
  assert.match(text, /^Run of seed 4711\n/);
  assert.match(lineWith(text, 'ticksToAct'), /mode automatic/);
  assert.match(text, /globalFailover 60\.0 s \(sigma 0\.85\)/);
  assert.match(lineWith(text, 'checkers-cut'), /of us-west-2 at 230\.5 s for 61\.0 s \(checkers \[0,3,9\]\)/);
  assert.match(
    lineWith(text, 'cluster.promoted'),
    /^ +338\.25 {2}us-west-2 +cluster\.promoted +understudy-us-west-2: epoch 2$/,
  );
  assert.match(lineWith(text, 'recovery'), /lost at 200\.0 s; writes back after 371\.5 s/);
  assert.match(lineWith(text, '341.2 s single-writer'), /✗/);
  assert.match(text, /✗ VIOLATED {2}seed 4711$/);
  assert.match(
    traceText(NEVER, bare),
    /writes never came back for good[\s\S]*nobody[\s\S]*✓ SAFE {2}seed 23$/,
  );
  assert.match(traceText(NEVER, bare), /no trace was kept/);
});

test('the same run prints the same bytes', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const again = JSON.parse(JSON.stringify(run)) as typeof run;
      assert.equal(traceText(again, bare), traceText(run, bare));
      assert.doesNotMatch(traceText(run, bare), /NaN|undefined|Infinity|\[object/);
    }),
    { numRuns: 30 },
  );
});

test('no name or reason can steer a terminal', () => {
  const summary = summarize(HOSTILE_TEXT, DEFAULT_SETTING, [HOSTILE]);
  for (const text of [
    traceText(HOSTILE, bare),
    simulationText([summary], bare, () => HOSTILE_TEXT),
    simulationText([summary, summary], bare, () => HOSTILE_TEXT),
  ])
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}|\u202e/u);
});

test('every summary has a text without holes', () => {
  for (const runs of [[], [QUIET], [NEVER], [HOSTILE], someRuns(20)])
    for (const summaries of [1, 2].map((many) => Array(many).fill(summarize('x', DEFAULT_SETTING, runs))))
      assert.doesNotMatch(simulationText(summaries, bare, replay), /NaN|undefined|null|Infinity|\[object/);
});

test('lines break at spaces, and words only where they must', () => {
  assert.deepEqual(wrapped('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrapped('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
  assert.deepEqual(wrapped('took 12.5 s, then', 8), ['took', '12.5 s,', 'then']);
  assert.equal(wrapped('漢字 漢字', 4).join('|'), '漢字|漢字');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.integer({ min: 2, max: 30 }),
      (text, columns) => {
        for (const line of wrapped(text, columns)) assert.ok(widthOf(line) <= columns);
        assert.ok(widthOf(cut(text, columns)) <= columns);
      },
    ),
  );
});

test('a bar is filled to the figure and has a line where the budget ends', () => {
  assert.equal(budgetBar(5, 10, 10, 10), '█████░░░░│');
  assert.equal(budgetBar(20, 10, 20, 10), '████┃█████');
  assert.equal(budgetBar(null, 5, 10, 10), '████┃████▶');
  assert.equal(budgetBar(0.01, null, 10, 10), '█         ', 'a little is not nothing');
});

test('figures have the decimals that mean something', () => {
  assert.deepEqual(
    [0, 1e-9, 0.00042, 0.42, 9.5, 86.34, 12_000, null].map((seconds) => secondsText(seconds)),
    ['0 s', '< 0.1 ms', '0.42 ms', '0.42 s', '9.50 s', '86.3 s', '12000 s', 'never'],
  );
  assert.deepEqual(
    [0, 0.5, 0.99996, 0.999999999, 1e-9, 1, null].map((share) => percentText(share)),
    ['0 %', '50.0 %', '99.996 %', '> 99.9999 %', '< 0.0001 %', '100 %', '–'],
  );
  assert.equal(countText(1_234_567), '1,234,567');
  assert.equal(differenceText(3, 3.004, secondsText, 0.01), 'same');
  assert.equal(differenceText(3, 1, secondsText), '-2.00 s');
  assert.equal(differenceText(null, 1, secondsText), '–');
});
