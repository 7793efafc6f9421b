/** CloudWatch as its callers see it, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../time/clock.ts';
import type { Caller } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { cloudwatch } from './index.ts';

const caller: Caller = { requestId: 'r', principal: 'test', via: 'api' };
const START = Date.parse('2026-03-01T10:00:00Z');

interface Stage {
  readonly context: TestContext;
  readonly service: Service;
  readonly sent: { service: string; operation: string; input: Record<string, unknown> }[];
  /** Moves the clock, ticking as it goes. */
  pass(seconds: number): void;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into outputs of many shapes
  call(operation: string, input: object): Promise<any>;
  put(value: number, more?: object): Promise<unknown>;
  state(name?: string): Promise<string>;
}

async function stage(store?: TestContext['store']): Promise<Stage> {
  let now = START;
  let tick = (): void => {};
  const clock: Clock = {
    now: () => now,
    speed: 1,
    sleep: async () => {},
    after: () => ({ stop: () => {} }),
    every: (_ms, call) => {
      tick = call;
      return { stop: () => {} };
    },
    real: (ms) => ms,
  };
  const sent: Stage['sent'] = [];
  const context = createTestContext({
    override: {
      clock,
      ...(store ? { store } : {}),
      invoke: async (service, operation, input) => {
        sent.push({ service, operation, input: input as Record<string, unknown> });
        return {} as never;
      },
    },
  });
  const service = await cloudwatch.create(context);
  await service.start();
  const call = async (operation: string, input: object): Promise<unknown> =>
    service.operations[operation]?.(input, caller);
  return {
    context,
    service,
    sent,
    call,
    pass: (seconds) => {
      for (const end = now + seconds * 1000; now < end; ) {
        now = Math.min(end, now + 10_000);
        tick();
      }
    },
    put: (value, more = {}) =>
      call('PutMetricData', {
        Namespace: 'Test',
        MetricData: [{ MetricName: 'Latch', Value: value, ...more }],
      }),
    state: async (name = 'latch') => {
      const { MetricAlarms, CompositeAlarms } = (await call('DescribeAlarms', { AlarmNames: [name] })) as {
        MetricAlarms: { StateValue: string }[];
        CompositeAlarms: { StateValue: string }[];
      };
      return [...MetricAlarms, ...CompositeAlarms][0]?.StateValue ?? 'gone';
    },
  };
}

const latch = {
  AlarmName: 'latch',
  Namespace: 'Test',
  MetricName: 'Latch',
  Statistic: 'Maximum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  AlarmActions: ['arn:aws:sns:us-east-1:000000000000:understudy-alerts'],
  OKActions: ['arn:aws:sns:us-east-1:000000000000:understudy-alerts'],
};

test('an alarm follows its metric and tells its topic at each change, once', async () => {
  const s = await stage();
  await s.call('PutMetricAlarm', latch);
  assert.equal(await s.state(), 'INSUFFICIENT_DATA');
  await s.put(0);
  s.pass(70);
  assert.equal(await s.state(), 'OK');
  await s.put(1);
  s.pass(60);
  assert.equal(await s.state(), 'ALARM');
  await s.put(1);
  s.pass(60);
  assert.equal(await s.state(), 'ALARM');
  const messages = s.sent.map(({ input }) => JSON.parse(String(input['Message'])) as Record<string, unknown>);
  assert.deepEqual(
    messages.map(({ OldStateValue, NewStateValue }) => `${OldStateValue} → ${NewStateValue}`),
    ['INSUFFICIENT_DATA → OK', 'OK → ALARM'],
  );
  assert.equal(s.sent[1]?.input['Subject'], 'ALARM: "latch" in us-east-1');
  const changes = s.context.entries.filter(({ event }) => event === 'alarm.state-changed');
  assert.match(
    changes[1]?.because ?? '',
    /1 out of the last 1 datapoints \[1\] were greater than or equal to/,
  );
});

test('when a metric falls silent the alarm says so only after the range has run out', async () => {
  const s = await stage();
  await s.call('PutMetricAlarm', latch);
  await s.put(1);
  s.pass(70);
  assert.equal(await s.state(), 'ALARM');
  s.pass(110);
  assert.equal(await s.state(), 'ALARM');
  s.pass(70);
  assert.equal(await s.state(), 'INSUFFICIENT_DATA');
});

test('a scaling policy is run at every evaluation while the alarm lasts, with the newest value', async () => {
  const s = await stage();
  const policy =
    'arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:1:resource/ecs/service/c/s:policyName/p';
  await s.call('PutMetricAlarm', { ...latch, AlarmActions: [policy], OKActions: [] });
  for (const value of [3, 4, 5]) {
    await s.put(value);
    s.pass(60);
  }
  s.pass(10);
  assert.deepEqual(
    s.sent.map(({ service, operation, input }) => [
      service,
      operation,
      input['NewStateValue'],
      input['MetricValue'],
    ]),
    [3, 4, 5].map((value) => ['application-autoscaling', 'ExecuteAlarmAction', 'ALARM', value]),
  );
});

test('datapoints and alarms survive a restart', async () => {
  const first = await stage();
  await first.call('PutMetricAlarm', latch);
  await first.put(1);
  first.pass(70);
  await first.service.stop();
  const second = await stage(first.context.store);
  assert.equal(await second.state(), 'ALARM');
  const { Datapoints } = await second.call('GetMetricStatistics', {
    Namespace: 'Test',
    MetricName: 'Latch',
    StartTime: new Date(START),
    EndTime: new Date(START + 60_000),
    Period: 60,
    Statistics: ['Maximum'],
  });
  assert.deepEqual(Datapoints, [{ Timestamp: new Date(START), Unit: 'None', Maximum: 1 }]);
});

test('statistics come from values, counts and statistic sets', async () => {
  const s = await stage();
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  await s.put(0, { Value: undefined, Values: values, Counts: values.map(() => 2) });
  const statistics = {
    Namespace: 'Test',
    MetricName: 'Latch',
    StartTime: new Date(START),
    EndTime: new Date(START + 60_000),
    Period: 60,
  };
  const of = async (): Promise<Record<string, unknown>> =>
    (
      await s.call('GetMetricStatistics', {
        ...statistics,
        Statistics: ['SampleCount', 'Sum', 'Average', 'Minimum'],
        ExtendedStatistics: ['p50', 'p99'],
      })
    ).Datapoints[0];
  assert.deepEqual(await of(), {
    Timestamp: new Date(START),
    Unit: 'None',
    SampleCount: 200,
    Sum: 10_100,
    Average: 50.5,
    Minimum: 1,
    ExtendedStatistics: { p50: 50, p99: 99 },
  });
  await s.put(0, { Value: undefined, StatisticValues: { SampleCount: 10, Sum: 5, Minimum: 0, Maximum: 1 } });
  const mixed = await of();
  assert.equal(mixed['SampleCount'], 210);
  assert.equal(mixed['ExtendedStatistics'], undefined);
});

test('an alarm on metric math watches the expression', async () => {
  const s = await stage();
  const stat = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'Test', MetricName }, Period: 60, Stat: 'Sum' },
    ReturnData: false,
  });
  await s.call('PutMetricAlarm', {
    AlarmName: 'rate',
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 10,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
    Metrics: [stat('e', 'Errors'), stat('r', 'Requests'), { Id: 'rate', Expression: '100 * FILL(e, 0) / r' }],
  });
  await s.put(50, { MetricName: 'Requests' });
  s.pass(70);
  assert.equal(await s.state('rate'), 'OK');
  await s.put(50, { MetricName: 'Requests' });
  await s.put(6, { MetricName: 'Errors' });
  s.pass(60);
  assert.equal(await s.state('rate'), 'ALARM');
  const { MetricDataResults } = await s.call('GetMetricData', {
    StartTime: new Date(START),
    EndTime: new Date(START + 120_000),
    MetricDataQueries: [stat('e', 'Errors'), stat('r', 'Requests'), { Id: 'rate', Expression: 'e / r' }],
  });
  assert.deepEqual(MetricDataResults, [
    {
      Id: 'rate',
      Label: 'rate',
      Timestamps: [new Date(START + 60_000)],
      Values: [0.12],
      StatusCode: 'Complete',
    },
  ]);
});

test('what is not done is refused by name', async () => {
  const s = await stage();
  const query = (Expression: string) =>
    s.call('GetMetricData', {
      StartTime: new Date(0),
      EndTime: new Date(1),
      MetricDataQueries: [{ Id: 'a', Expression }],
    });
  await assert.rejects(query("SEARCH('x', 'Sum')"), { code: 'ValidationError' });
  await assert.rejects(query('RATE(a)'), { code: 'ValidationError', message: /RATE is not done here/ });
  await assert.rejects(query('b + 1'), { message: /refers to b, which is not in the list/ });
  await assert.rejects(s.call('PutMetricAlarm', { ...latch, DatapointsToAlarm: 2 }), {
    message: 'DatapointsToAlarm must be 1 to EvaluationPeriods (1), found 2',
  });
  await assert.rejects(s.put(Number.NaN), { code: 'InvalidParameterValueException' });
  await assert.rejects(s.put(1, { Timestamp: new Date(START + 3 * 3_600_000) }), /two hours after/);
});

test('a composite alarm follows its children, in the same tick', async () => {
  const s = await stage();
  await s.call('PutMetricAlarm', { ...latch, AlarmActions: [], OKActions: [] });
  await s.call('PutCompositeAlarm', {
    AlarmName: 'both',
    AlarmRule: 'ALARM("latch") AND NOT (FALSE OR OK(latch))',
  });
  await s.put(1);
  s.pass(70);
  assert.equal(await s.state('both'), 'ALARM');
  await s.put(0);
  s.pass(60);
  assert.equal(await s.state('both'), 'OK');
  await assert.rejects(
    s.call('DeleteAlarms', { AlarmNames: ['latch'] }),
    /composite alarm both depends on it/,
  );
  await assert.rejects(s.call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(' }), {
    code: 'ValidationError',
  });
  await assert.rejects(
    s.call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(none)' }),
    /none, which is not an alarm/,
  );
});

test('a template makes an alarm and, by its physical id, changes and removes it', async () => {
  const s = await stage();
  const { AlarmName: _, ...properties } = latch;
  const handler = s.service.resources['AWS::CloudWatch::Alarm'];
  const request = {
    stack: { name: 'App', id: 'id' },
    logicalId: 'LatchAlarm',
    properties: { ...properties, Threshold: '2' },
    clientToken: 'token-0123456789ab',
    progress: () => {},
  };
  const made = await handler?.create(request);
  assert.deepEqual(made, {
    physicalId: 'App-LatchAlarm-0123456789AB',
    attributes: { Arn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:App-LatchAlarm-0123456789AB' },
  });
  assert.equal(await s.state(made?.physicalId), 'INSUFFICIENT_DATA');
  await handler?.delete({ ...request, existing: made as NonNullable<typeof made> });
  assert.equal(await s.state(made?.physicalId), 'gone');
});

test('history has configuration, state and actions, newest first', async () => {
  const s = await stage();
  await s.call('PutMetricAlarm', latch);
  await s.call('SetAlarmState', { AlarmName: 'latch', StateValue: 'ALARM', StateReason: 'drill' });
  await new Promise((resolve) => setImmediate(resolve));
  const { AlarmHistoryItems } = await s.call('DescribeAlarmHistory', { AlarmName: 'latch' });
  assert.deepEqual(
    AlarmHistoryItems.map((item: { HistorySummary: string }) => item.HistorySummary),
    [
      'Successfully executed action arn:aws:sns:us-east-1:000000000000:understudy-alerts',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "latch" created',
    ],
  );
});
