/**
 * Targets: registered by address and port, checked by every node, drained when they leave. A target that
 * leaves keeps its record until its delay is over, so that a restart in between goes on draining it.
 */
import type { DescribeSubnetsCommandInput, DescribeSubnetsCommandOutput } from '@aws-sdk/client-ec2';
import type {
  DeregisterTargetsCommandInput,
  DescribeTargetHealthCommandInput,
  DescribeTargetHealthCommandOutput,
  RegisterTargetsCommandInput,
  TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { invalid } from './attributes.ts';
import type { Running } from './load-balancers.ts';
import {
  groupUses,
  type Records,
  type TargetGroupRecord,
  type TargetRecord,
  targetGroupSettings,
  targetId,
} from './model.ts';
import { isIn, parseCidr } from './source-address.ts';
import { targetGroup } from './target-groups.ts';
import { DRAINING, type Health, NOT_IN_USE, NOT_REGISTERED, ZONE_NOT_IN_USE } from './target-health.ts';

/** What the nodes agree on about a target; undefined if no node knows it. */
export type HealthOf = (id: string) => Health | undefined;

export function targetOperations(
  context: ServiceContext,
  records: Records,
  running: Running,
  healthOf: HealthOf,
): Operations {
  return {
    RegisterTargets: async (input: RegisterTargetsCommandInput) => {
      const group = targetGroup(records, input.TargetGroupArn);
      const targets = checkedTargets(group, input.Targets);
      const zones = await zonesOf(context, group);
      context.store.transaction(() => {
        for (const { address, port, zone } of targets) {
          const id = targetId({ groupArn: group.arn, address, port });
          const known = records.targets.get(id);
          if (known && known.drainUntilMs === undefined) continue;
          const found = zone === undefined || zone === 'all' ? zones(address) : zone;
          const registeredMs = context.clock.now();
          records.targets.put(id, { groupArn: group.arn, address, port, zone: found, registeredMs });
        }
      });
      await running.follow();
      return {};
    },
    DeregisterTargets: async (input: DeregisterTargetsCommandInput) => {
      const group = targetGroup(records, input.TargetGroupArn);
      const { deregistrationDelayMs } = targetGroupSettings(group.attributes);
      const used = groupUses(records).some((use) => use.groupArn === group.arn);
      context.store.transaction(() => {
        for (const { address, port } of checkedTargets(group, input.Targets)) {
          const id = targetId({ groupArn: group.arn, address, port });
          const known = records.targets.get(id);
          if (!known || known.drainUntilMs !== undefined) continue;
          if (!used || deregistrationDelayMs === 0) records.targets.delete(id);
          else
            records.targets.put(id, { ...known, drainUntilMs: context.clock.now() + deregistrationDelayMs });
        }
      });
      await running.follow();
      return {};
    },
    DescribeTargetHealth: (
      input: DescribeTargetHealthCommandInput,
    ): Output<DescribeTargetHealthCommandOutput> => {
      const group = targetGroup(records, input.TargetGroupArn);
      const all = records.targets.values().filter((target) => target.groupArn === group.arn);
      const wanted = input.Targets && checkedTargets(group, input.Targets);
      const shown = wanted
        ? wanted.map(
            ({ address, port }) =>
              all.find((one) => one.address === address && one.port === port) ?? { address, port },
          )
        : all;
      return {
        TargetHealthDescriptions: shown.map((target) => {
          const health = 'groupArn' in target ? verdict(records, group, target, healthOf) : NOT_REGISTERED;
          const zone = 'groupArn' in target ? target.zone : undefined;
          return {
            Target: {
              Id: target.address,
              Port: target.port,
              ...(zone !== undefined && { AvailabilityZone: zone }),
            },
            HealthCheckPort:
              group.healthCheck.port === 'traffic-port' ? String(target.port) : group.healthCheck.port,
            TargetHealth: {
              State: health.state,
              ...(health.reason && { Reason: health.reason }),
              ...(health.description && { Description: health.description }),
            },
          };
        }),
      };
    },
  };
}

function verdict(
  records: Records,
  group: TargetGroupRecord,
  target: TargetRecord,
  healthOf: HealthOf,
): Health {
  if (target.drainUntilMs !== undefined) return DRAINING;
  const uses = groupUses(records).filter((use) => use.groupArn === group.arn);
  if (uses.length === 0) return NOT_IN_USE;
  const nodes = uses.flatMap((use) => records.loadBalancers.get(use.loadBalancerArn)?.nodes ?? []);
  if (target.zone !== undefined && !nodes.some((node) => node.zone === target.zone)) return ZONE_NOT_IN_USE;
  return healthOf(targetId(target)) ?? NOT_IN_USE;
}

interface CheckedTarget {
  readonly address: string;
  readonly port: number;
  readonly zone: string | undefined;
}

function checkedTargets(
  group: TargetGroupRecord,
  targets: readonly TargetDescription[] | undefined,
): readonly CheckedTarget[] {
  if (!targets || targets.length === 0) throw invalid('At least one target must be specified');
  return targets.map((target) => {
    const address = target.Id ?? '';
    if (!parseCidr(address) || address.includes('/'))
      throw new AwsError('InvalidTarget', `The IP address '${address}' is not a valid IPv4 address`);
    return { address, port: target.Port ?? group.port, zone: target.AvailabilityZone };
  });
}

/** The zone of the VPC's subnet that holds an address. */
async function zonesOf(
  context: ServiceContext,
  group: TargetGroupRecord,
): Promise<(address: string) => string | undefined> {
  const { Subnets = [] } = await context.invoke<DescribeSubnetsCommandInput, DescribeSubnetsCommandOutput>(
    'ec2',
    'DescribeSubnets',
    { Filters: [{ Name: 'vpc-id', Values: [group.vpcId] }] },
  );
  const ranges = Subnets.map((subnet) => ({
    range: parseCidr(subnet.CidrBlock ?? ''),
    zone: subnet.AvailabilityZone,
  }));
  return (address) => ranges.find(({ range }) => range !== undefined && isIn(address, range))?.zone;
}
