import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTING, REGION_LOSS } from '../options.ts';
import { type Campaign, type CampaignEvents, campaign, type Outcome, type Progress } from './campaign.ts';
import { CHUNK, chunksOf, type Failure } from './chunk.ts';
import { DIES, THROWS, VIOLATES } from './model-run.ts';

const runner = new URL('./model-run.ts', import.meta.url);
const parts = [
  { label: 'storm', setting: DEFAULT_SETTING },
  { label: 'region-loss', setting: REGION_LOSS },
];

const hold = (task: Partial<Campaign>, events: CampaignEvents = {}): Promise<Outcome> =>
  campaign({ parts, firstSeed: 1, runs: 500, runner, ...task }, events);

const figures = ({ tallies, failures, ending }: Outcome): object => ({ tallies, failures, ending });

test('chunks cover every seed of every part once, the parts in turn', () => {
  const chunks = chunksOf(2, 10, 150);
  assert.deepEqual(
    chunks.map(({ part, from, count }) => [part, from, count]),
    [
      [0, 10, 64],
      [1, 10, 64],
      [0, 74, 64],
      [1, 74, 64],
      [0, 138, 22],
      [1, 138, 22],
    ],
  );
});

test('one worker, two and three find out the same, to the last bit', async () => {
  const [one, two, three] = await Promise.all([1, 2, 3].map((workers) => hold({ workers })));
  assert.equal(one!.ending, 'complete');
  assert.deepEqual(
    one!.tallies.map(({ runs }) => runs),
    [500, 500],
  );
  assert.deepEqual(figures(two!), figures(one!));
  assert.deepEqual(figures(three!), figures(one!));
});

test('a violation is told at once and counted, progress says how far it is', async () => {
  const told: Failure[] = [];
  const progress: Progress[] = [];
  const outcome = await hold(
    { workers: 2 },
    { failure: (failure) => told.push(failure), progress: (so) => progress.push(so) },
  );
  assert.deepEqual(
    outcome.failures.map(({ seed, part }) => `${seed} ${part}`),
    [237, 337, 437].flatMap((seed) => [`${seed} storm`, `${seed} region-loss`]),
  );
  assert.equal(told.length, 6);
  const last = progress.at(-1)!;
  assert.deepEqual([last.done, last.of, last.violated], [1000, 1000, 6]);
  assert.ok(last.runsPerSecond > 0);
  assert.equal(progress.length, 2 * Math.ceil(500 / CHUNK));
});

test('an end at the first violation is the same end with any number of workers', async () => {
  const task = { stopOnViolation: true, runs: 5_000 };
  const [one, two] = await Promise.all([hold({ ...task, workers: 1 }), hold({ ...task, workers: 2 })]);
  assert.equal(one!.ending, 'stopped');
  assert.equal(one!.failures[0]!.seed, VIOLATES);
  assert.deepEqual(figures(two!), figures(one!));
});

test('an abort ends it with what is done, and nothing is told afterwards', async () => {
  const stop = new AbortController();
  let toldAfter = 0;
  const outcome = await hold(
    { runs: 1_000_000, workers: 2, signal: stop.signal },
    {
      progress: () => {
        if (stop.signal.aborted) toldAfter++;
        stop.abort();
      },
    },
  );
  assert.equal(outcome.ending, 'aborted');
  const runs = outcome.tallies.reduce((sum, tally) => sum + tally.runs, 0);
  assert.equal(runs % CHUNK, 0);
  assert.ok(runs < 1_000, `${runs} runs`);
  assert.equal(toldAfter, 0);
});

test('what is aborted before it begins runs nothing', async () => {
  const outcome = await hold({ signal: AbortSignal.abort() });
  assert.deepEqual([outcome.ending, outcome.tallies[0]!.runs], ['aborted', 0]);
});

test('a run that throws ends the campaign with its seed; a dead worker, with its chunk', async () => {
  await assert.rejects(hold({ firstSeed: THROWS - 100, runs: 200 }), {
    message: `seed ${THROWS} of storm: no such region (npx understudy simulate --replay ${THROWS})`,
  });
  await assert.rejects(hold({ firstSeed: DIES, runs: 10, workers: 1 }), {
    message: `a worker ended with code 3 in seeds ${DIES} to ${DIES + 9} of storm`,
  });
  await assert.rejects(hold({ runner: new URL('./absent.ts', import.meta.url) }), /a worker failed .*absent/);
});
