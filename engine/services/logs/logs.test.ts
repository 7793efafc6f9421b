/** CloudWatch Logs as its callers see it, on real files. */
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClock } from '../../time/clock.ts';
import type { Caller } from '../../wire/types.ts';
import { createTestContext, type TestContext, type TestContextOptions } from '../test-context.ts';
import { logs } from './index.ts';
import { safeName } from './stream-files.ts';

const caller: Caller = { requestId: 'r', principal: 'test', via: 'api' };
const at = { logGroupName: '/understudy/storefront', logStreamName: 'task/1' };

interface Stage {
  readonly context: TestContext;
  readonly metrics: { Namespace: string; MetricData: Record<string, unknown>[] }[];
  // biome-ignore lint/suspicious/noExplicitAny: tests look into outputs of many shapes
  call(operation: string, input: object): Promise<any>;
  put(...messages: string[]): Promise<unknown>;
}

async function stage(options: TestContextOptions = {}, before?: TestContext): Promise<Stage> {
  const metrics: Stage['metrics'] = [];
  const context = createTestContext({
    ...options,
    override: {
      ...(before ? { store: before.store, directory: before.directory } : {}),
      invoke: async (_service, _operation, input) => {
        metrics.push(input as Stage['metrics'][number]);
        return {} as never;
      },
      ...options.override,
    },
  });
  const service = await logs.create(context);
  const call = async (operation: string, input: object): Promise<unknown> =>
    service.operations[operation]?.(input, caller);
  if (!before) {
    await call('CreateLogGroup', { logGroupName: at.logGroupName });
    await call('CreateLogStream', at);
  }
  return {
    context,
    metrics,
    call,
    put: (...messages) =>
      call('PutLogEvents', {
        ...at,
        logEvents: messages.map((message) => ({ timestamp: context.clock.now(), message })),
      }),
  };
}

const messagesOf = (answer: { events: { message: string }[] }): string[] =>
  answer.events.map(({ message }) => message);

test('events come back in order, page by page, from either end', async () => {
  const s = await stage();
  await s.put('one', 'two', 'three');
  await s.put('four', 'five');
  assert.deepEqual(messagesOf(await s.call('GetLogEvents', { ...at, limit: 2 })), ['four', 'five']);
  const first = await s.call('GetLogEvents', { ...at, startFromHead: true, limit: 2 });
  assert.deepEqual(messagesOf(first), ['one', 'two']);
  const second = await s.call('GetLogEvents', { ...at, nextToken: first.nextForwardToken });
  assert.deepEqual(messagesOf(second), ['three', 'four', 'five']);
  const end = await s.call('GetLogEvents', { ...at, nextToken: second.nextForwardToken });
  assert.deepEqual(messagesOf(end), []);
  assert.equal(end.nextForwardToken, second.nextForwardToken);
  const back = await s.call('GetLogEvents', { ...at, nextToken: second.nextBackwardToken });
  assert.deepEqual(messagesOf(back), ['one', 'two']);
});

test('events survive a kill, and a line cut short is no event', async () => {
  const first = await stage();
  await first.put('one');
  const folder = join(first.context.directory, safeName(at.logGroupName), safeName(at.logStreamName));
  appendFileSync(join(folder, readdirSync(folder)[0] as string), '{"n":1,"t":17');
  const second = await stage({}, first.context);
  await second.put('two');
  assert.deepEqual(messagesOf(await second.call('GetLogEvents', { ...at, startFromHead: true })), [
    'one',
    'two',
  ]);
});

test('FilterLogEvents searches all streams of a group', async () => {
  const s = await stage();
  await s.call('CreateLogStream', { ...at, logStreamName: 'task/2' });
  await s.put('GET /a 200', 'GET /b 500');
  await s.call('PutLogEvents', {
    ...at,
    logStreamName: 'task/2',
    logEvents: [{ timestamp: s.context.clock.now(), message: 'GET /c 500' }],
  });
  const found = await s.call('FilterLogEvents', { logGroupName: at.logGroupName, filterPattern: '500' });
  assert.deepEqual(messagesOf(found).sort(), ['GET /b 500', 'GET /c 500']);
  await assert.rejects(s.call('FilterLogEvents', { ...at, filterPattern: '{ x' }), {
    code: 'InvalidParameterException',
  });
});

const emf = (Timestamp: number): string =>
  JSON.stringify({
    _aws: {
      Timestamp,
      CloudWatchMetrics: [
        {
          Namespace: 'Understudy/Storefront',
          Dimensions: [['Region']],
          Metrics: [
            { Name: 'Orders', Unit: 'Count' },
            { Name: 'Latency', Unit: 'Milliseconds' },
            { Name: 'Absent' },
          ],
        },
      ],
    },
    Region: 'us-east-1',
    Orders: 3,
    Latency: [1, 2.5],
  });

test('an event in embedded metric format becomes metrics', async () => {
  const s = await stage();
  await s.put('plain', emf(1_700_000_000_000));
  const Dimensions = [{ Name: 'Region', Value: 'us-east-1' }];
  const Timestamp = new Date(1_700_000_000_000);
  assert.deepEqual(s.metrics, [
    {
      Namespace: 'Understudy/Storefront',
      MetricData: [
        { MetricName: 'Orders', Dimensions, Timestamp, Value: 3, Unit: 'Count' },
        { MetricName: 'Latency', Dimensions, Timestamp, Values: [1, 2.5], Unit: 'Milliseconds' },
      ],
    },
  ]);
});

test('at another speed than 1 a metric counts when its event comes in', async () => {
  const s = await stage({
    override: {
      clock: {
        ...createClock({ realOriginMs: 0, awsOriginMs: 0, speed: 1 }),
        speed: 10,
        now: () => 1_800_000_000_000,
      },
    },
  });
  await s.put(emf(1_700_000_000_000));
  assert.deepEqual(s.metrics[0]?.MetricData[0]?.['Timestamp'], new Date(1_800_000_000_000));
});

test('a metric filter counts what it matches, and its default speaks when nothing does', async () => {
  const s = await stage();
  await s.call('PutMetricFilter', {
    logGroupName: at.logGroupName,
    filterName: 'errors',
    filterPattern: '{ $.level = "error" }',
    metricTransformations: [
      { metricName: 'Errors', metricNamespace: 'Test', metricValue: '1', defaultValue: 0 },
    ],
  });
  await s.put('{"level":"error"}', '{"level":"info"}', '{"level":"error"}');
  await s.put('{"level":"info"}');
  assert.deepEqual(
    s.metrics.map(({ MetricData }) => MetricData.map(({ Value }) => Value)),
    [[1, 1], [0]],
  );
});

test('a batch that breaks the rules is refused as AWS does', async () => {
  const s = await stage();
  const now = s.context.clock.now();
  const put = (logEvents: object[]) => s.call('PutLogEvents', { ...at, logEvents });
  await assert.rejects(put([]), { code: 'InvalidParameterException' });
  await assert.rejects(
    put([
      { timestamp: now, message: 'b' },
      { timestamp: now - 1, message: 'a' },
    ]),
    /chronological order/,
  );
  await assert.rejects(put([{ timestamp: now, message: 'x'.repeat(1_048_576) }]), /Upload too large/);
  const { rejectedLogEventsInfo } = await put([
    { timestamp: now - 15 * 86_400_000, message: 'old' },
    { timestamp: now, message: 'now' },
    { timestamp: now + 3 * 3_600_000, message: 'new' },
  ]);
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
  assert.deepEqual(messagesOf(await s.call('GetLogEvents', at)), ['now']);
});

test('names never leave the folder', async () => {
  assert.equal(safeName('..'), '%2E%2E');
  assert.equal(safeName('../../etc/passwd').includes('/'), false);
  assert.ok(safeName('x'.repeat(512)).length < 200);
  assert.notEqual(safeName(`${'x'.repeat(300)}a`), safeName(`${'x'.repeat(300)}b`));
});

test('groups and streams that are not there, or twice, have AWS codes; a deleted group takes its events along', async () => {
  const s = await stage();
  await assert.rejects(s.call('CreateLogGroup', at), { code: 'ResourceAlreadyExistsException' });
  await assert.rejects(s.call('CreateLogStream', at), { code: 'ResourceAlreadyExistsException' });
  await assert.rejects(s.call('GetLogEvents', { ...at, logStreamName: 'none' }), {
    code: 'ResourceNotFoundException',
  });
  await assert.rejects(s.call('PutRetentionPolicy', { ...at, retentionInDays: 2 }), {
    code: 'InvalidParameterException',
  });
  await s.put('one');
  await s.call('DeleteLogGroup', at);
  assert.deepEqual((await s.call('DescribeLogGroups', {})).logGroups, []);
  assert.deepEqual(readdirSync(s.context.directory), []);
});

test('a template makes a group once, however often it is tried', async () => {
  const s = await stage();
  const service = await logs.create(s.context);
  const handler = service.resources['AWS::Logs::LogGroup'];
  const request = {
    stack: { name: 'App', id: 'id' },
    logicalId: 'Logs',
    properties: { LogGroupName: '/understudy/controller', RetentionInDays: 30 },
    clientToken: 't',
    progress: () => {},
  };
  const made = await handler?.create(request);
  assert.deepEqual(await handler?.create(request), made);
  assert.equal(
    made?.attributes['Arn'],
    'arn:aws:logs:us-east-1:000000000000:log-group:/understudy/controller:*',
  );
  const { logGroups } = await s.call('DescribeLogGroups', { logGroupNamePrefix: '/understudy/controller' });
  assert.equal(logGroups[0].retentionInDays, 30);
});
