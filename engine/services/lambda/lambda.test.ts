/** Functions as they are: real Node processes, invoked in every way, failing in every way. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import type { Caller } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { until } from '../test-until.ts';
import { lambda } from './index.ts';
import type { AcceptedEvent } from './model.ts';
import { afterAttempt } from './retries.ts';
import { readZip, unzipTo } from './zip.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
const preload = pathToFileURL(join(import.meta.dirname, '../../guest/preload.ts')).href;
const folder = mkdtempSync(join(tmpdir(), 'understudy-lambda-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked at by the assertions themselves
type Answer = any;

interface System {
  readonly context: TestContext;
  readonly service: Service;
  readonly logs: string[];
  /** Of every figure that was published, by name: its values in order. */
  readonly figures: Readonly<Record<string, number[]>>;
  call(operation: string, input: object): Promise<Answer>;
  create(name: string, text: string, change?: object): Promise<Answer>;
  invoke(name: string, payload?: unknown, change?: object): Promise<Answer>;
}

async function withLambda(work: (system: System) => Promise<void>, speed = 20): Promise<void> {
  const logs: string[] = [];
  const figures: Record<string, number[]> = {};
  const context = createTestContext({
    speed,
    override: {
      guestEnvironment: (credentials) => ({
        NODE_OPTIONS: `--import ${preload}`,
        AWS_ACCESS_KEY_ID: credentials!.accessKeyId,
        UNDERSTUDY_CLOCK: JSON.stringify({ realOriginMs: Date.now(), awsOriginMs: Date.now(), speed }),
      }),
      assets: {
        file: (bucket, key) => (bucket === 'assets' ? join(folder, key) : undefined),
        image: () => undefined,
      },
    },
    services: {
      cloudwatch: {
        PutMetricData: ({ Namespace, MetricData }) => {
          assert.equal(Namespace, 'AWS/Lambda');
          for (const { MetricName, Value } of MetricData) {
            figures[MetricName] ??= [];
            figures[MetricName].push(Value);
          }
        },
      },
      logs: {
        CreateLogGroup: () => ({}),
        CreateLogStream: () => ({}),
        PutLogEvents: (input) => {
          logs.push(...input.logEvents.map((one: { message: string }) => one.message));
        },
      },
    },
  });
  const service = await lambda.create(context);
  await service.start();
  const call = async (operation: string, input: object): Promise<Answer> =>
    await service.operations[operation]!(input, caller);
  try {
    await work({
      context,
      service,
      logs,
      figures,
      call,
      create: (name, text, change = {}) =>
        call('CreateFunction', {
          FunctionName: name,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::000000000000:role/r',
          Timeout: 60,
          Code: { ZipFile: text },
          ...change,
        }),
      invoke: async (name, payload = {}, change = {}) => {
        const answer = await call('Invoke', {
          FunctionName: name,
          Payload: JSON.stringify(payload),
          ...change,
        });
        const text = new TextDecoder().decode(answer.Payload);
        return { ...answer, Payload: text === '' ? undefined : JSON.parse(text) };
      },
    });
  } finally {
    await service.stop();
    context.dispose();
  }
}

test('a function answers, stays warm, and knows its role and itself', () =>
  withLambda(async ({ create, invoke, logs }) => {
    await create(
      'f',
      `let count = 0;
       exports.handler = async (event, context) => {
         console.log('hello', event.name);
         return { count: ++count, name: context.functionName, key: process.env.AWS_ACCESS_KEY_ID,
           left: context.getRemainingTimeInMillis() > 1000, pid: process.pid, greeting: process.env.GREETING };
       };`,
      { Environment: { Variables: { GREETING: 'hi', NODE_OPTIONS: '--enable-source-maps' } } },
    );
    const first = await invoke('f', { name: 'Ann' });
    const second = await invoke('arn:aws:lambda:us-east-1:000000000000:function:f', { name: 'Ben' });
    assert.equal(first.StatusCode, 200);
    assert.deepEqual(
      { ...first.Payload, pid: 0 },
      { count: 1, name: 'f', key: 'ASIATEST', left: true, greeting: 'hi', pid: 0 },
    );
    assert.equal(second.Payload.count, 2);
    assert.equal(second.Payload.pid, first.Payload.pid);
    await until('the log', () => logs.filter((line) => line.startsWith('REPORT')).length === 2);
    const text = logs.join('\n');
    assert.match(text, /^START RequestId: \S+ Version: \$LATEST$/m);
    assert.match(text, /^\d{4}-\d\d-\d\dT\S+Z\t\S+\tINFO\thello Ann$/m);
    assert.match(text, /^REPORT RequestId: \S+\tDuration: .*Max Memory Used: \d+ MB\tInit Duration: /m);
  }));

test('every invocation is counted, failures and refusals apart', () =>
  withLambda(async ({ create, invoke, figures, call }) => {
    await create('figures', 'exports.handler = async (event) => { if (event.fail) throw new Error("no"); };');
    await invoke('figures');
    await invoke('figures', { fail: true });
    await call('PutFunctionConcurrency', { FunctionName: 'figures', ReservedConcurrentExecutions: 0 });
    await assert.rejects(invoke('figures'), { name: 'TooManyRequestsException' });
    const { Duration = [], ...counts } = figures;
    assert.deepEqual(counts, { Invocations: [1, 1], Errors: [0, 1], Throttles: [0, 0, 1] });
    assert.ok(Duration.length === 2 && Duration.every((ms) => ms >= 0), `durations ${Duration.join(', ')}`);
  }));

test('an environment that nobody needs ends after a minute and a half', () =>
  withLambda(async ({ create, invoke, service, context }) => {
    await create('f', 'exports.handler = async () => process.pid');
    const { Payload: pid } = await invoke('f');
    const idleSince = context.clock.now();
    assert.equal((service.status!() as Answer).environments, 1);
    await until('the idle environment to end', () => (service.status!() as Answer).environments === 0);
    assert.ok(context.clock.now() - idleSince >= 90_000);
    assert.notEqual((await invoke('f')).Payload, pid);
  }, 300));

test('a handler may answer by callback, be a module, and live in a folder', () =>
  withLambda(async ({ create, invoke }) => {
    await create('callback', 'exports.handler = (event, context, done) => { done(null, event.n + 1); };');
    assert.equal((await invoke('callback', { n: 1 })).Payload, 2);
    mkdirSync(join(folder, 'asset/lib'), { recursive: true });
    writeFileSync(join(folder, 'asset/lib/main.mjs'), 'export const run = async (event) => event;');
    await create('module', '', { Handler: 'lib/main.run', Code: { S3Bucket: 'assets', S3Key: 'asset' } });
    assert.deepEqual((await invoke('module', { a: [1] })).Payload, { a: [1] });
  }));

test('what the function throws comes back as its error; the environment goes on', () =>
  withLambda(async ({ create, invoke }) => {
    await create(
      'f',
      `class Odd extends Error { constructor(m) { super(m); this.name = 'Odd'; } }
       exports.handler = async (event) => { if (event.bad) throw new Odd('no'); return process.pid; };`,
    );
    const { Payload: pid } = await invoke('f');
    const bad = await invoke('f', { bad: true });
    assert.equal(bad.FunctionError, 'Unhandled');
    assert.deepEqual([bad.Payload.errorType, bad.Payload.errorMessage], ['Odd', 'no']);
    assert.equal((await invoke('f')).Payload, pid);
  }));

test('a function that takes too long is ended at its deadline, in AWS time', () =>
  withLambda(async ({ create, invoke, context }) => {
    await create('slow', `exports.handler = () => new Promise(() => setInterval(() => {}, 1000));`, {
      Timeout: 3,
    });
    const began = context.clock.now();
    const answer = await invoke('slow');
    assert.equal(answer.FunctionError, 'Unhandled');
    assert.equal(answer.Payload.errorType, 'Sandbox.Timedout');
    assert.match(answer.Payload.errorMessage, /Task timed out after 3\.00 seconds$/);
    assert.ok(context.clock.now() - began >= 3000);
  }));

test('a killed environment fails its invocation, and the next one has another', () =>
  withLambda(async ({ create, invoke }) => {
    await create(
      'f',
      `exports.handler = async (event) => { if (event.die) process.kill(process.pid, 'SIGKILL'); await 1; return process.pid; };`,
    );
    const { Payload: pid } = await invoke('f');
    const dead = await invoke('f', { die: true });
    assert.equal(dead.Payload.errorType, 'Runtime.ExitError');
    assert.match(dead.Payload.errorMessage, /signal: killed/);
    assert.notEqual((await invoke('f')).Payload, pid);
  }));

test('code that does not load says why', () =>
  withLambda(async ({ create, invoke, call }) => {
    await create('absent', 'exports.handler = 1', { Handler: 'main.handler' });
    assert.equal((await invoke('absent')).Payload.errorType, 'Runtime.ImportModuleError');
    await create('nothing', 'exports.handler = 1');
    assert.equal((await invoke('nothing')).Payload.errorType, 'Runtime.HandlerNotFound');
    await create('throwing', 'throw new TypeError("at load")');
    assert.equal((await invoke('throwing')).Payload.errorMessage, 'at load');
    await create('elsewhere', '', { Code: { S3Bucket: 'somewhere', S3Key: 'x.zip' } });
    await assert.rejects(invoke('elsewhere'), /is not a file asset of this app/);
    await create('python', 'def handler(): pass', { Runtime: 'python3.13' });
    await assert.rejects(invoke('python'), { name: 'InvalidRuntimeException' });
    await assert.rejects(invoke('nobody'), { name: 'ResourceNotFoundException', httpStatus: 404 });
    await assert.rejects(call('Invoke', { FunctionName: 'nothing', Payload: '{' }), {
      name: 'InvalidRequestContentException',
    });
  }));

test('reserved concurrency one: a second invocation is throttled, an event waits its turn', () =>
  withLambda(async ({ create, invoke, call, logs }) => {
    await create(
      'one',
      `exports.handler = async (event) => {
         console.log('ran', event.n);
         await new Promise((done) => setTimeout(done, 8000));
       };`,
    );
    await call('PutFunctionConcurrency', { FunctionName: 'one', ReservedConcurrentExecutions: 1 });
    const running = invoke('one', { n: 1 });
    await assert.rejects(invoke('one', { n: 2 }), {
      name: 'TooManyRequestsException',
      httpStatus: 429,
      members: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User' },
    });
    const accepted = await invoke('one', { n: 3 }, { InvocationType: 'Event' });
    assert.equal(accepted.StatusCode, 202);
    await running;
    await until('the event', () => logs.some((line) => line.endsWith('ran 3')));
    assert.ok(!logs.some((line) => line.endsWith('ran 2')));
  }));

test('an event that fails is tried twice more and then dropped, and the timeline says so', () =>
  withLambda(async ({ create, invoke, logs, context, service }) => {
    await create('f', `exports.handler = async () => { console.log('try'); throw new Error('always'); };`, {
      Timeout: 900,
    });
    await invoke('f', {}, { InvocationType: 'Event' });
    await until('the drop', () => context.entries.some((entry) => entry.event === 'event.dropped'), 20_000);
    await until('the log', () => logs.filter((line) => line.endsWith('\ttry')).length === 3);
    assert.equal((service.status!() as Answer).waitingEvents, 0);
  }, 300));

test('events accepted before a loss are delivered after it, unless they are too old by then', () =>
  withLambda(async ({ create, service, call, context, logs }) => {
    await create('f', `exports.handler = async (event) => { console.log('ran', event.n); };`);
    await call('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumEventAgeInSeconds: 60 });
    await service.stop();
    const events = context.store.table<AcceptedEvent>('events');
    const now = context.clock.now();
    for (const [requestId, age] of [
      ['old', 120_000],
      ['young', 10_000],
    ] as const)
      events.put(requestId, {
        requestId,
        functionName: 'f',
        payload: JSON.stringify({ n: requestId }),
        acceptedAtMs: now - age,
        failures: 0,
        throttles: 0,
        nextAtMs: now - age,
      });
    const next = await lambda.create(context);
    await next.start();
    await until('the young event', () => logs.some((line) => line.endsWith('ran young')));
    await until('no event to wait', () => events.values().length === 0);
    assert.ok(!logs.some((line) => line.endsWith('ran old')));
    assert.match(context.entries.at(-1)!.because, /older than 60 s/);
    await next.stop();
  }));

test('new code ends the environments of the old', () =>
  withLambda(async ({ create, invoke, call }) => {
    await create('f', 'exports.handler = async () => 1');
    assert.equal((await invoke('f')).Payload, 1);
    await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: 'exports.handler = async () => 2' });
    assert.equal((await invoke('f')).Payload, 2);
  }));

test('a template function: created, repeated, updated, deleted', () =>
  withLambda(async ({ service, invoke }) => {
    const handler = service.resources['AWS::Lambda::Function']!;
    const request = {
      stack: { name: 's', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/s/1' },
      logicalId: 'F',
      clientToken: 't',
      progress: () => {},
      properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/r',
        Code: { ZipFile: 'exports.handler = async () => process.env.A ?? "none"' },
        Environment: { Variables: { A: 'a' } },
        ReservedConcurrentExecutions: 1,
      },
    };
    const existing = await handler.create(request);
    assert.deepEqual(await handler.create(request), existing);
    assert.equal(
      existing.attributes['Arn'],
      `arn:aws:lambda:us-east-1:000000000000:function:${existing.physicalId}`,
    );
    assert.equal((await invoke(existing.physicalId)).Payload, 'a');
    const { Environment: _environment, ...properties } = request.properties;
    await handler.update!({ ...request, properties, previous: request.properties, existing });
    assert.equal((await invoke(existing.physicalId)).Payload, 'none');
    await handler.delete({ ...request, existing });
    await handler.delete({ ...request, existing });
    await assert.rejects(invoke(existing.physicalId), { name: 'ResourceNotFoundException' });
  }));

test('retries: one minute, two minutes, gone; throttles double to five minutes until the event is too old', () => {
  const event = {
    requestId: 'r',
    functionName: 'f',
    payload: '{}',
    acceptedAtMs: 0,
    failures: 0,
    throttles: 0,
    nextAtMs: 0,
  };
  const settings = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 3600 };
  const waits = (attempt: 'failed' | 'throttled'): number[] => {
    const found: number[] = [];
    let now = 0;
    for (let step = afterAttempt(event, attempt, settings, now); step.step === 'retry'; ) {
      found.push(step.event.nextAtMs - now);
      now = step.event.nextAtMs;
      step = afterAttempt(step.event, attempt, settings, now);
    }
    return found;
  };
  assert.deepEqual(waits('failed'), [60_000, 120_000]);
  const throttled = waits('throttled');
  assert.deepEqual(
    throttled.slice(0, 10),
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map((s) => s * 1000),
  );
  assert.ok(throttled.reduce((sum, one) => sum + one, 0) <= 3_600_000);
});

/** A small archive, by hand: local headers, directory, end. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = deflateRawSync(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(content.length, 20);
    central.writeUInt32LE(text.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), content);
    directory.push(central, Buffer.from(name));
    offset += 30 + name.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

test('an uploaded archive runs; one that would leave its folder does not', () =>
  withLambda(async ({ create, invoke }) => {
    const archive = zip({
      'index.js': 'exports.handler = async () => require("./lib/a.js")',
      'lib/a.js': 'module.exports = 7',
    });
    await create('zipped', '', { Code: { ZipFile: new Uint8Array(archive) } });
    assert.equal((await invoke('zipped')).Payload, 7);
    assert.throws(() => unzipTo(zip({ '../evil.js': 'x' }), join(folder, 'out')), /would leave its folder/);
    assert.throws(() => readZip(Buffer.from('not a zip at all, but long enough')), /not a ZIP archive/);
  }));
