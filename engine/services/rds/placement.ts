/**
 * Where things of a cluster live: subnets of its subnet group, zones, network interfaces. The address of an
 * interface stands for a loopback address of this machine.
 */
import type {
  CreateNetworkInterfaceCommandInput,
  CreateNetworkInterfaceCommandOutput,
  DeleteNetworkInterfaceCommandInput,
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
} from '@aws-sdk/client-ec2';
import { fault } from './errors.ts';
import type { Rds } from './house.ts';
import { type Endpoint, instancesOf } from './records.ts';

export interface Subnet {
  readonly id: string;
  readonly zone: string;
}

export async function subnetsOf(rds: Rds, subnetGroup: string | undefined): Promise<readonly Subnet[]> {
  const group = subnetGroup === undefined ? undefined : rds.records.subnetGroups.get(subnetGroup);
  if (!group) {
    const known = rds.records.subnetGroups.entries().map(([name]) => name);
    throw fault(
      'DBSubnetGroupNotFoundFault',
      `DB subnet group ${subnetGroup ?? '(none given)'} does not exist in ${rds.context.region}; there are: ${known.join(', ') || 'none'}.`,
    );
  }
  const found = await rds.context.invoke<DescribeSubnetsCommandInput, DescribeSubnetsCommandOutput>(
    'ec2',
    'DescribeSubnets',
    { SubnetIds: [...group.subnetIds] },
  );
  const zones = new Map((found.Subnets ?? []).map((subnet) => [subnet.SubnetId, subnet.AvailabilityZone]));
  return group.subnetIds.map((id) => ({ id, zone: zones.get(id) ?? `${rds.context.region}a` }));
}

/** The subnet of the zone asked for, or of the zone with the fewest instances of the cluster. */
export function chooseSubnet(
  rds: Rds,
  clusterIdentifier: string,
  subnets: readonly Subnet[],
  zone: string | undefined,
): Subnet {
  if (zone !== undefined) {
    const inZone = subnets.find((subnet) => subnet.zone === zone);
    if (inZone) return inZone;
    throw fault(
      'InvalidParameterValue',
      `AvailabilityZone ${zone} has no subnet in the cluster's subnet group; allowed: ${subnets.map((subnet) => subnet.zone).join(', ')}.`,
    );
  }
  const count = (subnet: Subnet): number =>
    instancesOf(rds.records, clusterIdentifier).filter(
      (instance) => instance.availabilityZone === subnet.zone,
    ).length;
  return subnets.toSorted((a, b) => count(a) - count(b))[0]!;
}

/** The token makes a repeat after a crash find the interface that it had made. */
export async function createInterface(
  rds: Rds,
  subnet: Subnet,
  groups: readonly string[],
  name: string,
): Promise<Endpoint> {
  const made = await rds.context.invoke<
    CreateNetworkInterfaceCommandInput,
    CreateNetworkInterfaceCommandOutput
  >('ec2', 'CreateNetworkInterface', {
    SubnetId: subnet.id,
    Groups: [...groups],
    Description: `RDSNetworkInterface ${name}`,
    ClientToken: `rds-${name}`,
  });
  const address = made.NetworkInterface?.PrivateIpAddress;
  if (!address) throw new Error(`ec2 gave network interface ${name} in ${subnet.id} no address`);
  return {
    host: rds.context.network.address(address),
    interfaceId: made.NetworkInterface?.NetworkInterfaceId ?? '',
  };
}

export async function deleteInterface(rds: Rds, endpoint: Endpoint): Promise<void> {
  // An interface that is gone already is as good.
  await rds.context
    .invoke<DeleteNetworkInterfaceCommandInput, unknown>('ec2', 'DeleteNetworkInterface', {
      NetworkInterfaceId: endpoint.interfaceId,
    })
    .catch(() => {});
}
