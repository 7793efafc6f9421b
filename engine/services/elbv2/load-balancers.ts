/**
 * Load balancers: one node a subnet, each with an address of that subnet. Names are unique; creating one
 * again with the same subnets returns it, as on AWS, and so does a repeat after a crash, since ids follow
 * from names.
 */
import { createHash } from 'node:crypto';
import type {
  CreateNetworkInterfaceCommandInput,
  CreateNetworkInterfaceCommandOutput,
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
  Subnet,
} from '@aws-sdk/client-ec2';
import type {
  CreateLoadBalancerCommandInput,
  CreateLoadBalancerCommandOutput,
  DeleteLoadBalancerCommandInput,
  DescribeLoadBalancerAttributesCommandInput,
  DescribeLoadBalancerAttributesCommandOutput,
  DescribeLoadBalancersCommandInput,
  DescribeLoadBalancersCommandOutput,
  LoadBalancer,
  ModifyLoadBalancerAttributesCommandInput,
  ModifyLoadBalancerAttributesCommandOutput,
  SetSecurityGroupsCommandInput,
  SetSecurityGroupsCommandOutput,
  SetSubnetsCommandInput,
  SetSubnetsCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { invalid, mergeLoadBalancerAttributes } from './attributes.ts';
import { LOAD_BALANCER_DEFAULTS, type LoadBalancerRecord, type NodeRecord, type Records } from './model.ts';
import { page } from './pagination.ts';

/** Route 53 hosted zones of load balancers (AWS General Reference, “Elastic Load Balancing endpoints”). */
const HOSTED_ZONES: Readonly<Record<string, string>> = {
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
};

/** What the operations need of what runs. */
export interface Running {
  /** Makes reality follow the records; resolves when it does. */
  follow(): Promise<void>;
  /** Whether every listener of the load balancer is open on every node. */
  isOpen(loadBalancerArn: string): boolean;
}

export function loadBalancerOperations(
  context: ServiceContext,
  records: Records,
  running: Running,
): Operations {
  const table = records.loadBalancers;
  const describe = (record: LoadBalancerRecord): LoadBalancer =>
    describeLoadBalancer(context, record, running.isOpen(record.arn));
  return {
    CreateLoadBalancer: async (
      input: CreateLoadBalancerCommandInput,
    ): Promise<Output<CreateLoadBalancerCommandOutput>> => {
      const name = checkedName(input);
      const subnetIds = subnetIdsOf(input);
      const known = table.values().find((one) => one.name === name);
      if (known) {
        if (
          sameMembers(
            known.nodes.map((node) => node.subnetId),
            subnetIds,
          )
        )
          return { LoadBalancers: [describe(known)] };
        throw new AwsError('DuplicateLoadBalancerName', `A load balancer with the name '${name}' exists`);
      }
      const scheme = input.Scheme ?? 'internet-facing';
      const id = shortId(context.account, context.region, 'load-balancer', name);
      const label = `${name}-${Number.parseInt(id.slice(0, 8), 16)}.${context.region}.elb.amazonaws.com`;
      const subnets = await subnetsOf(context, subnetIds);
      const record: LoadBalancerRecord = {
        arn: `arn:aws:elasticloadbalancing:${context.region}:${context.account}:loadbalancer/app/${name}/${id}`,
        name,
        id,
        dnsName: scheme === 'internal' ? `internal-${label}` : label,
        scheme,
        vpcId: subnets[0]?.VpcId ?? '',
        securityGroups: input.SecurityGroups ?? [],
        nodes: await makeNodes(context, { name, id }, subnets, input.SecurityGroups ?? []),
        attributes: LOAD_BALANCER_DEFAULTS,
        tags: input.Tags ?? [],
        createdMs: context.clock.now(),
      };
      table.put(record.arn, record);
      await running.follow();
      return { LoadBalancers: [describe(record)] };
    },
    DescribeLoadBalancers: (
      input: DescribeLoadBalancersCommandInput,
    ): Output<DescribeLoadBalancersCommandOutput> => {
      const wanted = (input.LoadBalancerArns ?? []).map((arn) => loadBalancer(records, arn));
      const named = (input.Names ?? []).map((name) => {
        const found = table.values().find((one) => one.name === name);
        if (!found) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${name}]' not found`);
        return found;
      });
      const all = input.LoadBalancerArns || input.Names ? [...wanted, ...named] : table.values();
      const { items, next } = page(all, input.Marker, input.PageSize);
      return { LoadBalancers: items.map(describe), ...(next && { NextMarker: next }) };
    },
    DescribeLoadBalancerAttributes: (
      input: DescribeLoadBalancerAttributesCommandInput,
    ): Output<DescribeLoadBalancerAttributesCommandOutput> => ({
      Attributes: attributeList(loadBalancer(records, input.LoadBalancerArn).attributes),
    }),
    ModifyLoadBalancerAttributes: async (
      input: ModifyLoadBalancerAttributesCommandInput,
    ): Promise<Output<ModifyLoadBalancerAttributesCommandOutput>> => {
      const record = loadBalancer(records, input.LoadBalancerArn);
      const attributes = mergeLoadBalancerAttributes(record.attributes, input.Attributes);
      table.put(record.arn, { ...record, attributes });
      await running.follow();
      return { Attributes: attributeList(attributes) };
    },
    SetSecurityGroups: (input: SetSecurityGroupsCommandInput): Output<SetSecurityGroupsCommandOutput> => {
      const record = loadBalancer(records, input.LoadBalancerArn);
      table.put(record.arn, { ...record, securityGroups: input.SecurityGroups ?? [] });
      return { SecurityGroupIds: input.SecurityGroups ?? [] };
    },
    SetSubnets: async (input: SetSubnetsCommandInput): Promise<Output<SetSubnetsCommandOutput>> => {
      const record = loadBalancer(records, input.LoadBalancerArn);
      const wanted = await subnetsOf(context, subnetIdsOf(input));
      const keep = record.nodes.filter((node) => wanted.some((subnet) => subnet.SubnetId === node.subnetId));
      const added = wanted.filter((subnet) => !keep.some((node) => node.subnetId === subnet.SubnetId));
      const nodes = [...keep, ...(await makeNodes(context, record, added, record.securityGroups))];
      table.put(record.arn, { ...record, nodes });
      await running.follow();
      await removeNodes(
        context,
        record.nodes.filter((node) => !keep.includes(node)),
      );
      return { AvailabilityZones: describe({ ...record, nodes }).AvailabilityZones };
    },
    DeleteLoadBalancer: async (input: DeleteLoadBalancerCommandInput) => {
      const record = table.get(input.LoadBalancerArn ?? '');
      if (!record) return {};
      if (record.attributes['deletion_protection.enabled'] === 'true')
        throw new AwsError(
          'OperationNotPermitted',
          `Load balancer '${record.arn}' cannot be deleted because deletion protection is enabled`,
        );
      context.store.transaction(() => {
        for (const listener of records.listeners
          .values()
          .filter((one) => one.loadBalancerArn === record.arn)) {
          for (const rule of records.rules.values().filter((one) => one.listenerArn === listener.arn))
            records.rules.delete(rule.arn);
          records.listeners.delete(listener.arn);
        }
        table.delete(record.arn);
      });
      await running.follow();
      await removeNodes(context, record.nodes);
      return {};
    },
  };
}

export function loadBalancer(records: Records, arn: string | undefined): LoadBalancerRecord {
  const found = records.loadBalancers.get(arn ?? '');
  if (!found) throw new AwsError('LoadBalancerNotFound', `Load balancer '${arn}' not found`);
  return found;
}

export function hostedZoneOf(region: string): string {
  return HOSTED_ZONES[region] ?? 'Z35SXDOTRQ7X7K';
}

/** Sixteen hexadecimal digits that follow from what they stand for. */
export function shortId(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

export function attributeList(
  attributes: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
}

function describeLoadBalancer(
  context: ServiceContext,
  record: LoadBalancerRecord,
  open: boolean,
): LoadBalancer {
  return {
    LoadBalancerArn: record.arn,
    DNSName: record.dnsName,
    CanonicalHostedZoneId: hostedZoneOf(context.region),
    CreatedTime: new Date(record.createdMs),
    LoadBalancerName: record.name,
    Scheme: record.scheme,
    VpcId: record.vpcId,
    State: { Code: open ? 'active' : 'provisioning' },
    Type: 'application',
    AvailabilityZones: record.nodes.map((node) => ({ ZoneName: node.zone, SubnetId: node.subnetId })),
    SecurityGroups: [...record.securityGroups],
    IpAddressType: 'ipv4',
  };
}

function checkedName(input: CreateLoadBalancerCommandInput): string {
  const name = input.Name ?? '';
  if (!/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name))
    throw invalid(
      `The load balancer name '${name}' must be 1 to 32 letters, digits and hyphens, not begin or end with a hyphen, and not begin with 'internal-'`,
    );
  if ((input.Type ?? 'application') !== 'application')
    throw invalid(`Load balancers of type '${input.Type}' do not run here; 'application' does`);
  if (input.IpAddressType && input.IpAddressType !== 'ipv4')
    throw invalid(`IpAddressType '${input.IpAddressType}' does not run here; 'ipv4' does`);
  return name;
}

function subnetIdsOf(input: {
  readonly Subnets?: readonly string[] | undefined;
  readonly SubnetMappings?: readonly { readonly SubnetId?: string | undefined }[] | undefined;
}): readonly string[] {
  const ids = input.Subnets ?? input.SubnetMappings?.map((mapping) => mapping.SubnetId ?? '') ?? [];
  if (new Set(ids).size < 2)
    throw invalid('At least two subnets in two different Availability Zones must be specified');
  return ids;
}

async function subnetsOf(context: ServiceContext, ids: readonly string[]): Promise<readonly Subnet[]> {
  const { Subnets = [] } = await context.invoke<DescribeSubnetsCommandInput, DescribeSubnetsCommandOutput>(
    'ec2',
    'DescribeSubnets',
    { SubnetIds: [...ids] },
  );
  if (new Set(Subnets.map((subnet) => subnet.AvailabilityZone)).size < Subnets.length || Subnets.length < 2)
    throw new AwsError(
      'InvalidSubnet',
      'A load balancer takes at most one subnet of a zone, and two zones at least',
    );
  return Subnets;
}

async function makeNodes(
  context: ServiceContext,
  balancer: { readonly name: string; readonly id: string },
  subnets: readonly Subnet[],
  groups: readonly string[],
): Promise<NodeRecord[]> {
  return await Promise.all(
    subnets.map(async (subnet) => {
      const { NetworkInterface: made } = await context.invoke<
        CreateNetworkInterfaceCommandInput,
        CreateNetworkInterfaceCommandOutput
      >('ec2', 'CreateNetworkInterface', {
        SubnetId: subnet.SubnetId,
        Groups: [...groups],
        Description: `ELB app/${balancer.name}/${balancer.id}`,
        ClientToken: `elb-${balancer.id}-${subnet.SubnetId}`,
      });
      return {
        subnetId: subnet.SubnetId ?? '',
        zone: subnet.AvailabilityZone ?? '',
        networkInterfaceId: made?.NetworkInterfaceId ?? '',
        address: made?.PrivateIpAddress ?? '',
      };
    }),
  );
}

/** An interface that is gone already is no reason to keep a load balancer. */
async function removeNodes(context: ServiceContext, nodes: readonly NodeRecord[]): Promise<void> {
  await Promise.allSettled(
    nodes.map((node) =>
      context.invoke('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId: node.networkInterfaceId }),
    ),
  );
}

function sameMembers(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}
