/** What a region said stays to be read when it says nothing any more; what its controller says is heard from its log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING_KNOWN, pictureOf } from '../console/picture.ts';
import { createClock } from '../time/clock.ts';
import { wordOf } from './controller-words.ts';
import { metricsOf } from './metric-series.ts';
import { createRegionQuestions } from './region-questions.ts';
import type { System } from './system.ts';

const clock = createClock({ realOriginMs: Date.now(), awsOriginMs: 1_800_000_000_000, speed: 1 });

function world(answer: (region: string, operation: string) => unknown): {
  system: System;
  lose(name: string): void;
} {
  const lost = new Set<string>();
  const system = {
    clock,
    regions: ['us-east-1', 'us-west-2'],
    member: (name: string) => ({
      state: () => (lost.has(name) ? 'frozen' : 'running'),
      request: async () => answer(name, 'stacks'),
    }),
    invoke: async (region: string, { operation }: { operation: string }) => answer(region, operation),
  };
  return { system: system as unknown as System, lose: (name) => void lost.add(name) };
}

test('mail and resources of a region that is lost are those it had', async () => {
  const stack = {
    name: 'App',
    resources: [{ logicalId: 'A', type: 'AWS::SNS::Topic', status: 'CREATE_COMPLETE' }],
  };
  const { system, lose } = world((region, operation) =>
    operation === 'stacks'
      ? [stack]
      : { Messages: [{ atMs: region === 'us-east-1' ? 2 : 1, to: 'me', body: 'hi' }] },
  );
  const questions = createRegionQuestions(system);
  const [mail, resources] = [await questions.mail(), await questions.resources()];
  assert.deepEqual(
    mail.map(({ region, atMs }) => [region, atMs]),
    [
      ['us-west-2', 1],
      ['us-east-1', 2],
    ],
  );
  assert.deepEqual(
    resources.map(({ region, fate, physicalId }) => [region, fate, physicalId]),
    [
      ['us-east-1', 'recorded', null],
      ['us-west-2', 'recorded', null],
    ],
  );
  lose('us-east-1');
  assert.deepEqual(await questions.mail(), mail);
  assert.deepEqual(await questions.resources(), resources);
});

test('alarms are the app’s own, and stay when nobody answers; those of scaling are no news', async () => {
  const alarm = (name: string, state: string) => ({
    name,
    state,
    reason: 'why',
    since: '2026-11-23T07:00:00Z',
  });
  const alarms = [alarm('understudy-latch', 'ALARM'), alarm('TargetTracking-x', 'ALARM')];
  const { system } = world(() => ({}));
  const services = { cloudwatch: { alarms } };
  let answers: object = { 'us-east-1': { guests: [], services } };
  const questions = createRegionQuestions({ ...system, status: async () => answers } as unknown as System);
  const found = await questions.alarms();
  assert.deepEqual(found, [
    {
      ...{ region: 'us-east-1', name: 'understudy-latch', state: 'ALARM', because: 'why' },
      sinceMs: Date.UTC(2026, 10, 23, 7),
    },
  ]);
  answers = { 'us-east-1': { unavailable: 'it is late' } };
  assert.deepEqual(await questions.alarms(), found);
});

test('a box has the metrics of its dimensions, counted or averaged', async () => {
  const metric = (name: string, ...dimensions: string[]) => ({
    Namespace: 'AWS/ApplicationELB',
    MetricName: name,
    Dimensions: dimensions.map((Name) => ({ Name, Value: 'app/x' })),
  });
  const Datapoints = [
    { Timestamp: new Date(2000), Average: 1, Sum: 8, Unit: 'Count' },
    { Timestamp: new Date(1000), Average: 2, Sum: 6, Unit: 'Count' },
  ];
  const { system } = world((_region, operation) =>
    operation === 'ListMetrics'
      ? {
          Metrics: [
            metric('RequestCount', 'LoadBalancer'),
            metric('HealthyHostCount', 'LoadBalancer'),
            metric('RequestCount', 'LoadBalancer', 'AvailabilityZone'),
          ],
        }
      : { Datapoints },
  );
  const report = {
    system: { phase: 'up', speed: 1, awsNowMs: 0, regions: system.regions },
    ...{ members: [], links: [], processes: {}, controllers: {}, regionOf: () => undefined },
  };
  const { picture } = pictureOf(report, NOTHING_KNOWN, null);
  const series = await metricsOf(system, picture, {
    region: 'us-east-1',
    box: 'us-east-1/load-balancer',
    fromMs: undefined,
  });
  assert.deepEqual(series, [
    {
      name: 'RequestCount',
      statistic: 'Sum',
      unit: 'Count',
      points: [
        [1000, 6],
        [2000, 8],
      ],
    },
    {
      name: 'HealthyHostCount',
      statistic: 'Average',
      unit: 'Count',
      points: [
        [1000, 2],
        [2000, 1],
      ],
    },
  ]);
  assert.deepEqual(await metricsOf(system, picture, { region: 'mars', box: 'mars', fromMs: undefined }), []);
});

test('a look of the controller is one line among others of its log', () => {
  const said = {
    message: 'tick',
    region: 'us-west-2',
    verdict: 'hold',
    because: 'lag unknown',
    phase: 'watch',
  };
  assert.deepEqual(wordOf(5, `2026-11-23T07:15:13.580Z\tid\tINFO\t${JSON.stringify(said)}`), {
    ...{ atMs: 5, phase: 'watch', verdict: 'hold', because: 'lag unknown' },
  });
  for (const line of ['START RequestId: x', '{"message":"tick"', 'a {"message":"transition"}'])
    assert.equal(wordOf(5, line), undefined, line);
});
