/** From records in the control plane to answers over UDP and TCP, and from failing probes to a changed answer. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import * as dns from 'dns-packet';
import { openStore } from '../../region/store.ts';
import type { AwsError, Caller } from '../../wire/types.ts';
import type { DataPlane, Json, Service } from '../contract.ts';
import { createTestContext } from '../test-context.ts';
import { createTestGlobalContext, type TestGlobalContext } from '../test-global-context.ts';
import { route53 } from './index.ts';

const CALLER: Caller = { requestId: 'r', principal: 'p', via: 'api' };
const STACK = { name: 'Dns', id: 'dns' };

interface Status {
  readonly nameServers: readonly string[];
  readonly healthChecks: readonly { readonly id: string; readonly healthy: boolean }[];
}

const statusOf = (plane: DataPlane): Status => plane.status?.() as unknown as Status;

interface World {
  readonly service: Service;
  readonly plane: DataPlane;
  readonly global: TestGlobalContext;
  call<O = Record<string, never>>(operation: string, input: object): Promise<O>;
  resource(type: string, logicalId: string, properties: object): Promise<string>;
  ask(name: string, type: string): Promise<dns.DecodedPacket>;
  end(): Promise<void>;
}

async function world(options: Parameters<typeof createTestGlobalContext>[0] = {}): Promise<World> {
  const global = createTestGlobalContext({ port: (n) => (n === 53 ? 0 : n), ...options });
  const context = createTestContext({
    override: { publish: (key, document) => global.regionPublishes(key, document) },
  });
  const service = await route53.create(context);
  const plane = (await route53.createDataPlane?.(global)) as DataPlane;
  await plane.start();
  await service.start();
  const [host, port] = statusOf(plane).nameServers[0]!.split(':');
  return {
    service,
    plane,
    global,
    call: async (operation, input) => (await service.operations[operation]?.(input, CALLER)) as never,
    resource: async (type, logicalId, properties) => {
      const made = await service.resources[type]!.create({
        stack: STACK,
        logicalId,
        properties,
        clientToken: `token ${logicalId}`,
        progress: () => {},
      });
      return made.physicalId;
    },
    ask: (name, type) => askUdp(host!, Number(port), name, type),
    end: async () => {
      await plane.stop();
      await service.stop();
      global.dispose();
      context.dispose();
    },
  };
}

function askUdp(host: string, port: number, name: string, type: string): Promise<dns.DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => reject(new Error(`no answer for ${name}`)), 2000);
    socket.once('message', (message) => {
      clearTimeout(timer);
      socket.close();
      resolve(dns.decode(message));
    });
    const query = dns.encode({
      type: 'query',
      id: 7,
      flags: dns.RECURSION_DESIRED,
      questions: [{ name, type: type as 'A', class: 'IN' }],
    });
    socket.send(query, port, host);
  });
}

function askTcp(host: string, port: number, name: string): Promise<dns.DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(dns.streamDecode(data) as dns.DecodedPacket);
    });
    socket.write(dns.streamEncode({ type: 'query', id: 9, questions: [{ name, type: 'TXT', class: 'IN' }] }));
  });
}

const dataOf = (packet: dns.DecodedPacket): unknown[] =>
  (packet.answers ?? []).map((record) =>
    record.type === 'TXT' ? String((record.data as Buffer[])[0]) : (record as { data: unknown }).data,
  );

const codeOf = (packet: dns.DecodedPacket): string => (packet as { rcode?: string }).rcode ?? '';

async function until(what: string, met: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await met())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const loadBalancer = (address: string, healthy = true): Json => ({
  type: 'A',
  ttlSeconds: 60,
  targets: [{ address, healthy }],
  healthy,
});

test('a template’s records are answered over UDP and TCP', async () => {
  const w = await world();
  await w.resource('AWS::Route53::HostedZone', 'Zone', { Name: 'shop.example.' });
  await w.resource('AWS::Route53::RecordSet', 'Mail', {
    HostedZoneName: 'shop.example.',
    Name: 'shop.example.',
    Type: 'MX',
    TTL: '300',
    ResourceRecords: ['10 mail.shop.example.'],
  });
  await w.resource('AWS::Route53::RecordSetGroup', 'Others', {
    HostedZoneName: 'shop.example.',
    RecordSets: [
      { Name: 'text.shop.example', Type: 'TXT', TTL: '30', ResourceRecords: ['"hello world"'] },
      { Name: 'a.b.shop.example', Type: 'A', TTL: '30', ResourceRecords: ['127.0.0.9'] },
      { Name: 'www.shop.example', Type: 'CNAME', TTL: '30', ResourceRecords: ['a.b.shop.example.'] },
      { Name: '*.wild.shop.example', Type: 'A', TTL: '30', ResourceRecords: ['127.0.0.8'] },
    ],
  });
  assert.deepEqual(dataOf(await w.ask('A.B.Shop.Example', 'A')), ['127.0.0.9']);
  assert.deepEqual(dataOf(await w.ask('www.shop.example', 'A')), ['a.b.shop.example', '127.0.0.9']);
  assert.deepEqual(dataOf(await w.ask('any.wild.shop.example', 'A')), ['127.0.0.8']);
  assert.deepEqual(dataOf(await w.ask('shop.example', 'MX')), [
    { preference: 10, exchange: 'mail.shop.example' },
  ]);
  const missing = await w.ask('nothing.shop.example', 'A');
  assert.equal(codeOf(missing), 'NXDOMAIN');
  assert.equal(missing.authorities?.[0]?.type, 'SOA');
  const nodata = await w.ask('b.shop.example', 'A');
  assert.equal(codeOf(nodata), 'NOERROR');
  assert.deepEqual(nodata.answers, []);
  assert.equal(codeOf(await w.ask('elsewhere.test', 'A')), 'REFUSED');
  const [host, port] = statusOf(w.plane).nameServers[1]!.split(':');
  assert.deepEqual(dataOf(await askTcp(host!, Number(port), 'text.shop.example')), ['hello world']);
  await w.end();
});

test('an alias answers with the load balancer’s healthy addresses, all of them when none is healthy', async () => {
  const w = await world();
  await w.resource('AWS::Route53::HostedZone', 'Zone', { Name: 'shop.example.' });
  const name = 'app-1.us-east-1.elb.amazonaws.com';
  await w.resource('AWS::Route53::RecordSet', 'Origin', {
    HostedZoneName: 'shop.example.',
    Name: 'origin.shop.example',
    Type: 'A',
    AliasTarget: { DNSName: `dualstack.${name}`, HostedZoneId: 'Z35SXDOTRQ7X7K' },
  });
  const zones = (healthy: readonly boolean[]): Json => ({
    type: 'A',
    ttlSeconds: 60,
    targets: healthy.map((one, n) => ({ address: `127.1.${n}.5`, healthy: one })),
    healthy: healthy.includes(true),
  });
  w.global.regionPublishes(`route53/name/${name}`, zones([true, false, true]));
  const packet = await w.ask('origin.shop.example', 'A');
  assert.deepEqual(dataOf(packet).sort(), ['127.1.0.5', '127.1.2.5']);
  assert.equal((packet.answers![0] as { ttl: number }).ttl, 60);
  w.global.regionPublishes(`route53/name/${name}`, zones([false, false]));
  const both = [await w.ask(name, 'A'), await w.ask(name, 'A')].map((one) => dataOf(one));
  assert.deepEqual(both[0]?.toSorted(), ['127.1.0.5', '127.1.1.5']);
  assert.notEqual(both[0]?.[0], both[1]?.[0], 'the next query gets the next rotation');
  assert.equal(codeOf(await w.ask('gone.us-east-1.elb.amazonaws.com', 'A')), 'NXDOMAIN');
  await w.end();
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

test('a batch that breaks a rule changes nothing and says why', async () => {
  const w = await world();
  const zone = await w.resource('AWS::Route53::HostedZone', 'Zone', { Name: 'shop.example.' });
  const set = { Name: 'x.shop.example', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '127.0.0.1' }] };
  const change = (Action: string, ResourceRecordSet: object): Promise<unknown> =>
    w.call('ChangeResourceRecordSets', {
      HostedZoneId: `/hostedzone/${zone}`,
      ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
    });
  await change('CREATE', set);
  const refused: readonly (readonly [string, object, RegExp])[] = [
    ['CREATE', set, /it already exists/],
    ['DELETE', { ...set, TTL: 61 }, /do not match the current values/],
    ['UPSERT', { ...set, ResourceRecords: [{ Value: 'nonsense' }] }, /must be an IPv4 address/],
    ['UPSERT', { ...set, Name: 'x.other.example' }, /not permitted in zone/],
    ['UPSERT', { ...set, Failover: 'PRIMARY' }, /Missing field SetIdentifier/],
    ['UPSERT', { ...set, Region: 'us-east-1', SetIdentifier: 'a' }, /latency.*not answered here/],
    ['CREATE', { ...set, Failover: 'PRIMARY', SetIdentifier: 'a' }, /another routing policy/],
    ['UPSERT', { ...set, HealthCheckId: 'none' }, /does not exist/],
    [
      'CREATE',
      {
        Name: 'f.shop.example',
        Type: 'A',
        Failover: 'PRIMARY',
        SetIdentifier: 'a',
        AliasTarget: { DNSName: 'x.shop.example', HostedZoneId: zone, EvaluateTargetHealth: false },
      },
      /must have EvaluateTargetHealth true/,
    ],
  ];
  for (const [action, wanted, message] of refused)
    await assert.rejects(change(action, wanted), (error: AwsError) => {
      assert.equal(error.code, 'InvalidChangeBatch');
      assert.match(error.message, message);
      return true;
    });
  const { ResourceRecordSets } = await w.call<{ ResourceRecordSets: { Type: string }[] }>(
    'ListResourceRecordSets',
    { HostedZoneId: zone },
  );
  assert.deepEqual(
    ResourceRecordSets.map((one) => one.Type),
    ['NS', 'SOA', 'A'],
  );
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

test('record sets of a template: repeated, changed, taken away, and never taken over', async () => {
  const w = await world();
  await w.resource('AWS::Route53::HostedZone', 'Zone', { Name: 'shop.example.' });
  const handler = w.service.resources['AWS::Route53::RecordSet']!;
  const properties = (value: string, more: object = {}): object => ({
    HostedZoneName: 'shop.example.',
    Name: 'a.shop.example',
    Type: 'TXT',
    TTL: '10',
    ResourceRecords: [`"${value}"`],
    ...more,
  });
  const request = (wanted: object, clientToken = 'token A') => ({
    stack: STACK,
    logicalId: 'A',
    properties: wanted,
    clientToken,
    progress: () => {},
  });
  const now = async (): Promise<unknown[]> => dataOf(await w.ask('a.shop.example', 'TXT'));
  await handler.create(request(properties('one')));
  const existing = await handler.create(request(properties('one')));
  assert.equal(existing.physicalId, 'a.shop.example');
  await assert.rejects(handler.create(request(properties('one'), 'another')), /it already exists/);
  const two = properties('two', { Weight: 1, SetIdentifier: 'w' });
  await handler.update?.({ ...request(two), previous: properties('one'), existing });
  assert.deepEqual(await now(), ['two']);
  await handler.delete({ ...request(two), existing });
  await handler.delete({ ...request(two), existing });
  assert.deepEqual(await now(), []);
  await w.end();
});
