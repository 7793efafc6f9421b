import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TABLE } from '../availability/failure-rates.ts';
import { FAULT_KINDS } from '../faults.ts';
import { type Campaign, campaign } from './campaign.ts';
import { run, VIOLATES } from './model-run.ts';
import { partsOf } from './parts.ts';
import { DEFAULT_CHOICE } from './policy-file.ts';
import { type CampaignReport, reportOf, reportPage, reportText } from './report.ts';

const look = { color: false, columns: 200 };
const runner = new URL('./model-run.ts', import.meta.url);

async function held(task: Partial<Campaign>, years = 0): Promise<CampaignReport> {
  const whole: Campaign = {
    parts: partsOf({ choices: [DEFAULT_CHOICE] }),
    firstSeed: VIOLATES - 7,
    runs: 20,
    workers: 1,
    runner,
    ...task,
  };
  return reportOf(whole, await campaign(whole), run, years > 0 ? { years, table: DEFAULT_TABLE } : null);
}

test('a campaign that broke something: both schedules, the finding of each, and the page with the worst runs', async () => {
  const report = await held({}, 20);
  assert.deepEqual(
    [report.violatedRuns, report.seeds, report.ending],
    [2, { from: 230, to: 249 }, 'complete'],
  );
  assert.deepEqual(
    report.findings.map(({ part, seed }) => [part, seed]),
    [
      ['storm', VIOLATES],
      ['region-loss', VIOLATES],
    ],
  );
  const text = reportText(report, look);
  assert.match(text, /✗ VIOLATED {2}storm: 1 of 20 runs broke 1 invariant\n/);
  assert.match(text, /✗ VIOLATED {2}region-loss: 1 of 20 runs broke 1 invariant\n/);
  assert.match(text, /\n\nAvailability: 20 simulated years/);
  assert.match(text, /\n {2}replay it: npx understudy simulate --replay 237 --with '\[\]'\n/);
  assert.match(text, /\n40 runs \(seeds 230 to 249\) in [\d.]+ s: [\d,]+ a second on 1 thread$/);
  const drawn: number[] = [];
  const page = reportPage(report, (options) => {
    drawn.push(options.seed);
    return run(options);
  });
  assert.match(page, /npx understudy simulate --replay 237 --schedule incident/);
  assert.deepEqual(drawn.length, 6);
  assert.equal(drawn[0], VIOLATES);
});

test('years are reckoned for runs in which a region is lost and nothing else, for each policy', async () => {
  const choices = [DEFAULT_CHOICE, { ...DEFAULT_CHOICE, label: 'other' }];
  const report = await held({ parts: partsOf({ choices }) }, 10);
  assert.deepEqual(
    report.availability.map(({ label }) => label),
    ['default, region-loss', 'other, region-loss'],
  );
  const storms = partsOf({ choices, kinds: FAULT_KINDS });
  assert.deepEqual((await held({ parts: storms }, 10)).availability, []);
});

test('what ended early says how', async () => {
  const stopped = reportText(await held({ stopOnViolation: true, runs: 1_000 }), look);
  assert.match(stopped, /\n\nstopped at the first broken invariant$/);
  const never = reportText(await held({ signal: AbortSignal.abort() }), look);
  assert.match(never, /^0 runs .*\n\ninterrupted: these are the figures of what was done$/);
});
