/** Names that lead to tasks: who is registered, who is healthy, who is answered with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext } from '../test-context.ts';
import { servicediscovery } from './index.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
// biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked at by the assertions themselves
type Call = (operation: string, input: object) => Promise<any>;

const request = {
  stack: { name: 's', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/s/1' },
  logicalId: 'N',
  progress: () => {},
};

async function withService(
  work: (call: Call, serviceId: string, service: Service) => Promise<void>,
  routingPolicy = 'MULTIVALUE',
): Promise<void> {
  const context = createTestContext();
  try {
    const service = await servicediscovery.create(context);
    const namespace = await service.resources['AWS::ServiceDiscovery::PrivateDnsNamespace']!.create({
      ...request,
      clientToken: 'n',
      properties: { Name: 'shop.local', Vpc: 'vpc-1' },
    });
    const made = await service.resources['AWS::ServiceDiscovery::Service']!.create({
      ...request,
      clientToken: 's',
      properties: {
        Name: 'web',
        NamespaceId: namespace.physicalId,
        DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }], RoutingPolicy: routingPolicy },
        HealthCheckCustomConfig: { FailureThreshold: 1 },
      },
    });
    await work(
      async (operation, input) => await service.operations[operation]!(input, caller),
      made.physicalId,
      service,
    );
  } finally {
    context.dispose();
  }
}

async function register(call: Call, serviceId: string, count: number): Promise<void> {
  for (let index = 1; index <= count; index++)
    await call('RegisterInstance', {
      ServiceId: serviceId,
      InstanceId: `i-${index}`,
      Attributes: { AWS_INSTANCE_IPV4: `10.0.10.${index}`, AWS_INIT_HEALTH_STATUS: 'UNHEALTHY', ZONE: 'a' },
    });
}

test('healthy instances are answered with, at the addresses they registered', () =>
  withService(async (call, serviceId) => {
    await register(call, serviceId, 2);
    await call('UpdateInstanceCustomHealthStatus', {
      ServiceId: serviceId,
      InstanceId: 'i-2',
      Status: 'HEALTHY',
    });
    const answer = await call('ResolveName', { name: 'Web.Shop.Local.' });
    assert.deepEqual(answer, { addresses: ['10.0.10.2'], ttlSeconds: 10 });
    const { Instances } = await call('DiscoverInstances', {
      NamespaceName: 'shop.local',
      ServiceName: 'web',
    });
    assert.deepEqual(Instances[0].Attributes, { AWS_INSTANCE_IPV4: '10.0.10.2', ZONE: 'a' });
    assert.deepEqual(await call('ResolveName', { name: 'other.shop.local' }), {});
  }));

test('with nobody healthy everybody is answered with, eight at most', () =>
  withService(async (call, serviceId) => {
    await register(call, serviceId, 12);
    const { addresses } = await call('ResolveName', { name: 'web.shop.local' });
    assert.equal(new Set(addresses).size, 8);
  }));

test('a weighted service answers with one', () =>
  withService(async (call, serviceId) => {
    await register(call, serviceId, 3);
    assert.equal((await call('ResolveName', { name: 'web.shop.local' })).addresses.length, 1);
  }, 'WEIGHTED'));

test('what is in use is not deleted, and what is gone may be deleted again', () =>
  withService(async (call, serviceId, service) => {
    await register(call, serviceId, 1);
    await assert.rejects(call('DeleteService', { Id: serviceId }), { name: 'ResourceInUse' });
    await call('DeregisterInstance', { ServiceId: serviceId, InstanceId: 'i-1' });
    await assert.rejects(call('DeregisterInstance', { ServiceId: serviceId, InstanceId: 'i-1' }), {
      name: 'InstanceNotFound',
    });
    const existing = { physicalId: serviceId, attributes: {} };
    const handler = service.resources['AWS::ServiceDiscovery::Service']!;
    await handler.delete({ ...request, clientToken: 's', properties: {}, existing });
    await handler.delete({ ...request, clientToken: 's', properties: {}, existing });
    assert.deepEqual((await call('ListServices', {})).Services, []);
  }));

test('a repeated creation finds the first one', () =>
  withService(async (call, _serviceId, service) => {
    const again = { ...request, clientToken: 'n', properties: { Name: 'shop.local', Vpc: 'vpc-1' } };
    const { physicalId } =
      await service.resources['AWS::ServiceDiscovery::PrivateDnsNamespace']!.create(again);
    const { Namespaces } = await call('ListNamespaces', {});
    assert.deepEqual(
      Namespaces.map((one: { Id: string }) => one.Id),
      [physicalId],
    );
    await assert.rejects(call('CreateHttpNamespace', { Name: 'shop.local' }), {
      name: 'NamespaceAlreadyExists',
    });
  }));
