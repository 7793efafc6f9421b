/**
 * What a template may say about EC2. VPCs, subnets and security groups become records through operations;
 * gateways, routes, access lists and endpoints are kept and returned, and no packet ever meets them.
 */
import type { CreateSubnetCommandOutput, CreateVpcCommandOutput } from '@aws-sdk/client-ec2';
import type { Operations } from '../../wire/types.ts';
import type { Fate, Json, Properties, ResourceHandler, ResourceRequest } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedId, generatedName, type RecordedHandler, recorded } from '../recorded.ts';
import type { Rule } from './model.ts';
import type { CreateSecurityGroupWithRules } from './operations.ts';
import { propertyFates } from './property-fates.ts';

async function call<O>(operations: Operations, name: string, input: object): Promise<O> {
  return (await operations[name]!(input, provisioning)) as O;
}

/** Deleting what is gone already succeeds. */
async function remove(operations: Operations, name: string, input: object): Promise<void> {
  try {
    await operations[name]!(input, provisioning);
  } catch (error) {
    if (!(error instanceof Error && error.name.endsWith('.NotFound'))) throw error;
  }
}

function tagged(kind: string, properties: Properties): object {
  return properties['Tags'] ? { TagSpecifications: [{ ResourceType: kind, Tags: properties['Tags'] }] } : {};
}

export function createResources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  return {
    ...recordedResources,
    'AWS::EC2::VPC': vpc(operations),
    'AWS::EC2::Subnet': subnet(operations),
    'AWS::EC2::SecurityGroup': securityGroup(operations),
  };
}

function vpc(operations: Operations): ResourceHandler {
  return {
    replaceOn: ['CidrBlock', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength'],
    create: async ({ properties, clientToken }) => {
      const { Vpc } = await call<CreateVpcCommandOutput>(operations, 'CreateVpc', {
        CidrBlock: properties['CidrBlock'],
        ClientToken: clientToken,
        ...tagged('vpc', properties),
      });
      const { SecurityGroups } = await call<{ SecurityGroups: { GroupId: string; GroupName: string }[] }>(
        operations,
        'DescribeSecurityGroups',
        { Filters: [{ Name: 'vpc-id', Values: [Vpc!.VpcId!] }] },
      );
      const group = SecurityGroups.find((one) => one.GroupName === 'default');
      return {
        physicalId: Vpc!.VpcId!,
        attributes: {
          VpcId: Vpc!.VpcId!,
          CidrBlock: Vpc!.CidrBlock!,
          CidrBlockAssociations: (Vpc!.CidrBlockAssociationSet ?? []).map((one) => one.AssociationId!),
          DefaultNetworkAcl: Vpc!.VpcId!.replace('vpc-', 'acl-'),
          DefaultSecurityGroup: group?.GroupId ?? '',
          Ipv6CidrBlocks: [],
        },
      };
    },
    update: async ({ existing }) => existing,
    delete: ({ existing }) => remove(operations, 'DeleteVpc', { VpcId: existing.physicalId }),
  };
}

function subnet(operations: Operations): ResourceHandler {
  return {
    replaceOn: ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'VpcId', 'OutpostArn'],
    create: async ({ properties, clientToken }) => {
      const { Subnet } = await call<CreateSubnetCommandOutput>(operations, 'CreateSubnet', {
        VpcId: properties['VpcId'],
        CidrBlock: properties['CidrBlock'],
        AvailabilityZone: properties['AvailabilityZone'],
        ClientToken: clientToken,
        ...tagged('subnet', properties),
      });
      return {
        physicalId: Subnet!.SubnetId!,
        attributes: {
          SubnetId: Subnet!.SubnetId!,
          VpcId: Subnet!.VpcId!,
          CidrBlock: Subnet!.CidrBlock!,
          AvailabilityZone: Subnet!.AvailabilityZone!,
          AvailabilityZoneId: Subnet!.AvailabilityZoneId!,
          Ipv6CidrBlocks: [],
          NetworkAclAssociationId: Subnet!.SubnetId!.replace('subnet-', 'aclassoc-'),
          OutpostArn: '',
        },
      };
    },
    update: async ({ existing }) => existing,
    delete: ({ existing }) => remove(operations, 'DeleteSubnet', { SubnetId: existing.physicalId }),
  };
}

function securityGroup(operations: Operations): ResourceHandler {
  // A repeated creation with the same token writes the same group again, which is what an update is.
  const write = async (request: ResourceRequest, token: string): Promise<string> => {
    const { properties } = request;
    const input: CreateSecurityGroupWithRules = {
      GroupName: properties['GroupName'] ?? generatedName({ ...request, clientToken: token }),
      Description: properties['GroupDescription'],
      VpcId: properties['VpcId'],
      ClientToken: token,
      Rules: [
        ...rules('ingress', properties['SecurityGroupIngress']),
        ...rules('egress', properties['SecurityGroupEgress']),
      ],
      ...tagged('security-group', properties),
    };
    return (await call<{ GroupId: string }>(operations, 'CreateSecurityGroup', input)).GroupId;
  };
  return {
    replaceOn: ['GroupName', 'GroupDescription', 'VpcId'],
    create: async (request) => {
      const groupId = await write(request, request.clientToken);
      const vpcId = (request.properties['VpcId'] as string | undefined) ?? '';
      return {
        physicalId: groupId,
        attributes: { GroupId: groupId, Id: groupId, VpcId: vpcId, GroupToken: request.clientToken },
      };
    },
    update: async (request) => {
      await write(request, String(request.existing.attributes['GroupToken']));
      return request.existing;
    },
    delete: ({ existing }) => remove(operations, 'DeleteSecurityGroup', { GroupId: existing.physicalId }),
  };
}

function rules(direction: Rule['direction'], written: readonly Properties[] | undefined): readonly Rule[] {
  return (written ?? []).map((rule) => ({
    direction,
    protocol: String(rule['IpProtocol']),
    ...(rule['FromPort'] === undefined ? {} : { fromPort: Number(rule['FromPort']) }),
    ...(rule['ToPort'] === undefined ? {} : { toPort: Number(rule['ToPort']) }),
    ...(rule['CidrIp'] === undefined ? {} : { cidr: String(rule['CidrIp']) }),
    ...optional('groupId', rule['SourceSecurityGroupId'] ?? rule['DestinationSecurityGroupId']),
    ...optional('prefixListId', rule['SourcePrefixListId'] ?? rule['DestinationPrefixListId']),
    ...optional('description', rule['Description']),
  }));
}

function optional<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: String(value) } as { [P in K]: string });
}

const notRouted = 'no packet is routed by it: every address of a region reaches every other here';
const notFiltered = 'traffic is not filtered by it here';

/** Ref is an id with this prefix, and so is the attribute of the name given. */
function withId(
  prefix: string,
  attribute: string,
  note: string,
  more: Record<string, Json> = {},
): RecordedHandler {
  return recorded({
    note,
    ref: (_properties, request) => generatedId(prefix, request),
    attributes: (_properties, physicalId) => ({ [attribute]: physicalId, ...more }),
  });
}

const recordedResources = {
  'AWS::EC2::InternetGateway': withId('igw', 'InternetGatewayId', notRouted),
  'AWS::EC2::VPCGatewayAttachment': recorded({
    note: notRouted,
    ref: (properties) => `${properties['InternetGatewayId'] ? 'IGW' : 'VGW'}|${properties['VpcId']}`,
    attributes: (properties) => ({ AttachmentType: properties['InternetGatewayId'] ? 'IGW' : 'VGW' }),
  }),
  'AWS::EC2::RouteTable': withId('rtb', 'RouteTableId', notRouted),
  'AWS::EC2::Route': recorded({
    note: notRouted,
    ref: (properties) =>
      `${properties['RouteTableId']}|${properties['DestinationCidrBlock'] ?? properties['DestinationIpv6CidrBlock'] ?? properties['DestinationPrefixListId']}`,
    attributes: (properties) => ({ CidrBlock: properties['DestinationCidrBlock'] ?? '' }),
  }),
  'AWS::EC2::SubnetRouteTableAssociation': withId('rtbassoc', 'Id', notRouted),
  'AWS::EC2::NatGateway': withId('nat', 'NatGatewayId', notRouted),
  'AWS::EC2::EIP': recorded({
    note: 'the public address is one of the documentation range (RFC 5737) and nothing answers there',
    ref: (_properties, request) => documentationAddress(request),
    attributes: (_properties, physicalId, request) => ({
      PublicIp: physicalId,
      AllocationId: generatedId('eipalloc', request),
    }),
  }),
  'AWS::EC2::SecurityGroupIngress': withId('sgr', 'Id', notFiltered),
  'AWS::EC2::SecurityGroupEgress': withId('sgr', 'Id', notFiltered),
  'AWS::EC2::NetworkAcl': withId('acl', 'Id', notFiltered),
  'AWS::EC2::NetworkAclEntry': withId('acle', 'Id', notFiltered),
  'AWS::EC2::SubnetNetworkAclAssociation': withId('aclassoc', 'AssociationId', notFiltered),
  'AWS::EC2::VPCEndpoint': withId(
    'vpce',
    'Id',
    'AWS services are reached at the region’s endpoint without it',
    {
      CreationTimestamp: '',
      DnsEntries: [],
      NetworkInterfaceIds: [],
    },
  ),
  'AWS::EC2::FlowLog': withId('fl', 'Id', 'no flow is logged'),
} as const satisfies Record<string, RecordedHandler>;

function documentationAddress(request: ResourceRequest): string {
  return `203.0.113.${1 + (Number.parseInt(generatedId('eip', request).slice(-4), 16) % 254)}`;
}

export const types: Readonly<Record<string, Fate>> = {
  'AWS::EC2::VPC': { fate: 'runs', properties: propertyFates['AWS::EC2::VPC'] },
  'AWS::EC2::Subnet': { fate: 'runs', properties: propertyFates['AWS::EC2::Subnet'] },
  'AWS::EC2::SecurityGroup': { fate: 'recorded', note: notFiltered },
  ...Object.fromEntries(Object.entries(recordedResources).map(([type, handler]) => [type, handler.fate])),
};
