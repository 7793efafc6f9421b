/**
 * The runtime's orders: records turned into plain data, with this machine's addresses and ports. Nodes could
 * follow the same orders in a process of their own. Pure.
 */
import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Network } from '../contract.ts';
import {
  forwardedGroups,
  type HealthCheckSettings,
  type LoadBalancerSettings,
  loadBalancerFullName,
  loadBalancerSettings,
  type Records,
  type TargetGroupSettings,
  targetGroupFullName,
  targetGroupSettings,
  targetId,
} from './model.ts';

export interface TargetPlan {
  readonly id: string;
  /** As the VPC says it: 10.0.10.7:8000. */
  readonly name: string;
  /** As this machine does. */
  readonly host: string;
  readonly port: number;
  readonly zone: string | undefined;
  readonly registeredMs: number;
  readonly drainUntilMs: number | undefined;
}

export interface GroupPlan {
  readonly arn: string;
  readonly name: string;
  readonly fullName: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly healthCheck: HealthCheckSettings;
  readonly settings: TargetGroupSettings;
  readonly targets: readonly TargetPlan[];
}

export interface ListenerPlan {
  readonly arn: string;
  /** As AWS knows it, and as it is open here. */
  readonly port: number;
  readonly openPort: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly certificateArns: readonly string[];
  readonly defaultActions: readonly Action[];
  readonly rules: readonly {
    readonly priority: number;
    readonly conditions: readonly RuleCondition[];
    readonly actions: readonly Action[];
  }[];
}

export interface BalancerPlan {
  readonly arn: string;
  readonly name: string;
  readonly fullName: string;
  readonly dnsName: string;
  readonly settings: LoadBalancerSettings;
  readonly nodes: readonly { readonly zone: string; readonly host: string }[];
  readonly listeners: readonly ListenerPlan[];
  readonly groups: readonly GroupPlan[];
}

export function balancerPlans(records: Records, network: Pick<Network, 'address' | 'port'>): BalancerPlan[] {
  return records.loadBalancers.values().map((balancer) => {
    const listeners = listenerPlans(records, balancer.arn, network);
    const used = listeners.flatMap((listener) => [
      ...forwardedGroups(listener.defaultActions),
      ...listener.rules.flatMap((rule) => forwardedGroups(rule.actions)),
    ]);
    return {
      arn: balancer.arn,
      name: balancer.name,
      fullName: loadBalancerFullName(balancer),
      dnsName: balancer.dnsName,
      settings: loadBalancerSettings(balancer.attributes),
      nodes: balancer.nodes.map((node) => ({ zone: node.zone, host: network.address(node.address) })),
      listeners,
      groups: [...new Set(used)].flatMap((arn) => groupPlan(records, arn, network) ?? []),
    };
  });
}

function listenerPlans(
  records: Records,
  balancerArn: string,
  network: Pick<Network, 'port'>,
): ListenerPlan[] {
  const rules = records.rules.values();
  return records.listeners
    .values()
    .filter((listener) => listener.loadBalancerArn === balancerArn)
    .map((listener) => ({
      arn: listener.arn,
      port: listener.port,
      openPort: network.port(listener.port),
      protocol: listener.protocol,
      certificateArns: listener.certificateArns,
      defaultActions: listener.defaultActions,
      rules: rules.filter((rule) => rule.listenerArn === listener.arn),
    }));
}

function groupPlan(records: Records, arn: string, network: Pick<Network, 'address'>): GroupPlan | undefined {
  const group = records.targetGroups.get(arn);
  if (!group) return undefined;
  const targets = records.targets.values().filter((target) => target.groupArn === arn);
  return {
    arn,
    name: group.name,
    fullName: targetGroupFullName(group),
    protocol: group.protocol,
    healthCheck: group.healthCheck,
    settings: targetGroupSettings(group.attributes),
    targets: targets.map((target) => ({
      id: targetId(target),
      name: `${target.address}:${target.port}`,
      host: network.address(target.address),
      port: target.port,
      zone: target.zone,
      registeredMs: target.registeredMs,
      drainUntilMs: target.drainUntilMs,
    })),
  };
}
