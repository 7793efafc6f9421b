import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPolicy } from '@understudy/controller/policy';
import fc from 'fast-check';
import { FAULT_KINDS } from '../faults.ts';
import { DEFAULT_SETTING, drawOptions, REGION_LOSS } from '../options.ts';
import { readKinds, readSchedule } from './fault-words.ts';
import { partsOf, replayCommand } from './parts.ts';
import { DEFAULT_CHOICE, readChoice } from './policy-file.ts';

test('a policy file keeps the default where it says nothing', () => {
  assert.deepEqual(readChoice('{}', 'plans/quick.json'), {
    ...DEFAULT_CHOICE,
    label: 'quick',
    policyFile: 'plans/quick.json',
  });
  assert.deepEqual(
    readChoice(
      '{"label":"10 s × 3","policy":{"mode":"approve"},"healthCheck":{"intervalSeconds":10},"standbyCapacity":"held","shedsLoad":false}',
      'a.json',
    ),
    {
      label: '10 s × 3',
      policy: { ...defaultPolicy, mode: 'approve' },
      healthCheck: { intervalSeconds: 10, failureThreshold: 3 },
      standbyCapacity: 'held',
      shedsLoad: false,
      policyFile: 'a.json',
    },
  );
});

test('a policy file that misspells or overdoes is refused by file and field, with what is allowed', () => {
  const refused: readonly [text: string, because: RegExp][] = [
    ['{', /^a\.json: not JSON: /],
    ['[]', /^a\.json: a JSON object is needed, found \[\]$/],
    [
      '{"polcy":{}}',
      /^a\.json: polcy is unknown; allowed: label, policy, healthCheck, standbyCapacity, shedsLoad$/,
    ],
    ['{"policy":{"tickSecond":1}}', /^a\.json: policy\.tickSecond: unknown; allowed: mode, ticksToAct/],
    ['{"policy":{"tickSeconds":99}}', /^a\.json: policy\.tickSeconds: 99; allowed: a number from 1 to 30$/],
    ['{"policy":3}', /^a\.json: policy: a JSON object is needed, found 3$/],
    ['{"healthCheck":{"intervalSeconds":20}}', /healthCheck\.intervalSeconds: 20; allowed: 10, 30$/],
    ['{"healthCheck":{"failureThreshold":0}}', /failureThreshold: 0; allowed: a whole number from 1 to 10$/],
    [
      '{"healthCheck":{"interval":10}}',
      /healthCheck: interval is unknown; allowed: intervalSeconds, failure/,
    ],
    ['{"standbyCapacity":"warm"}', /standbyCapacity: "warm"; allowed: "held", "scaled"$/],
    ['{"shedsLoad":"yes"}', /shedsLoad: "yes"; allowed: true, false$/],
    ['{"label":""}', /label: ""; allowed: a text of 1 to 40 characters$/],
  ];
  for (const [text, because] of refused)
    assert.throws(() => readChoice(text, 'a.json'), { message: because });
});

test('kinds of faults are read by name; one that does not exist is answered with those that do', () => {
  assert.deepEqual(readKinds('region-loss, link-cut,region-loss'), ['region-loss', 'link-cut']);
  assert.deepEqual(readKinds('none'), []);
  assert.deepEqual(readKinds('all'), FAULT_KINDS);
  assert.throws(
    () => readKinds('region-lost'),
    /there is no fault "region-lost"; allowed: region-loss, region-freeze/,
  );
  assert.throws(() => readKinds(''), /there is no fault ""/);
});

test('every schedule that can be drawn can be written down and read again', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { faults } = drawOptions(seed, DEFAULT_SETTING);
      assert.deepEqual(readSchedule(JSON.stringify(faults)), faults);
    }),
    { numRuns: 300 },
  );
});

test('a schedule is checked field by field', () => {
  const refused: readonly [text: string, because: RegExp][] = [
    ['x', /^a schedule is a JSON list of faults: /],
    ['{}', /^a schedule is a JSON list of faults, found \{\}$/],
    ['[1]', /^fault 0 of the schedule: an object with a kind is needed, found 1$/],
    ['[{"kind":"quake"}]', /^there is no fault "quake"; allowed: region-loss/],
    [
      '[{"kind":"writer-loss","atMs":1,"region":0,"forMs":3}]',
      /writer-loss has no forMs; allowed: atMs, region$/,
    ],
    ['[{"kind":"writer-loss","atMs":1}]', /writer-loss\.region: undefined; allowed: 0, 1$/],
    [
      '[{"kind":"writer-loss","atMs":-1,"region":0}]',
      /writer-loss\.atMs: -1; allowed: a whole number from 0/,
    ],
    [
      '[{"kind":"checkers-cut","atMs":1,"forMs":null,"region":0,"checkers":[1,1]}]',
      /checkers: \[1,1\]; allowed: a list of different whole numbers from 0 to 15$/,
    ],
  ];
  for (const [text, because] of refused) assert.throws(() => readSchedule(text), { message: because });
});

test('without words there are storms and single losses; a word narrows it; two policies make pairs', () => {
  const labels = (...wish: Parameters<typeof partsOf>): readonly string[] =>
    partsOf(...wish).map(({ label }) => label);
  const choices = [DEFAULT_CHOICE];
  assert.deepEqual(labels({ choices }), ['storm', 'region-loss']);
  assert.deepEqual(labels({ choices, schedule: 'incident' }), ['region-loss']);
  assert.deepEqual(labels({ choices, kinds: [] }), ['storm without faults']);
  assert.deepEqual(labels({ choices, schedule: 'incident', kinds: ['zone-loss'] }), [
    'incident of zone-loss',
  ]);
  const quick = {
    ...DEFAULT_CHOICE,
    label: 'quick',
    healthCheck: { intervalSeconds: 10, failureThreshold: 3 },
  };
  const parts = partsOf({ choices: [DEFAULT_CHOICE, quick] });
  assert.deepEqual(
    parts.map(({ label, setting }) => [label, setting.schedule, setting.healthCheck.intervalSeconds]),
    [
      ['default, storm', 'storm', 30],
      ['quick, storm', 'storm', 10],
      ['default, region-loss', 'incident', 30],
      ['quick, region-loss', 'incident', 10],
    ],
  );
});

test('the command for a replay says what differs from the default, safe for a shell', () => {
  const storm = { label: 'storm', setting: DEFAULT_SETTING };
  assert.equal(replayCommand(7, storm), 'npx understudy simulate --replay 7');
  assert.equal(
    replayCommand(7, { label: 'incident', setting: REGION_LOSS, policyFile: "it's/a b.json" }),
    "npx understudy simulate --replay 7 --schedule incident --policy 'it'\\''s/a b.json'",
  );
  assert.equal(
    replayCommand(7, { ...storm, setting: { ...DEFAULT_SETTING, faults: ['region-loss', 'writer-loss'] } }, [
      { kind: 'writer-loss', atMs: 60_000, region: 0 },
    ]),
    `npx understudy simulate --replay 7 --faults region-loss,writer-loss --with '[{"kind":"writer-loss","atMs":60000,"region":0}]'`,
  );
  assert.equal(
    replayCommand(7, { ...storm, setting: { ...DEFAULT_SETTING, faults: [] } }, []),
    "npx understudy simulate --replay 7 --faults none --with '[]'",
  );
});
