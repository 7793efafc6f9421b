/** EC2's records in the words of its Describe actions. */
import type {
  IpPermission,
  NetworkInterface as NetworkInterfaceOutput,
  SecurityGroup as SecurityGroupOutput,
  Subnet as SubnetOutput,
  Vpc as VpcOutput,
} from '@aws-sdk/client-ec2';
import type { ServiceContext } from '../contract.ts';
import { parseCidr, usableCount } from './addresses.ts';
import {
  type Ec2Records,
  type NetworkInterface,
  newId,
  type Rule,
  type SecurityGroup,
  type Subnet,
  type Vpc,
  zonesOf,
} from './model.ts';

export function describeVpc(context: ServiceContext, vpc: Vpc): VpcOutput {
  return {
    VpcId: vpc.vpcId,
    CidrBlock: vpc.cidrBlock,
    State: 'available',
    IsDefault: false,
    InstanceTenancy: 'default',
    OwnerId: context.account,
    DhcpOptionsId: 'default',
    CidrBlockAssociationSet: [
      {
        AssociationId: newId('vpc-cidr-assoc', vpc.vpcId),
        CidrBlock: vpc.cidrBlock,
        CidrBlockState: { State: 'associated' },
      },
    ],
    Tags: [...vpc.tags],
  };
}

export function describeSubnet(context: ServiceContext, records: Ec2Records, subnet: Subnet): SubnetOutput {
  const used = records.interfaces.values().filter((one) => one.subnetId === subnet.subnetId).length;
  return {
    SubnetId: subnet.subnetId,
    SubnetArn: `arn:aws:ec2:${context.region}:${context.account}:subnet/${subnet.subnetId}`,
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidrBlock,
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId:
      zonesOf(context.region).find((zone) => zone.name === subnet.availabilityZone)?.id ?? '',
    AvailableIpAddressCount: usableCount(parseCidr(subnet.cidrBlock)!) - used,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    DefaultForAz: false,
    State: 'available',
    OwnerId: context.account,
    Tags: [...subnet.tags],
  };
}

export function describeGroup(context: ServiceContext, group: SecurityGroup): SecurityGroupOutput {
  const permissions = (direction: Rule['direction']): IpPermission[] =>
    group.rules.filter((rule) => rule.direction === direction).map(describeRule);
  return {
    GroupId: group.groupId,
    GroupName: group.groupName,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: context.account,
    SecurityGroupArn: `arn:aws:ec2:${context.region}:${context.account}:security-group/${group.groupId}`,
    IpPermissions: permissions('ingress'),
    IpPermissionsEgress: permissions('egress'),
    Tags: [...group.tags],
  };
}

function describeRule(rule: Rule): IpPermission {
  const words = rule.description === undefined ? {} : { Description: rule.description };
  return {
    IpProtocol: rule.protocol,
    ...(rule.fromPort === undefined ? {} : { FromPort: rule.fromPort }),
    ...(rule.toPort === undefined ? {} : { ToPort: rule.toPort }),
    IpRanges: rule.cidr === undefined ? [] : [{ CidrIp: rule.cidr, ...words }],
    UserIdGroupPairs: rule.groupId === undefined ? [] : [{ GroupId: rule.groupId, ...words }],
    PrefixListIds: rule.prefixListId === undefined ? [] : [{ PrefixListId: rule.prefixListId, ...words }],
  };
}

export function describeInterface(context: ServiceContext, one: NetworkInterface): NetworkInterfaceOutput {
  return {
    NetworkInterfaceId: one.networkInterfaceId,
    SubnetId: one.subnetId,
    VpcId: one.vpcId,
    AvailabilityZone: one.availabilityZone,
    PrivateIpAddress: one.privateIpAddress,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: one.privateIpAddress }],
    Description: one.description,
    Groups: one.groups.map((groupId) => ({ GroupId: groupId })),
    InterfaceType: 'interface',
    Status: 'in-use',
    OwnerId: context.account,
    TagSet: [...one.tags],
  };
}
