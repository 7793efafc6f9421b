/** Rules on schedules and on events, with real timers in fast time; patterns by the guide's examples. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { until } from '../test-until.ts';
import { events } from './index.ts';
import { payloadFor } from './input.ts';
import { compile, matches } from './pattern.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:t';

interface System {
  readonly context: TestContext;
  readonly service: Service;
  readonly invoked: { readonly FunctionName: string; readonly Payload: string }[];
  readonly published: { readonly TopicArn: string; readonly Message: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked at by the assertions themselves
  call(operation: string, input: object): Promise<any>;
}

async function withEvents(work: (system: System) => Promise<void>, failures = 0): Promise<void> {
  const invoked: System['invoked'] = [];
  const published: System['published'] = [];
  let left = failures;
  const context = createTestContext({
    speed: 1000,
    services: {
      lambda: {
        Invoke: (input) => {
          if (left-- > 0) throw new Error('not now');
          invoked.push(input);
        },
      },
      sns: { Publish: (input) => void published.push(input) },
    },
  });
  const service = await events.create(context);
  await service.start();
  try {
    await work({
      context,
      service,
      invoked,
      published,
      call: async (operation, input) => await service.operations[operation]!(input, caller),
    });
  } finally {
    await service.stop();
    context.dispose();
  }
}

test('a rate of a minute invokes its function each minute, the first time within one', () =>
  withEvents(async ({ call, invoked, context }) => {
    const created = context.clock.now();
    await call('PutRule', { Name: 'each-minute', ScheduleExpression: 'rate(1 minute)' });
    await call('PutTargets', { Rule: 'each-minute', Targets: [{ Id: '1', Arn: FUNCTION }] });
    await until('three ticks', () => invoked.length >= 3);
    const ticks = invoked.slice(0, 3).map((one) => JSON.parse(one.Payload));
    assert.equal(invoked[0]!.FunctionName, FUNCTION);
    assert.equal(ticks[0]['detail-type'], 'Scheduled Event');
    assert.deepEqual(ticks[0].resources, ['arn:aws:events:us-east-1:000000000000:rule/each-minute']);
    const waited = Date.parse(ticks[0].time) - created;
    assert.ok(waited > 58_000 && waited < 75_000, `${waited} ms until the first tick`);
    await call('DisableRule', { Name: 'each-minute' });
    const count = invoked.length;
    await context.clock.sleep(180_000);
    assert.equal(invoked.length, count, 'a disabled rule rests');
  }));

test('a target that fails is tried again', () =>
  withEvents(async ({ call, invoked }) => {
    await call('PutRule', { Name: 'r', EventPattern: '{"source":["shop"]}' });
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: FUNCTION }] });
    await call('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'Sold', Detail: '{}' }] });
    await until('the delivery', () => invoked.length === 1);
  }, 3));

test('a target without retries drops the event, and the timeline says why', () =>
  withEvents(async ({ call, context, invoked }) => {
    await call('PutRule', { Name: 'r', EventPattern: '{"source":["shop"]}' });
    const target = { Id: '1', Arn: FUNCTION, RetryPolicy: { MaximumRetryAttempts: 0 } };
    await call('PutTargets', { Rule: 'r', Targets: [target] });
    await call('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'Sold', Detail: '{}' }] });
    await until('the drop', () => context.entries.some((entry) => entry.event === 'event.dropped'));
    assert.match(context.entries[0]!.because, /after 1 attempts: not now/);
    assert.equal(invoked.length, 0);
  }, 1));

test('an event goes to the rules it matches, in the form each target wants', () =>
  withEvents(async ({ call, published, invoked }) => {
    await call('PutRule', {
      Name: 'big',
      EventPattern: JSON.stringify({ source: ['shop'], detail: { total: [{ numeric: ['>', 100] }] } }),
    });
    await call('PutTargets', {
      Rule: 'big',
      Targets: [
        {
          Id: '1',
          Arn: TOPIC,
          InputTransformer: { InputPathsMap: { who: '$.detail.who' }, InputTemplate: '"<who> bought"' },
        },
        { Id: '2', Arn: FUNCTION, InputPath: '$.detail' },
      ],
    });
    const answer = await call('PutEvents', {
      Entries: [
        { Source: 'shop', DetailType: 'Sold', Detail: '{"total":50,"who":"Ann"}' },
        { Source: 'shop', DetailType: 'Sold', Detail: '{"total":150,"who":"Ben"}' },
        { Source: 'shop', DetailType: 'Sold', Detail: 'not JSON' },
      ],
    });
    assert.equal(answer.FailedEntryCount, 1);
    await until('both targets', () => published.length === 1 && invoked.length === 1);
    assert.equal(published[0]!.Message, '"Ben bought"');
    assert.deepEqual(JSON.parse(invoked[0]!.Payload), { total: 150, who: 'Ben' });
  }));

test('mistakes are refused where they are made', () =>
  withEvents(async ({ call }) => {
    await assert.rejects(call('PutRule', { Name: 'r' }), { name: 'ValidationException' });
    await assert.rejects(
      call('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 minutes)' }),
      /positive number/,
    );
    await assert.rejects(call('PutRule', { Name: 'r', EventPattern: '{"a":[{"like":"b"}]}' }), {
      name: 'InvalidEventPatternException',
    });
    await call('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 hour)' });
    const queue = { Rule: 'r', Targets: [{ Id: '1', Arn: 'arn:aws:sqs:us-east-1:0:q' }] };
    await assert.rejects(call('PutTargets', queue), /only those are delivered to here/);
    await assert.rejects(call('DescribeRule', { Name: 'x' }), { name: 'ResourceNotFoundException' });
  }));

test('a template rule: targets follow the template, and it can be deleted twice', () =>
  withEvents(async ({ service, call }) => {
    const handler = service.resources['AWS::Events::Rule']!;
    const request = {
      stack: { name: 's', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/s/1' },
      logicalId: 'R',
      clientToken: 't',
      progress: () => {},
      properties: {
        ScheduleExpression: 'rate(1 minute)',
        Targets: [
          { Id: 'A', Arn: FUNCTION },
          { Id: 'B', Arn: TOPIC },
        ],
      },
    };
    const existing = await handler.create(request);
    const properties = { ...request.properties, Targets: [{ Id: 'B', Arn: TOPIC }] };
    await handler.update!({ ...request, properties, previous: request.properties, existing });
    const { Targets } = await call('ListTargetsByRule', { Rule: existing.physicalId });
    assert.deepEqual(Targets, [{ Id: 'B', Arn: TOPIC }]);
    await handler.delete({ ...request, existing });
    await handler.delete({ ...request, existing });
    assert.deepEqual((await call('ListRules', {})).Rules, []);
  }));

test('patterns: what matches and what does not', () => {
  const cases: readonly (readonly [object, object, boolean])[] = [
    [{ source: ['a', 'b'] }, { source: 'b' }, true],
    [{ source: ['a'] }, { source: 'A' }, false],
    [{ detail: { state: ['ALARM'] } }, { detail: { state: 'ALARM', more: 1 } }, true],
    [{ resources: ['x'] }, { resources: ['y', 'x'] }, true],
    [{ a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
    [{ a: [{ suffix: 'ab' }] }, { a: 'abc' }, false],
    [{ a: [{ exists: false }] }, { b: 1 }, true],
    [{ a: [{ exists: true }] }, { a: null }, true],
    [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
    [{ a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'xy' }, false],
    [{ a: [{ 'anything-but': 'x' }] }, {}, false],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    [{ a: [{ numeric: ['=', 5] }] }, { a: '5' }, false],
    [{ a: [{ 'equals-ignore-case': 'Yes' }] }, { a: 'yES' }, true],
    [{ a: [{ wildcard: 'a*z.txt' }] }, { a: 'abcz.txt' }, true],
    [{ $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, true],
    [{ a: [null] }, { a: null }, true],
    [{ a: { b: [1] } }, { a: [{ b: 2 }, { b: 1 }] }, true],
  ];
  for (const [pattern, event, wanted] of cases)
    assert.equal(matches(pattern, event), wanted, JSON.stringify([pattern, event]));
  for (const bad of [[], { a: 'x' }, { a: [] }, { a: [{ numeric: ['>'] }] }, { a: [{ nope: 1 }] }])
    assert.throws(() => compile(bad), /Event pattern is not valid/);
});

test('a template is filled as text inside quotes and as JSON outside', () => {
  const event = {
    version: '0',
    id: 'i',
    'detail-type': 'T',
    source: 's',
    account: '0',
    time: 'now',
    region: 'r',
    resources: [],
    detail: { text: 'say "hi"', list: [1, 2] },
  } as const;
  const target = {
    Id: '1',
    Arn: FUNCTION,
    InputTransformer: {
      InputPathsMap: {
        text: '$.detail.text',
        list: '$.detail.list',
        first: '$.detail.list[0]',
        none: '$.detail.none',
      },
      InputTemplate:
        '{"a": "<text>!", "b": <list>, "c": <first>, "d": <text>, "e": "<none>", "f": "<aws.events.rule-name>"}',
    },
  };
  assert.deepEqual(JSON.parse(payloadFor(target, event, { name: 'n', arn: 'a' })), {
    a: 'say "hi"!',
    b: [1, 2],
    c: 1,
    d: 'say "hi"',
    e: '',
    f: 'n',
  });
});
