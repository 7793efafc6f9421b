/** AWS's two tables of missing data, row by row: “Configuring how CloudWatch alarms treat missing data”. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AlarmRule, type AlarmState, evaluate, type MissingData, reasonOf } from './alarm-evaluation.ts';

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

const rule = (m: number, n: number, missingData: MissingData): AlarmRule => ({
  comparison: 'GreaterThanThreshold',
  threshold: 5,
  datapointsToAlarm: m,
  evaluationPeriods: n,
  missingData,
});

/** X breaches, 0 does not, - is missing; the newest point is on the right. */
const points = (picture: string): (number | undefined)[] =>
  [...picture.replaceAll(' ', '')].map((c) => (c === 'X' ? 10 : c === '0' ? 1 : undefined));

type Expected = readonly [missing: string, ignore: string, breaching: string, notBreaching: string];

const tables: readonly (readonly [m: number, n: number, picture: string, expected: Expected])[] = [
  [3, 3, '0 - X - X', ['OK', 'OK', 'OK', 'OK']],
  [3, 3, '0 - - - -', ['OK', 'OK', 'OK', 'OK']],
  [3, 3, '- - - - -', ['INSUFFICIENT_DATA', 'retained', 'ALARM', 'OK']],
  [3, 3, '0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  [3, 3, '- - X - -', ['ALARM', 'retained', 'ALARM', 'OK']],
  [2, 3, '0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  [2, 3, '0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  [2, 3, '0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
  [2, 3, '- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
  [2, 3, '- - - X -', ['ALARM', 'retained', 'ALARM', 'OK']],
  // A metric that has just begun does not alarm at once.
  [3, 3, '- - - - X', ['retained', 'retained', 'ALARM', 'OK']],
  // One of one: the last point stands while it is in the range, then silence speaks.
  [1, 1, 'X - -', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  [1, 1, '0 - -', ['OK', 'OK', 'OK', 'OK']],
  [1, 1, '- - -', ['INSUFFICIENT_DATA', 'retained', 'ALARM', 'OK']],
];

for (const [m, n, picture, expected] of tables)
  test(`${m} out of ${n}: ${picture}`, () => {
    for (const [index, treatment] of treatments.entries())
      for (const current of ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const) {
        const wanted = expected[index] === 'retained' ? current : (expected[index] as AlarmState);
        const found = evaluate(rule(m, n, treatment), points(picture), current).state;
        assert.equal(found, wanted, `${treatment}, from ${current}`);
      }
  });

test('with all data there, treatment and current state change nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.constantFrom(10, 1), { minLength: 8, maxLength: 8 }),
      (a, b, values) => {
        const [m, n] = [Math.min(a, b), Math.max(a, b)];
        const states = treatments.flatMap((treatment) =>
          (['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const).map(
            (current) => evaluate(rule(m, n, treatment), values, current).state,
          ),
        );
        const breaching = values.slice(-n).filter((value) => value > 5).length;
        assert.deepEqual(new Set(states), new Set([breaching >= m ? 'ALARM' : 'OK']));
      },
    ),
  );
});

test('a reason says what was found', () => {
  const r = rule(2, 3, 'missing');
  const verdict = evaluate(r, points('0 0 X X 0'), 'OK');
  assert.equal(
    reasonOf(r, verdict),
    '2 out of the last 3 datapoints [1, 10, 10] were greater than the threshold (5) (minimum 2 for OK -> ALARM transition)',
  );
});
