/** Route 53 as the AWS SDK speaks to it: rest-xml over a socket, errors with AWS's codes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  GetChangeCommand,
  GetHealthCheckStatusCommand,
  GetHostedZoneCommand,
  ListHealthChecksCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import { startWire } from '../../wire/test-server.ts';
import { createTestContext } from '../test-context.ts';
import { route53 } from './index.ts';

test('a zone, its records and a health check by the SDK', async () => {
  const context = createTestContext({
    override: {
      ask: async () => ({
        observations: [{ region: 'eu-west-1', status: 'Success: HTTP 200', checkedAtMs: 1_700_000_000_000 }],
      }),
    },
  });
  const service = await route53.create(context);
  await using server = await startWire([
    { name: 'route53', api: route53.api!, operations: service.operations, controlPlane: 'us-east-1' },
  ]);
  const client = new Route53Client(server.client);
  const created = await client.send(
    new CreateHostedZoneCommand({ Name: 'shop.example', CallerReference: '1' }),
  );
  assert.equal(created.DelegationSet?.NameServers?.length, 4);
  const Id = created.HostedZone?.Id ?? '';
  const change = await client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: Id,
      ChangeBatch: {
        Changes: [
          {
            Action: 'UPSERT',
            ResourceRecordSet: {
              Name: '*.shop.example',
              Type: 'TXT',
              TTL: 10,
              ResourceRecords: [{ Value: '"a"' }],
            },
          },
        ],
      },
    }),
  );
  const { ChangeInfo } = await client.send(new GetChangeCommand({ Id: change.ChangeInfo?.Id ?? '' }));
  assert.equal(ChangeInfo?.Status, 'INSYNC');
  const { ResourceRecordSets, IsTruncated } = await client.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: Id,
      StartRecordName: '*.shop.example',
      StartRecordType: 'TXT',
    }),
  );
  assert.equal(IsTruncated, false);
  assert.deepEqual(ResourceRecordSets, [
    { Name: '\\052.shop.example.', Type: 'TXT', TTL: 10, ResourceRecords: [{ Value: '"a"' }] },
  ]);
  const byName = await client.send(new ListHostedZonesByNameCommand({ DNSName: 'shop.example' }));
  assert.equal(byName.HostedZones?.[0]?.Id, Id);
  await assert.rejects(client.send(new GetHostedZoneCommand({ Id: 'Z404' })), { name: 'NoSuchHostedZone' });
  await assert.rejects(
    client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: Id,
        ChangeBatch: {
          Changes: [{ Action: 'DELETE', ResourceRecordSet: { Name: 'no.shop.example', Type: 'A' } }],
        },
      }),
    ),
    { name: 'InvalidChangeBatch' },
  );
  const HealthCheckConfig = { Type: 'TCP' as const, IPAddress: '127.0.0.1', Port: 9 };
  const { HealthCheck } = await client.send(
    new CreateHealthCheckCommand({ CallerReference: 'h', HealthCheckConfig }),
  );
  assert.equal(HealthCheck?.HealthCheckConfig?.FailureThreshold, 3);
  const updated = await client.send(
    new UpdateHealthCheckCommand({ HealthCheckId: HealthCheck?.Id ?? '', Disabled: true }),
  );
  assert.equal(updated.HealthCheck?.HealthCheckVersion, 2);
  assert.equal((await client.send(new ListHealthChecksCommand({}))).HealthChecks?.length, 1);
  const status = await client.send(new GetHealthCheckStatusCommand({ HealthCheckId: HealthCheck?.Id ?? '' }));
  assert.equal(status.HealthCheckObservations?.[0]?.StatusReport?.Status, 'Success: HTTP 200');
  assert.deepEqual(server.failures, []);
  context.dispose();
});
