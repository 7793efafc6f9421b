/** From failing probes, metrics and targets to a changed answer. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import { openStore } from '../../region/store.ts';
import type { DataPlane, Json } from '../contract.ts';
import { until } from '../test-until.ts';
import { route53 } from './index.ts';
import { dataOf, statusOf, type World, world } from './test-world.ts';

const loadBalancer = (address: string, healthy = true): Json => ({
  type: 'A',
  ttlSeconds: 60,
  targets: [{ address, healthy }],
  healthy,
});

async function failoverPair(w: World, port: number): Promise<string> {
  await w.resource('AWS::Route53::HostedZone', 'Zone', { Name: 'shop.example.' });
  const check = await w.resource('AWS::Route53::HealthCheck', 'Check', {
    HealthCheckConfig: {
      Type: 'HTTP',
      IPAddress: '127.0.0.1',
      Port: port,
      ResourcePath: '/health',
      RequestInterval: 10,
      FailureThreshold: 3,
    },
    HealthCheckTags: [{ Key: 'Name', Value: 'primary works' }],
  });
  for (const [role, region] of [
    ['PRIMARY', 'us-east-1'],
    ['SECONDARY', 'us-west-2'],
  ])
    await w.resource('AWS::Route53::RecordSet', `Active${role}`, {
      HostedZoneName: 'shop.example.',
      Name: 'active.shop.example',
      Type: 'TXT',
      TTL: '10',
      SetIdentifier: region,
      Failover: role,
      ResourceRecords: [`"${region}"`],
      ...(role === 'PRIMARY' && { HealthCheckId: check }),
    });
  return check;
}

async function endpoint(answer: () => number): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((_request, response) => response.writeHead(answer()).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port };
}

test('three failures at the checkers move the answer, and successes move it back', async () => {
  let status = 200;
  const { server, port } = await endpoint(() => status);
  const w = await world({ speed: 100 });
  const check = await failoverPair(w, port);
  const active = async (): Promise<unknown> => dataOf(await w.ask('active.shop.example', 'TXT'))[0];
  assert.equal(await active(), 'us-east-1');
  status = 503;
  await until('the secondary is answered', async () => (await active()) === 'us-west-2');
  await until('the timeline says so', () =>
    w.global.entries.some((entry) => entry.event === 'answer.changed'),
  );
  const turned = w.global.entries.find((entry) => entry.event === 'health-check.changed');
  assert.equal(turned?.subject, 'primary works');
  assert.match(
    turned?.because ?? '',
    /unhealthy: [0-2] of 16 checkers say healthy; last failures: .*HTTP 503/,
  );
  const moved = w.global.entries.find((entry) => entry.event === 'answer.changed');
  assert.match(moved?.because ?? '', /^us-east-1 → us-west-2: PRIMARY is unhealthy/);
  const answer = await w.plane.answers?.['health-check-status']?.({ id: check });
  assert.equal((answer as { observations: Json[] }).observations.length, 16);
  status = 302;
  await until('a redirect counts as healthy', async () => (await active()) === 'us-east-1');
  await w.end();
  server.close();
});

test('verdicts outlive a restart of the data plane', async () => {
  const { server, port } = await endpoint(() => 500);
  const store = openStore(':memory:');
  const w = await world({ speed: 100, store });
  const check = await failoverPair(w, port);
  await until('unhealthy', () => w.global.entries.some((entry) => entry.event === 'health-check.changed'));
  await w.plane.stop();
  const again = (await route53.createDataPlane?.({
    ...w.global,
    // Nothing is checked any more: what is known comes from the disk.
    clock: { ...w.global.clock, after: () => ({ stop: () => {} }) },
  })) as DataPlane;
  const entriesBefore = w.global.entries.length;
  await again.start();
  const { healthChecks } = statusOf(again);
  assert.equal(healthChecks.find((one) => one.id === check)?.healthy, false);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(w.global.entries.length, entriesBefore, 'a restart that changes nothing says nothing');
  await again.stop();
  server.close();
  await w.service.stop();
  store.close();
});

test('a latch on a metric holds the primary out, also while its region is away', async () => {
  let value: number | undefined = 0;
  let away = false;
  const invoke = (_region: string, _service: string, operation: string): unknown => {
    if (away) throw new Error('connect ECONNREFUSED');
    if (operation === 'DescribeAlarms')
      return {
        MetricAlarms: [
          {
            AlarmName: 'latch',
            Namespace: 'N',
            MetricName: 'Latch',
            Statistic: 'Maximum',
            Period: 60,
            EvaluationPeriods: 1,
            Threshold: 1,
            ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          },
        ],
      };
    if (operation !== 'GetMetricData') return {};
    const minute = Math.floor(w.global.clock.now() / 60_000) * 60_000;
    const Timestamps = value === undefined ? [] : [new Date(minute), new Date(minute - 60_000)];
    return { MetricDataResults: [{ Timestamps, Values: Timestamps.map(() => value) }] };
  };
  const w = await world({ speed: 200, invoke });
  await w.resource('AWS::Route53::HostedZone', 'Zone', { Name: 'shop.example.' });
  const latch = await w.resource('AWS::Route53::HealthCheck', 'Latch', {
    HealthCheckConfig: {
      Type: 'CLOUDWATCH_METRIC',
      AlarmIdentifier: { Name: 'latch', Region: 'us-west-2' },
      InsufficientDataHealthStatus: 'LastKnownStatus',
    },
  });
  const both = await w.resource('AWS::Route53::HealthCheck', 'Both', {
    HealthCheckConfig: { Type: 'CALCULATED', ChildHealthChecks: [latch], HealthThreshold: 1 },
  });
  const healthy = (): boolean => statusOf(w.plane).healthChecks.find((check) => check.id === both)!.healthy;
  assert.equal(healthy(), true);
  value = 1;
  await until('held', () => !healthy());
  away = true;
  // Longer than the data stays fresh: 60 s × 3 of AWS time.
  const then = w.global.clock.now();
  await until('the data is too old', () => w.global.clock.now() > then + 240_000);
  assert.equal(healthy(), false);
  away = false;
  value = 0;
  await until('released', healthy);
  await w.end();
});

test('a failover alias needs healthy targets as well as its health check', async () => {
  const w = await world();
  await w.resource('AWS::Route53::HostedZone', 'Zone', { Name: 'shop.example.' });
  for (const [role, region, address] of [
    ['PRIMARY', 'us-east-1', '127.1.0.5'],
    ['SECONDARY', 'us-west-2', '127.2.0.5'],
  ] as const) {
    const name = `app.${region}.elb.amazonaws.com`;
    w.global.regionPublishes(`route53/name/${name}`, loadBalancer(address));
    await w.resource('AWS::Route53::RecordSet', `Origin${role}`, {
      HostedZoneName: 'shop.example.',
      Name: 'origin.shop.example',
      Type: 'A',
      SetIdentifier: region,
      Failover: role,
      AliasTarget: { DNSName: name, HostedZoneId: 'Z1', EvaluateTargetHealth: true },
    });
  }
  const origin = async (): Promise<unknown[]> => dataOf(await w.ask('origin.shop.example', 'A'));
  assert.deepEqual(await origin(), ['127.1.0.5']);
  w.global.regionPublishes('route53/name/app.us-east-1.elb.amazonaws.com', loadBalancer('127.1.0.5', false));
  assert.deepEqual(await origin(), ['127.2.0.5']);
  w.global.regionPublishes('route53/name/app.us-west-2.elb.amazonaws.com', loadBalancer('127.2.0.5', false));
  assert.deepEqual(await origin(), ['127.1.0.5'], 'both unhealthy answers PRIMARY');
  await w.end();
});
