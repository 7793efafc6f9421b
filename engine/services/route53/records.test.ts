/** From records in the control plane to answers over UDP and TCP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsError } from '../../wire/types.ts';
import type { Json } from '../contract.ts';
import { askTcp, codeOf, dataOf, STACK, statusOf, world } from './test-world.ts';

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
