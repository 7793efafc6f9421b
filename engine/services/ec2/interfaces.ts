/**
 * Network interfaces: an address of a subnet, held by whoever made it (a task, a load balancer node, a
 * database instance) until it is deleted. Repeating a creation with the same ClientToken returns the first.
 */
import type {
  CreateNetworkInterfaceCommandInput,
  CreateNetworkInterfaceCommandOutput,
  DeleteNetworkInterfaceCommandInput,
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { addressNumber, addressText, isUsable, nextAddress, parseCidr } from './addresses.ts';
import { describeInterface } from './describe.ts';
import { applyFilters, byIds } from './filters.ts';
import { type Ec2Records, type NetworkInterface, newId, type Subnet, tagsOf } from './model.ts';

export function interfaceOperations(context: ServiceContext, records: Ec2Records): Operations {
  return {
    CreateNetworkInterface: (
      input: CreateNetworkInterfaceCommandInput,
    ): Output<CreateNetworkInterfaceCommandOutput> => {
      const networkInterfaceId = newId('eni', input.ClientToken);
      const known = records.interfaces.get(networkInterfaceId);
      if (known) return { NetworkInterface: describeInterface(context, known) };
      const subnet = records.subnets.get(input.SubnetId ?? '');
      if (!subnet)
        throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${input.SubnetId}' does not exist`);
      const address = choose(records, subnet, input.PrivateIpAddress);
      const made: NetworkInterface = {
        networkInterfaceId,
        subnetId: subnet.subnetId,
        vpcId: subnet.vpcId,
        availabilityZone: subnet.availabilityZone,
        privateIpAddress: addressText(address),
        description: input.Description ?? '',
        groups: input.Groups ?? [],
        tags: tagsOf(input.TagSpecifications),
      };
      context.store.transaction(() => {
        records.interfaces.put(networkInterfaceId, made);
        records.subnets.put(subnet.subnetId, { ...subnet, lastAddress: address });
      });
      return { NetworkInterface: describeInterface(context, made) };
    },
    DeleteNetworkInterface: (input: DeleteNetworkInterfaceCommandInput) => {
      const id = input.NetworkInterfaceId ?? '';
      if (!records.interfaces.get(id))
        throw new AwsError(
          'InvalidNetworkInterfaceID.NotFound',
          `The networkInterface ID '${id}' does not exist`,
        );
      records.interfaces.delete(id);
      return {};
    },
    DescribeNetworkInterfaces: (
      input: DescribeNetworkInterfacesCommandInput,
    ): Output<DescribeNetworkInterfacesCommandOutput> => ({
      NetworkInterfaces: applyFilters(
        byIds(
          records.interfaces.values(),
          input.NetworkInterfaceIds,
          (one) => one.networkInterfaceId,
          'InvalidNetworkInterfaceID.NotFound',
        ),
        input.Filters,
        {
          'network-interface-id': (one) => one.networkInterfaceId,
          'subnet-id': (one) => one.subnetId,
          'vpc-id': (one) => one.vpcId,
          'availability-zone': (one) => one.availabilityZone,
          'private-ip-address': (one) => one.privateIpAddress,
          'addresses.private-ip-address': (one) => one.privateIpAddress,
          'group-id': (one) => one.groups,
          description: (one) => one.description,
        },
      ).map((one) => describeInterface(context, one)),
    }),
  };
}

function choose(records: Ec2Records, subnet: Subnet, wanted: string | undefined): number {
  const cidr = parseCidr(subnet.cidrBlock)!;
  const taken = new Set(
    records.interfaces
      .values()
      .filter((one) => one.subnetId === subnet.subnetId)
      .map((one) => addressNumber(one.privateIpAddress)!),
  );
  if (wanted === undefined) {
    const next = nextAddress(cidr, taken, subnet.lastAddress);
    if (next !== undefined) return next;
    throw new AwsError(
      'InsufficientFreeAddressesInSubnet',
      `The specified subnet ${subnet.subnetId} (${subnet.cidrBlock}) has no free addresses.`,
    );
  }
  const address = addressNumber(wanted);
  if (address === undefined || !isUsable(cidr, address))
    throw new AwsError(
      'InvalidParameterValue',
      `Address ${wanted} is not one that subnet ${subnet.subnetId} (${subnet.cidrBlock}) can give.`,
    );
  if (taken.has(address)) throw new AwsError('InvalidIPAddress.InUse', `Address ${wanted} is in use.`);
  return address;
}
