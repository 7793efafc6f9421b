/** Figures, phases and questions: what the page says, word by word. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillProgress, ReportEntry } from '@understudy/engine/console';
import { pictureAt, sampleAt } from '../fixture/picture.ts';
import { drillOf, FIRST_SCENE, PHASE_ENDS } from '../fixture/scene.ts';
import { faultQuestion, regionSays } from '../src/actions/questions.ts';
import { chartSpecs, lastOf, latestText } from '../src/charts/series.ts';
import { phaseBars, rtoMs, scaleSeconds } from '../src/drill/phases.ts';
import { aboutBox } from '../src/panel/about.ts';
import { spansOf } from '../src/panel/dns-spans.ts';
import { sparkPath, valueText } from '../src/panel/spark.ts';
import { compared, differenceText } from '../src/reports/compare.ts';
import { counterText, lagText, rateText, secondsText, shortId } from '../src/words/format.ts';

const START = Date.UTC(2026, 0, 5, 14);

test('figures are worded so that they can be compared at a glance', () => {
  assert.deepEqual([0.01, 3.21, 139.6].map(rateText), ['0/s', '3.2/s', '140/s']);
  assert.deepEqual([null, 87.4, 1530, 125_000].map(lagText), ['unknown', '87 ms', '1.5 s', '2 min 5 s']);
  assert.deepEqual([null, 9.04, 86, 300].map(secondsText), ['not yet', '9.0 s', '86 s', '5 min 0 s']);
  assert.deepEqual([0, 39_140, 112_000].map(counterText), ['0:00.0', '0:39.1', '1:52.0']);
  assert.equal(shortId('task/4f8a91c07d3e'), '4f8a91');
});

test('a drill’s phases follow one another and are held against the budget', () => {
  const scene = {
    ...FIRST_SCENE,
    loss: { region: 'us-east-1' as const, atMs: START },
    drill: { id: 'one', startedMs: START - 9000 },
  };
  const nowMs = START + 60_000;
  const drill = drillOf(scene, nowMs)!;
  const bars = phaseBars(drill, nowMs);
  assert.deepEqual(
    bars.map(({ state }) => state),
    ['done', 'done', 'runs', 'waits', 'waits'],
  );
  assert.deepEqual([bars[2]!.fromSeconds, bars[2]!.seconds], [PHASE_ENDS.decide, 60 - PHASE_ENDS.decide]);
  assert.equal(bars[2]!.budgetFromSeconds, 120);
  assert.equal(rtoMs(drill, nowMs), 60_000);
  assert.equal(scaleSeconds(drill, bars), 300);
});

test('before anything is lost no clock runs; a drill that ended without writes never recovered', () => {
  const before = drillOf({ ...FIRST_SCENE, drill: { id: 'one', startedMs: START } }, START + 5000)!;
  assert.equal(rtoMs(before, START + 5000), null);
  assert.ok(phaseBars(before, START + 5000).every(({ state }) => state === 'waits'));
  const broken: DrillProgress = { ...before, state: 'broken', lossMs: START };
  assert.equal(rtoMs(broken, START + 90_000), null);
});

test('every box of the picture can be looked at', () => {
  const picture = pictureAt(FIRST_SCENE, START, 1);
  const [east] = picture.regions;
  const ids = ['dns', 'link/us-east-1..us-west-2', 'us-east-1', 'zone/us-east-1b', 'edge/IAD89']
    .concat(
      ['load-balancer', 'database', 'bucket', 'alarms', 'notifications', 'controller'].map(
        (kind) => `us-east-1/${kind}`,
      ),
    )
    .concat([east!.tasks[0]!.id, east!.database.instances[0]!.id]);
  for (const id of ids) assert.ok(aboutBox(picture, id)?.title, id);
  assert.equal(aboutBox(picture, 'task/gone'), null);
});

test('a zone is lost by its name, and the question names everything in it', () => {
  const picture = pictureAt(FIRST_SCENE, START, 1);
  const lose = aboutBox(picture, 'zone/us-east-1a')!.questions[0]!.question;
  assert.ok(lose.kind === 'confirm');
  assert.deepEqual(
    lose.calls.map(({ call }) => 'target' in call.body && call.body.target),
    ['zone/us-east-1a'],
  );
  assert.match(lose.says.join(' '), /4f8a91.*understudy-us-east-1-1/);
});

test('a question says what will happen to the region that serves', () => {
  const question = faultQuestion('lose', 'us-east-1', ['us-east-1'], regionSays('lose', 'us-east-1', true));
  assert.ok(question.kind === 'confirm' && question.isGrave);
  assert.match(question.says.join(' '), /It serves now/);
});

test('DNS answers are told as stretches of time', () => {
  const samples = ['us-east-1', 'us-east-1', null, 'us-west-2'].map((active, n) => ({
    ...sampleAt(FIRST_SCENE, START + n * 1000),
    active,
  }));
  assert.deepEqual(
    spansOf(samples).map(({ region, fromMs, toMs }) => [region, fromMs - START, toMs - START]),
    [
      ['us-east-1', 0, 1000],
      [null, 2000, 2000],
      ['us-west-2', 3000, 3000],
    ],
  );
});

test('charts take the last stretch and say their newest values', () => {
  const samples = Array.from({ length: 20 }, (_, n) => sampleAt(FIRST_SCENE, START + n * 60_000));
  assert.equal(lastOf(samples, 300).length, 6);
  const [requests] = chartSpecs(['us-east-1']);
  assert.match(latestText(requests!, samples), /^answered [\d.]+\/s, refused 0\/s, failed 0\/s$/);
  assert.equal(latestText(requests!, []), 'answered unknown, refused unknown, failed unknown');
});

test('two reports are set side by side, also where only one has a figure', () => {
  const report = (figures: ReportEntry['figures']): ReportEntry => ({
    id: '1',
    kind: 'drill',
    title: 'region-loss',
    verdict: 'passed',
    atMs: START,
    headline: '',
    figures,
  });
  const figures = compared(report({ rto: 112, lost: 0 }), report({ rto: 98, runs: 3 }));
  assert.deepEqual(
    figures.map(({ name, difference }) => [name, differenceText(difference)]),
    [
      ['rto', '−14'],
      ['lost', '–'],
      ['runs', '–'],
    ],
  );
});

test('a metric’s line goes from its first point to its last', () => {
  assert.equal(
    sparkPath(
      [
        [0, 0],
        [10, 5],
      ],
      104,
      34,
    ),
    'M2.0 32.0L102.0 2.0',
  );
  assert.equal(sparkPath([], 100, 30), '');
  assert.equal(valueText(1234.5, 'Count'), '1,235');
  assert.equal(valueText(0.1234, 'Milliseconds'), '0.123 ms');
});
