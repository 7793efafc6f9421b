/**
 * What EC2 keeps: VPCs, subnets, security groups and network interfaces, as documents. Ids follow from the
 * client token where the caller gives one, so that a repeat after a crash finds what it began.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { TagSpecification } from '@aws-sdk/client-ec2';
import type { Table } from '../contract.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Vpc {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly defaultSecurityGroupId: string;
  readonly tags: readonly Tag[];
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly availabilityZone: string;
  readonly mapPublicIpOnLaunch: boolean;
  /** The last address given, so that the next one is another. */
  readonly lastAddress?: number;
  readonly tags: readonly Tag[];
}

/** One rule as a template or a caller writes it; kept and shown, not enforced. */
export interface Rule {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidr?: string;
  readonly groupId?: string;
  readonly prefixListId?: string;
  readonly description?: string;
}

export interface SecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
  readonly rules: readonly Rule[];
  readonly tags: readonly Tag[];
}

export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly privateIpAddress: string;
  readonly description: string;
  readonly groups: readonly string[];
  readonly tags: readonly Tag[];
}

export interface Ec2Records {
  readonly vpcs: Table<Vpc>;
  readonly subnets: Table<Subnet>;
  readonly groups: Table<SecurityGroup>;
  readonly interfaces: Table<NetworkInterface>;
}

/** `vpc-0` and sixteen hexadecimal digits. */
export function newId(prefix: string, token: string | undefined): string {
  const hex =
    token === undefined
      ? randomBytes(8).toString('hex')
      : createHash('sha256').update(`${prefix} ${token}`).digest('hex').slice(0, 16);
  return `${prefix}-0${hex}`;
}

/** Three zones a region, named as AWS names them. */
export function zonesOf(region: string): readonly { readonly name: string; readonly id: string }[] {
  const [continent = '', direction = '', number = ''] = region.split('-');
  const short = `${continent}${direction
    .replace('north', 'n')
    .replace('south', 's')
    .replace('east', 'e')
    .replace('west', 'w')
    .replace('central', 'c')}${number}`;
  return ['a', 'b', 'c'].map((letter, index) => ({
    name: `${region}${letter}`,
    id: `${short}-az${index + 1}`,
  }));
}

export function tagsOf(specifications: readonly TagSpecification[] | undefined): readonly Tag[] {
  return (specifications ?? []).flatMap((one) =>
    (one.Tags ?? []).map((tag) => ({ Key: tag.Key ?? '', Value: tag.Value ?? '' })),
  );
}
