/** The pure rules: checkers, verdicts, metrics, failover, weights, messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as dns from 'dns-packet';
import fc from 'fast-check';
import type { World } from './alias.ts';
import { type Answer, answer } from './answer.ts';
import { type Checker, NEW_CHECKER, observe, vantages } from './checker.ts';
import { addressTo, encodeAnswer, readQuery } from './message.ts';
import { evaluateMetric, type MetricRule } from './metric-evaluation.ts';
import type { RecordSet } from './model.ts';
import { calculatedVerdict, endpointVerdict, finalVerdict, insufficientVerdict } from './verdict.ts';
import { compileZone } from './zone-data.ts';

const after = (results: string, threshold: number): Checker =>
  [...results].reduce<Checker>(
    (checker, one, n) => observe(checker, { ok: one === '+', because: one, atMs: n }, threshold),
    NEW_CHECKER,
  );

test('a checker turns after the threshold in a row, in either direction', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['--', true],
    ['---', false],
    ['--+--', true],
    ['---++', false],
    ['---++-+++', true],
  ];
  for (const [results, healthy] of rows) assert.equal(after(results, 3).healthy, healthy, results);
  assert.equal(after('-', 1).healthy, false);
});

test('16 checkers in eight regions; more than 18 % must say healthy', () => {
  assert.equal(vantages(undefined).length, 16);
  assert.equal(vantages(['us-east-1', 'us-west-2', 'eu-west-1']).length, 6);
  assert.deepEqual(
    [0, 2, 3, 16].map((n) => endpointVerdict(n, 16).healthy),
    [false, false, true, true],
  );
});

test('calculated, disabled, inverted, insufficient', () => {
  const children = [
    { name: 'a', healthy: true },
    { name: 'b', healthy: false },
  ];
  assert.deepEqual(
    [0, 1, 2, 3].map((threshold) => calculatedVerdict(children, threshold).healthy),
    [true, true, false, false],
  );
  const unhealthy = { healthy: false, because: 'x' };
  const flags = (Disabled: boolean, Inverted: boolean): boolean =>
    finalVerdict({ Type: 'HTTP', Disabled, Inverted }, unhealthy).healthy;
  assert.deepEqual(
    [flags(false, false), flags(false, true), flags(true, false), flags(true, true)],
    [false, true, true, false],
  );
  assert.equal(insufficientVerdict('LastKnownStatus', undefined).healthy, true);
  assert.equal(insufficientVerdict('LastKnownStatus', false).healthy, false);
  assert.equal(insufficientVerdict('Unhealthy', true).healthy, false);
});

test('a metric breaches when the last N periods do; too few are insufficient', () => {
  const rule: MetricRule = {
    namespace: 'N',
    metricName: 'M',
    dimensions: [],
    statistic: 'Maximum',
    periodSeconds: 60,
    evaluationPeriods: 2,
    threshold: 1,
    comparison: 'GreaterThanOrEqualToThreshold',
  };
  const now = 600_000 + 30_000;
  const at = (minutesAgo: number, value: number): { atMs: number; value: number } => ({
    atMs: 600_000 - minutesAgo * 60_000,
    value,
  });
  const outcome = (points: { atMs: number; value: number }[], by = rule): string =>
    evaluateMetric(by, points, now).outcome;
  assert.equal(outcome([at(1, 1), at(2, 1)]), 'breaching');
  assert.equal(outcome([at(1, 0), at(2, 1)]), 'ok');
  assert.equal(outcome([at(1, 1)]), 'insufficient');
  assert.equal(outcome([at(3, 1), at(4, 1)]), 'breaching', 'a little late is not missing');
  assert.equal(outcome([at(5, 1), at(6, 1)]), 'insufficient', 'too old');
  assert.equal(outcome([at(0, 1), at(1, 1), at(2, 0)]), 'breaching', 'a maximum that breaches stays one');
  assert.equal(outcome([at(0, 0), at(1, 1), at(2, 1)]), 'breaching', 'the period under way is not over');
  assert.equal(
    outcome([at(0, 5), at(1, 0), at(2, 0)], { ...rule, statistic: 'Average' }),
    'ok',
    'an average may still change',
  );
});

const HEALTHY = { healthy: true, because: '' };

function pair(healthy: Readonly<Record<string, boolean>>): readonly string[] {
  const record = (Failover: 'PRIMARY' | 'SECONDARY', value: string): RecordSet => ({
    Name: 'a.test.',
    Type: 'TXT',
    TTL: 10,
    Failover,
    SetIdentifier: value,
    HealthCheckId: value,
    ResourceRecords: [{ Value: `"${value}"` }],
  });
  const zone = compileZone({
    id: 'Z',
    name: 'test.',
    nameServers: [],
    records: [record('PRIMARY', 'first'), record('SECONDARY', 'second')],
  });
  const world: World = {
    published: () => undefined,
    healthCheck: (id) => ({ healthy: healthy[id] ?? true, because: id }),
  };
  const { answers } = answer(
    world,
    () => zone,
    { name: 'a.test', type: 'TXT' },
    () => 0,
  );
  return answers.map((one) => String((one.data as Buffer[])[0]));
}

test('failover: every state of the pair', () => {
  assert.deepEqual(pair({ first: true, second: true }), ['first']);
  assert.deepEqual(pair({ first: true, second: false }), ['first']);
  assert.deepEqual(pair({ first: false, second: true }), ['second']);
  assert.deepEqual(pair({ first: false, second: false }), ['first'], 'both unhealthy is PRIMARY');
});

function weighted(
  records: readonly { readonly weight: number; readonly healthy: boolean }[],
  random: number,
): number {
  const zone = compileZone({
    id: 'Z',
    name: 'test.',
    nameServers: [],
    records: records.map(({ weight }, n) => ({
      Name: 'w.test.',
      Type: 'A',
      TTL: 1,
      Weight: weight,
      SetIdentifier: String(n),
      HealthCheckId: String(n),
      ResourceRecords: [{ Value: `127.0.0.${n}` }],
    })),
  });
  const world: World = {
    published: () => undefined,
    healthCheck: (id) => ({ ...HEALTHY, healthy: records[Number(id)]?.healthy ?? true }),
  };
  const { answers } = answer(
    world,
    () => zone,
    { name: 'w.test', type: 'A' },
    () => random,
  );
  assert.equal(answers.length, 1);
  return Number(String(answers[0]?.data).split('.').at(-1));
}

test('weights: the healthy by weight; weight 0 only when nothing else is healthy; all when none is', () => {
  assert.equal(
    weighted(
      [
        { weight: 1, healthy: true },
        { weight: 3, healthy: true },
      ],
      0.3,
    ),
    1,
  );
  assert.equal(
    weighted(
      [
        { weight: 1, healthy: true },
        { weight: 3, healthy: false },
      ],
      0.9,
    ),
    0,
  );
  assert.equal(
    weighted(
      [
        { weight: 0, healthy: true },
        { weight: 3, healthy: false },
      ],
      0.9,
    ),
    0,
  );
  assert.equal(
    weighted(
      [
        { weight: 0, healthy: false },
        { weight: 3, healthy: false },
      ],
      0.1,
    ),
    1,
  );
  const record = fc.record({ weight: fc.integer({ min: 0, max: 255 }), healthy: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (records, random) => {
        const chosen = records[weighted(records, random)]!;
        if (records.some((one) => one.healthy)) assert.ok(chosen.healthy);
        if (records.some((one) => one.healthy && one.weight > 0)) assert.ok(chosen.weight > 0);
      },
    ),
  );
});

test('any octets are answered, refused or ignored, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
      const reading = readQuery(Buffer.from(octets));
      assert.ok(['query', 'refused', 'ignored'].includes(reading.kind));
    }),
    { numRuns: 2000 },
  );
});

test('an answer fits its query: id, spelling, EDNS, truncation', () => {
  const many: Answer = {
    rcode: 'NOERROR',
    authoritative: true,
    answers: Array.from({ length: 40 }, (_, n) => ({
      type: 'A' as const,
      name: 'many.test',
      ttlSeconds: 60,
      data: `127.0.0.${n}`,
    })),
    authority: [],
    additional: [],
    drawn: false,
  };
  const kept = encodeAnswer(many, 'many.test', 'A');
  const asked = (additionals: dns.Answer[]): Buffer =>
    dns.encode({
      type: 'query',
      id: 77,
      flags: dns.RECURSION_DESIRED,
      questions: [{ name: 'MaNy.test', type: 'A', class: 'IN' }],
      additionals,
    });
  const replyTo = (message: Buffer, limit: number): dns.DecodedPacket => {
    const reading = readQuery(message);
    assert.ok(reading.kind === 'query');
    return dns.decode(addressTo(kept, message, reading.query, limit));
  };
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1400,
    flags: 0,
    options: [],
  } as unknown as dns.Answer;
  const whole = replyTo(asked([opt]), 1232);
  assert.equal(whole.id, 77);
  assert.equal(whole.questions?.[0]?.name, 'MaNy.test');
  assert.equal(whole.answers?.length, 40);
  assert.equal(whole.additionals?.[0]?.type, 'OPT');
  const cut = replyTo(asked([]), 512);
  assert.equal(cut.answers?.length, 0);
  assert.equal(cut.flag_tc, true);
  assert.equal(cut.additionals?.length, 0);
});
