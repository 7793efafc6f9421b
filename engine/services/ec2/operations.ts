/**
 * EC2 actions. Making a VPC, a subnet or a security group takes a client token beside AWS's own input, so
 * that provisioning may repeat itself after a crash.
 */
import type {
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput,
  CreateSubnetCommandInput,
  CreateSubnetCommandOutput,
  CreateVpcCommandInput,
  CreateVpcCommandOutput,
  DeleteSecurityGroupCommandInput,
  DeleteSubnetCommandInput,
  DeleteVpcCommandInput,
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput,
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
  DescribeVpcsCommandInput,
  DescribeVpcsCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { contains, overlap, parseCidr } from './addresses.ts';
import { describeGroup, describeSubnet, describeVpc } from './describe.ts';
import { applyFilters, byIds } from './filters.ts';
import { interfaceOperations } from './interfaces.ts';
import { type Ec2Records, newId, type Rule, type SecurityGroup, tagsOf, zonesOf } from './model.ts';

/** Not part of AWS's input of these actions; given by provisioning alone. */
export interface Repeatable {
  readonly ClientToken?: string;
}

export type CreateSecurityGroupWithRules = CreateSecurityGroupCommandInput &
  Repeatable & { readonly Rules?: readonly Rule[] };

export function createOperations(context: ServiceContext, records: Ec2Records): Operations {
  return {
    ...vpcOperations(context, records),
    ...subnetOperations(context, records),
    ...groupOperations(context, records),
    ...interfaceOperations(context, records),
    DescribeAvailabilityZones: (
      input: DescribeAvailabilityZonesCommandInput,
    ): Output<DescribeAvailabilityZonesCommandOutput> => ({
      AvailabilityZones: zonesOf(context.region)
        .filter((zone) => !input.ZoneNames?.length || input.ZoneNames.includes(zone.name))
        .map((zone) => ({
          ZoneName: zone.name,
          ZoneId: zone.id,
          RegionName: context.region,
          State: 'available',
          OptInStatus: 'opt-in-not-required',
          ZoneType: 'availability-zone',
          GroupName: context.region,
          NetworkBorderGroup: context.region,
          Messages: [],
        })),
    }),
  };
}

function vpcOperations(context: ServiceContext, records: Ec2Records): Operations {
  return {
    CreateVpc: (input: CreateVpcCommandInput & Repeatable): Output<CreateVpcCommandOutput> => {
      const vpcId = newId('vpc', input.ClientToken);
      const known = records.vpcs.get(vpcId);
      if (known) return { Vpc: describeVpc(context, known) };
      const cidr = parseCidr(input.CidrBlock ?? '');
      if (!cidr || cidr.prefix < 16 || cidr.prefix > 28)
        throw new AwsError(
          'InvalidVpc.Range',
          `The CIDR '${input.CidrBlock}' is invalid: a VPC is a network between /16 and /28.`,
        );
      const groupId = newId('sg', `${vpcId} default`);
      const vpc = {
        vpcId,
        cidrBlock: input.CidrBlock!,
        defaultSecurityGroupId: groupId,
        tags: tagsOf(input.TagSpecifications),
      };
      records.groups.put(groupId, {
        groupId,
        groupName: 'default',
        description: 'default VPC security group',
        vpcId,
        rules: [],
        tags: [],
      });
      records.vpcs.put(vpcId, vpc);
      return { Vpc: describeVpc(context, vpc) };
    },
    DeleteVpc: (input: DeleteVpcCommandInput) => {
      const vpc = records.vpcs.get(input.VpcId ?? '');
      if (!vpc) throw new AwsError('InvalidVpcID.NotFound', `The vpc ID '${input.VpcId}' does not exist`);
      const subnet = records.subnets.values().find((one) => one.vpcId === vpc.vpcId);
      if (subnet)
        throw new AwsError(
          'DependencyViolation',
          `The vpc '${vpc.vpcId}' has dependencies and cannot be deleted: subnet ${subnet.subnetId}.`,
        );
      records.groups.delete(vpc.defaultSecurityGroupId);
      records.vpcs.delete(vpc.vpcId);
      return {};
    },
    DescribeVpcs: (input: DescribeVpcsCommandInput): Output<DescribeVpcsCommandOutput> => ({
      Vpcs: applyFilters(
        byIds(records.vpcs.values(), input.VpcIds, (vpc) => vpc.vpcId, 'InvalidVpcID.NotFound'),
        input.Filters,
        {
          'vpc-id': (vpc) => vpc.vpcId,
          cidr: (vpc) => vpc.cidrBlock,
          'cidr-block': (vpc) => vpc.cidrBlock,
          state: () => 'available',
          'is-default': () => 'false',
        },
      ).map((vpc) => describeVpc(context, vpc)),
    }),
  };
}

function subnetOperations(context: ServiceContext, records: Ec2Records): Operations {
  return {
    CreateSubnet: (input: CreateSubnetCommandInput & Repeatable): Output<CreateSubnetCommandOutput> => {
      const subnetId = newId('subnet', input.ClientToken);
      const known = records.subnets.get(subnetId);
      if (known) return { Subnet: describeSubnet(context, records, known) };
      const zones = zonesOf(context.region).map((zone) => zone.name);
      const zone = input.AvailabilityZone ?? zones[0]!;
      if (!zones.includes(zone))
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${zone}) for parameter availabilityZone is invalid. ${context.region} has ${zones.join(', ')}.`,
        );
      checkSubnetRange(records, input.VpcId ?? '', input.CidrBlock ?? '');
      const subnet = {
        subnetId,
        vpcId: input.VpcId!,
        cidrBlock: input.CidrBlock!,
        availabilityZone: zone,
        mapPublicIpOnLaunch: false,
        tags: tagsOf(input.TagSpecifications),
      };
      records.subnets.put(subnetId, subnet);
      return { Subnet: describeSubnet(context, records, subnet) };
    },
    DeleteSubnet: (input: DeleteSubnetCommandInput) => {
      const subnetId = input.SubnetId ?? '';
      if (!records.subnets.get(subnetId))
        throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
      const used = records.interfaces.values().find((one) => one.subnetId === subnetId);
      if (used)
        throw new AwsError(
          'DependencyViolation',
          `The subnet '${subnetId}' has dependencies and cannot be deleted: ${used.networkInterfaceId} (${used.description}).`,
        );
      records.subnets.delete(subnetId);
      return {};
    },
    DescribeSubnets: (input: DescribeSubnetsCommandInput): Output<DescribeSubnetsCommandOutput> => ({
      Subnets: applyFilters(
        byIds(records.subnets.values(), input.SubnetIds, (one) => one.subnetId, 'InvalidSubnetID.NotFound'),
        input.Filters,
        {
          'subnet-id': (one) => one.subnetId,
          'vpc-id': (one) => one.vpcId,
          'availability-zone': (one) => one.availabilityZone,
          'cidr-block': (one) => one.cidrBlock,
          state: () => 'available',
        },
      ).map((one) => describeSubnet(context, records, one)),
    }),
  };
}

/**
 * A subnet must lie in its VPC and apart from its neighbours, and its stand-in on the loopback network
 * (127.x.<third>.<fourth>) must be free: the second octet is the region's, 254 and 255 are the region's own.
 */
function checkSubnetRange(records: Ec2Records, vpcId: string, block: string): void {
  const vpc = records.vpcs.get(vpcId);
  if (!vpc) throw new AwsError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
  const cidr = parseCidr(block);
  const vpcCidr = parseCidr(vpc.cidrBlock);
  if (!cidr || !vpcCidr || cidr.prefix > 28 || !contains(vpcCidr, cidr))
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${block}' is invalid inside ${vpc.cidrBlock}.`);
  const standIn = { ...cidr, base: cidr.base % 65_536 };
  if (standIn.base + standIn.size > 254 * 256)
    throw new AwsError(
      'InvalidSubnet.Range',
      `The CIDR '${block}' reaches into the last two /24 networks of its /16, which stand for the region's own addresses here.`,
    );
  for (const other of records.subnets.values()) {
    const otherCidr = parseCidr(other.cidrBlock)!;
    if (overlap(standIn, { ...otherCidr, base: otherCidr.base % 65_536 }))
      throw new AwsError(
        'InvalidSubnet.Conflict',
        other.vpcId === vpcId
          ? `The CIDR '${block}' conflicts with another subnet, ${other.subnetId} (${other.cidrBlock}).`
          : `The CIDR '${block}' has the same loopback addresses as ${other.subnetId} (${other.cidrBlock}) of ${other.vpcId}: two VPCs of a region must differ in the third octet here.`,
      );
  }
}

function groupOperations(context: ServiceContext, records: Ec2Records): Operations {
  return {
    CreateSecurityGroup: (input: CreateSecurityGroupWithRules): Output<CreateSecurityGroupCommandOutput> => {
      const groupId = newId('sg', input.ClientToken);
      const group: SecurityGroup = {
        groupId,
        groupName: input.GroupName ?? groupId,
        description: input.Description ?? '',
        vpcId: input.VpcId ?? records.vpcs.values()[0]?.vpcId ?? '',
        rules: input.Rules ?? [],
        tags: tagsOf(input.TagSpecifications),
      };
      records.groups.put(groupId, group);
      return { GroupId: groupId, SecurityGroupArn: describeGroup(context, group).SecurityGroupArn };
    },
    DeleteSecurityGroup: (input: DeleteSecurityGroupCommandInput) => {
      if (!records.groups.get(input.GroupId ?? ''))
        throw new AwsError('InvalidGroup.NotFound', `The security group '${input.GroupId}' does not exist`);
      records.groups.delete(input.GroupId!);
      return {};
    },
    DescribeSecurityGroups: (
      input: DescribeSecurityGroupsCommandInput,
    ): Output<DescribeSecurityGroupsCommandOutput> => ({
      SecurityGroups: applyFilters(
        byIds(records.groups.values(), input.GroupIds, (one) => one.groupId, 'InvalidGroup.NotFound'),
        input.Filters,
        {
          'group-id': (one) => one.groupId,
          'group-name': (one) => one.groupName,
          'vpc-id': (one) => one.vpcId,
          description: (one) => one.description,
        },
      ).map((one) => describeGroup(context, one)),
    }),
  };
}
