/** Addresses of subnets: who gets which, and what a repeat after a crash finds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Caller } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext } from '../test-context.ts';
import { addressText, nextAddress, parseCidr } from './addresses.ts';
import { ec2 } from './index.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };

async function withSubnet(
  work: (service: Service, subnetId: string, vpcId: string) => Promise<void>,
  cidr = '10.0.10.0/24',
): Promise<void> {
  const context = createTestContext();
  try {
    const service = await ec2.create(context);
    const { Vpc } = await service.operations['CreateVpc']!({ CidrBlock: '10.0.0.0/16' }, caller);
    const { Subnet } = await service.operations['CreateSubnet']!(
      { VpcId: Vpc.VpcId, CidrBlock: cidr, AvailabilityZone: 'us-east-1b' },
      caller,
    );
    await work(service, Subnet.SubnetId, Vpc.VpcId);
  } finally {
    context.dispose();
  }
}

async function newAddress(service: Service, subnetId: string, more: object = {}) {
  const made = await service.operations['CreateNetworkInterface']!({ SubnetId: subnetId, ...more }, caller);
  return made.NetworkInterface as {
    NetworkInterfaceId: string;
    PrivateIpAddress: string;
    AvailabilityZone: string;
  };
}

test('the first address is the fifth of the subnet, in the subnet’s zone', () =>
  withSubnet(async (service, subnetId) => {
    const first = await newAddress(service, subnetId);
    assert.equal(first.PrivateIpAddress, '10.0.10.4');
    assert.equal(first.AvailabilityZone, 'us-east-1b');
  }));

test('a freed address is not given again at once', () =>
  withSubnet(async (service, subnetId) => {
    const first = await newAddress(service, subnetId);
    await service.operations['DeleteNetworkInterface']!(
      { NetworkInterfaceId: first.NetworkInterfaceId },
      caller,
    );
    assert.equal((await newAddress(service, subnetId)).PrivateIpAddress, '10.0.10.5');
  }));

test('the same client token finds the same interface', () =>
  withSubnet(async (service, subnetId) => {
    const first = await newAddress(service, subnetId, { ClientToken: 'task-1' });
    assert.deepEqual(await newAddress(service, subnetId, { ClientToken: 'task-1' }), first);
  }));

test('a full subnet says so, and an address in use is refused', () =>
  withSubnet(async (service, subnetId) => {
    for (let index = 0; index < 11; index++) await newAddress(service, subnetId);
    await assert.rejects(newAddress(service, subnetId), { name: 'InsufficientFreeAddressesInSubnet' });
    await assert.rejects(newAddress(service, subnetId, { PrivateIpAddress: '10.0.10.4' }), {
      name: 'InvalidIPAddress.InUse',
    });
  }, '10.0.10.0/28'));

test('subnets that would share loopback addresses are refused', () =>
  withSubnet(async (service, _subnetId, vpcId) => {
    await assert.rejects(
      async () => service.operations['CreateSubnet']!({ VpcId: vpcId, CidrBlock: '10.0.10.128/25' }, caller),
      { name: 'InvalidSubnet.Conflict' },
    );
    await assert.rejects(
      async () => service.operations['CreateSubnet']!({ VpcId: vpcId, CidrBlock: '10.0.254.0/24' }, caller),
      { name: 'InvalidSubnet.Range' },
    );
  }));

test('an unknown filter is an error, a known one narrows', () =>
  withSubnet(async (service, subnetId) => {
    const describe = service.operations['DescribeSubnets']!;
    const found = await describe(
      { Filters: [{ Name: 'availability-zone', Values: ['us-east-1b'] }] },
      caller,
    );
    assert.equal(found.Subnets[0].SubnetId, subnetId);
    const none = await describe({ Filters: [{ Name: 'availability-zone', Values: ['us-east-1a'] }] }, caller);
    assert.deepEqual(none.Subnets, []);
    await assert.rejects(async () => describe({ Filters: [{ Name: 'colour', Values: ['red'] }] }, caller), {
      name: 'InvalidParameterValue',
    });
  }));

test('a subnet in use cannot be deleted, its template resource can once it is free', () =>
  withSubnet(async (service, subnetId) => {
    const { NetworkInterfaceId } = await newAddress(service, subnetId);
    await assert.rejects(async () => service.operations['DeleteSubnet']!({ SubnetId: subnetId }, caller), {
      name: 'DependencyViolation',
    });
    await service.operations['DeleteNetworkInterface']!({ NetworkInterfaceId }, caller);
    const request = {
      stack: { name: 's', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/s/1' },
      logicalId: 'Subnet',
      properties: {},
      clientToken: 't',
      progress: () => {},
      existing: { physicalId: subnetId, attributes: {} },
    };
    const handler = service.resources['AWS::EC2::Subnet']!;
    await handler.delete(request);
    await handler.delete(request);
    assert.deepEqual((await service.operations['DescribeSubnets']!({}, caller)).Subnets, []);
  }));

test('addresses go round the whole subnet before one comes again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 28 }), fc.integer({ min: 0, max: 4095 }), (prefix, start) => {
      const cidr = parseCidr(`10.0.16.0/${prefix}`)!;
      const seen = new Set<number>();
      let last: number | undefined = cidr.base + (start % cidr.size);
      for (let index = 0; index < cidr.size - 5; index++) {
        last = nextAddress(cidr, new Set(), last)!;
        assert.ok(!seen.has(last), `${addressText(last)} came twice`);
        seen.add(last);
      }
    }),
    { numRuns: 25 },
  );
});
