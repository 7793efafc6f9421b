/** Schedules that fire, once or again and again, within their start and end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { until } from '../test-until.ts';
import { scheduler } from './index.ts';
import { nextOf } from './runtime.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
const TARGET = { Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f', RoleArn: 'arn:role' };
const OFF = { FlexibleTimeWindow: { Mode: 'OFF' } };

async function withScheduler(
  work: (context: TestContext, service: Service, invoked: string[]) => Promise<void>,
): Promise<void> {
  const invoked: string[] = [];
  const context = createTestContext({
    speed: 1000,
    services: { lambda: { Invoke: (input) => void invoked.push(input.Payload) } },
  });
  const service = await scheduler.create(context);
  await service.start();
  try {
    await work(context, service, invoked);
  } finally {
    await service.stop();
    context.dispose();
  }
}

test('a rate fires again and again with its input, and rests when it is deleted', () =>
  withScheduler(async (context, { operations }, invoked) => {
    const schedule = { Name: 's', ScheduleExpression: 'rate(1 minute)', ...OFF };
    await operations['CreateSchedule']!(
      { ...schedule, Target: { ...TARGET, Input: '{"at":"<aws.scheduler.scheduled-time>"}' } },
      caller,
    );
    await until('two ticks', () => invoked.length >= 2);
    const [first, second] = invoked.map((text) => Date.parse(JSON.parse(text).at));
    assert.equal(second! - first!, 60_000);
    await operations['DeleteSchedule']!({ Name: 's' }, caller);
    const count = invoked.length;
    await context.clock.sleep(180_000);
    assert.equal(invoked.length, count);
  }));

test('a single time fires once, and the schedule may delete itself', () =>
  withScheduler(async (context, { operations }, invoked) => {
    const at = new Date(context.clock.now() + 90_000).toISOString().slice(0, 19);
    await operations['CreateSchedule']!(
      {
        Name: 'once',
        ScheduleExpression: `at(${at})`,
        Target: TARGET,
        ActionAfterCompletion: 'DELETE',
        ...OFF,
      },
      caller,
    );
    await until('the one tick', () => invoked.length === 1);
    const { Schedules } = await operations['ListSchedules']!({}, caller);
    assert.deepEqual(Schedules, []);
  }));

test('start and end bound a schedule, and a disabled one has no next time', () => {
  const schedule = {
    name: 's',
    group: 'default',
    arn: 'arn:s',
    description: '',
    state: 'ENABLED',
    expression: 'cron(0 9 * * ? *)',
    timezone: 'UTC',
    startMs: Date.UTC(2026, 10, 25),
    endMs: Date.UTC(2026, 10, 26),
    flexibleWindow: { Mode: 'OFF' },
    target: { ...TARGET },
    deleteAfterCompletion: false,
    createdAtMs: 0,
    modifiedAtMs: 0,
  } as const;
  const nine = Date.UTC(2026, 10, 25, 9);
  assert.equal(nextOf(schedule, Date.UTC(2026, 10, 1)), nine);
  assert.equal(nextOf(schedule, nine), undefined);
  assert.equal(nextOf({ ...schedule, state: 'DISABLED' }, 0), undefined);
});

test('mistakes are refused, and groups hold what is in them', () =>
  withScheduler(async (_context, { operations }) => {
    const create = async (change: object): Promise<unknown> =>
      operations['CreateSchedule']!(
        { Name: 's', ScheduleExpression: 'rate(1 hour)', Target: TARGET, ...OFF, ...change },
        caller,
      );
    await assert.rejects(create({ ScheduleExpression: 'hourly' }), { name: 'ValidationException' });
    await assert.rejects(create({ ScheduleExpressionTimezone: 'Mars/Olympus' }), /time zone Mars/);
    await assert.rejects(
      create({ Target: { Arn: 'arn:aws:sqs:us-east-1:0:q' } }),
      /only those are delivered to here/,
    );
    await assert.rejects(create({ GroupName: 'g' }), { name: 'ResourceNotFoundException' });
    await operations['CreateScheduleGroup']!({ Name: 'g' }, caller);
    await create({ GroupName: 'g' });
    await assert.rejects(create({ GroupName: 'g' }), { name: 'ConflictException' });
    await operations['DeleteScheduleGroup']!({ Name: 'g' }, caller);
    assert.deepEqual((await operations['ListSchedules']!({}, caller)).Schedules, []);
  }));
