import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { databaseErrorKind } from './database-error.ts';
import { idempotencyKey, requestHash, requireSameRequest } from './idempotency.ts';
import { emfLine, noCounts, spread } from './metrics.ts';
import { orderId } from './order-id.ts';
import { Problem, type ProblemCode, problemAnswer, problems } from './problem.ts';
import { parseTask } from './task.ts';

test('a problem is RFC 9457 problem details, and no cache may keep it', () => {
  for (const code of Object.keys(problems) as ProblemCode[]) {
    const answer = problemAnswer(new Problem(code, 'why'), '/api/orders');
    const body = JSON.parse(answer.body) as Record<string, unknown>;
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(body['status'], answer.status);
    assert.equal(body['type'], `/problems/${code}`);
    assert.equal(body['detail'], 'why');
    assert.equal('retry-after' in answer.headers, answer.status === 503, code);
  }
});

test('an order says the same however its JSON is arranged, and another order says something else', () => {
  const order = { customer: 'Eve', items: [{ productId: 'lozenges', quantity: 2 }] };
  const arranged = { items: [{ quantity: 2, productId: 'lozenges' }], customer: 'Eve' };
  assert.equal(requestHash(order), requestHash(arranged));
  assert.notEqual(requestHash(order), requestHash({ ...order, customer: 'Eva' }));
  assert.notEqual(
    requestHash(order),
    requestHash({ ...order, items: [{ productId: 'lozenges', quantity: 3 }] }),
  );
  requireSameRequest('k', 'h', 'h');
  assert.throws(() => requireSameRequest('k', 'h', 'other'), { code: 'idempotency-key-reused' });
});

test('an idempotency key is one visible ASCII value', () => {
  assert.equal(idempotencyKey('"8e03978e-40d5"'), '"8e03978e-40d5"');
  assert.throws(() => idempotencyKey(undefined), { code: 'idempotency-key-missing' });
  for (const bad of ['a b', 'é', 'x'.repeat(256), ['a', 'b']]) {
    assert.throws(() => idempotencyKey(bad), { code: 'idempotency-key-invalid' });
  }
});

test('order ids are UUIDs of version 7 that sort by time', () => {
  const moment = fc.nat({ max: 2 ** 31 }).map((n) => 1_700_000_000_000 + n);
  const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(moment, moment, random, random, (a, b, r1, r2) => {
      const [first, second] = [orderId(a, r1), orderId(b, r2)];
      assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      if (a < b) assert.ok(first < second);
      assert.equal(Number.parseInt(first.replace('-', '').slice(0, 12), 16), a);
    }),
  );
});

test('a database error means one thing', () => {
  const error = (about: object) => Object.assign(new Error('x'), about);
  assert.equal(databaseErrorKind(error({ errno: 1290, code: 'ER_OPTION_PREVENTS_STATEMENT' })), 'read-only');
  assert.equal(databaseErrorKind(error({ errno: 1836 })), 'read-only');
  assert.equal(databaseErrorKind(error({ errno: -111, code: 'ECONNREFUSED' })), 'unavailable');
  assert.equal(databaseErrorKind(error({ code: 'PROTOCOL_CONNECTION_LOST' })), 'unavailable');
  assert.equal(databaseErrorKind(error({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })), 'unavailable');
  assert.equal(databaseErrorKind(error({ errno: 1062, code: 'ER_DUP_ENTRY' })), 'duplicate');
  assert.equal(databaseErrorKind(error({ errno: 1213, code: 'ER_LOCK_DEADLOCK' })), 'contention');
  assert.equal(databaseErrorKind(error({ errno: 1064, code: 'ER_PARSE_ERROR' })), 'defect');
  assert.equal(databaseErrorKind(new TypeError('x is not a function')), 'defect');
});

test('an EMF line says what its metrics are, and names one dimension', () => {
  const counts = { ...noCounts(), requests: 5, requestsShed: 2, latenciesMs: [3, 1, 2] };
  const gauges = { region: 'us-west-2', task: 'abc', writerRole: false, lagMs: 41 };
  const line = JSON.parse(emfLine(counts, gauges, 1_800_000_000_000.4)) as Record<string, unknown>;
  const about = line['_aws'] as { Timestamp: number; CloudWatchMetrics: Record<string, unknown>[] };
  assert.equal(about.Timestamp, 1_800_000_000_000);
  assert.equal(about.CloudWatchMetrics[0]?.['Namespace'], 'Understudy/Storefront');
  assert.deepEqual(about.CloudWatchMetrics[0]?.['Dimensions'], [['Region']]);
  const named = (about.CloudWatchMetrics[0]?.['Metrics'] ?? []) as readonly { readonly Name: string }[];
  assert.equal(named.length, 9);
  for (const { Name } of named) assert.ok(Name in line, Name);
  assert.deepEqual(line['LatencyMs'], [1, 2, 3]);
  assert.equal(line['RequestsShed'], 2);
  assert.equal(line['WriterRole'], 0);
});

test('no metric has more than a hundred values, and the extremes are among them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 1_000 }), (values) => {
      const kept = spread(values);
      assert.ok(kept.length <= 100);
      assert.equal(kept[0], Math.min(...values));
      assert.equal(kept.at(-1), Math.max(...values));
    }),
  );
});

test('the task metadata document may be anything', () => {
  const document = {
    TaskARN: 'arn:aws:ecs:us-east-1:123456789012:task/understudy/0123456789abcdef',
    AvailabilityZone: 'us-east-1b',
    Containers: [{ Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['10.0.11.7'] }] }],
  };
  assert.deepEqual(parseTask(document), {
    zone: 'us-east-1b',
    task: '0123456789abcdef',
    address: '10.0.11.7',
  });
  fc.assert(fc.property(fc.anything(), (value) => void parseTask(value)));
});
