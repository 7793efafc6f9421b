/** Schedule expressions against the EventBridge User Guide's own examples, and against a slow reading of cron. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextTime, parseSchedule } from './schedule-expression.ts';

function next(expression: string, after: string, zone?: string): string | undefined {
  const time = nextTime(parseSchedule(expression), Date.parse(after), 0, zone);
  return time === undefined ? undefined : new Date(time).toISOString().replace(':00.000Z', 'Z');
}

test('examples of the guide', () => {
  const examples: readonly (readonly [string, string, string])[] = [
    ['cron(15 10 * * ? *)', '2026-11-23T10:15:00Z', '2026-11-24T10:15Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-27T18:00:00Z', '2026-11-30T18:00Z'],
    ['cron(0 8 1 * ? *)', '2026-11-23T00:00:00Z', '2026-12-01T08:00Z'],
    ['cron(0/10 * ? * MON-FRI *)', '2026-11-23T10:01:00Z', '2026-11-23T10:10Z'],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2026-11-23T17:55:00Z', '2026-11-24T08:00Z'],
    ['cron(0 9 ? * 2#1 *)', '2026-11-23T00:00:00Z', '2026-12-07T09:00Z'],
    ['cron(0 0 L * ? *)', '2026-02-01T00:00:00Z', '2026-02-28T00:00Z'],
    ['cron(0 0 1W * ? *)', '2026-08-02T00:00:00Z', '2026-08-03T00:00Z'],
    ['cron(0 0 15W 8 ? *)', '2026-08-01T00:00:00Z', '2026-08-14T00:00Z'],
    ['cron(0 0 ? * 6L *)', '2026-11-01T00:00:00Z', '2026-11-27T00:00Z'],
    ['cron(0 0 29 2 ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00Z'],
    ['cron(0 0 ? * FRI-MON *)', '2026-11-24T00:00:00Z', '2026-11-27T00:00Z'],
    ['at(2026-12-01T08:00:00)', '2026-11-23T00:00:00Z', '2026-12-01T08:00Z'],
  ];
  for (const [expression, after, wanted] of examples)
    assert.equal(next(expression, after), wanted, expression);
});

test('what is over does not come again', () => {
  assert.equal(next('at(2026-11-01T08:00:00)', '2026-11-23T00:00:00Z'), undefined);
  assert.equal(next('cron(0 0 1 1 ? 2025)', '2026-11-23T00:00:00Z'), undefined);
});

test('a rate counts from its origin, and its first time is one period after it', () => {
  const minute = parseSchedule('rate(1 minute)');
  assert.equal(nextTime(minute, 1000, 1000), 61_000);
  assert.equal(nextTime(minute, 61_000, 1000), 121_000);
  assert.equal(nextTime(minute, 600_000, 1000), 601_000);
  assert.equal(nextTime(minute, 0, 1000), 61_000);
});

test('cron in a zone follows its wall clock over the change of hours', () => {
  const daily = 'cron(0 9 * * ? *)';
  assert.equal(next(daily, '2026-10-24T12:00:00Z', 'Europe/Berlin'), '2026-10-25T08:00Z');
  assert.equal(next(daily, '2026-10-24T00:00:00Z', 'Europe/Berlin'), '2026-10-24T07:00Z');
});

test('mistakes are said', () => {
  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['every minute', /rate\(…\), cron\(…\) or at\(…\)/],
    ['rate(1 minutes)', /positive number/],
    ['rate(0 minutes)', /positive number/],
    ['cron(* * * * *)', /six fields/],
    ['cron(* * * * * *)', /exactly one/],
    ['cron(60 * * * ? *)', /60 is not between 0 and 59/],
    ['cron(0/0 * * * ? *)', /step/],
    ['at(tomorrow)', /yyyy-mm-dd/],
  ];
  for (const [text, message] of mistakes) assert.throws(() => parseSchedule(text), message);
});

test('the next time is the first minute that matches', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 0, max: 400 * 1440 }),
      (minute, hour, weekday, startMinutes) => {
        const after = Date.UTC(2026, 0, 1) + startMinutes * 60_000;
        const found = nextTime(parseSchedule(`cron(${minute} ${hour} ? * ${weekday} *)`), after, 0)!;
        let slow = after + 60_000;
        const matches = (ms: number): boolean => {
          const date = new Date(ms);
          return (
            date.getUTCMinutes() === minute && date.getUTCHours() === hour && date.getUTCDay() + 1 === weekday
          );
        };
        while (!matches(slow)) slow += 60_000;
        assert.equal(found, slow);
      },
    ),
    { numRuns: 30 },
  );
});
