/**
 * What is true about load balancers: the records, and settings read out of AWS's attribute lists. Pure.
 * Records keep AWS's own shapes for actions and conditions, so that what a caller wrote is what it reads.
 */
import type { Action, RuleCondition, Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Table } from '../contract.ts';

export interface NodeRecord {
  readonly subnetId: string;
  readonly zone: string;
  readonly networkInterfaceId: string;
  /** The VPC's address, as EC2 says it: 10.0.0.5. */
  readonly address: string;
}

export interface LoadBalancerRecord {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly dnsName: string;
  readonly scheme: 'internet-facing' | 'internal';
  readonly vpcId: string;
  readonly securityGroups: readonly string[];
  readonly nodes: readonly NodeRecord[];
  readonly attributes: Attributes;
  readonly tags: readonly Tag[];
  readonly createdMs: number;
}

export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly port: number;
  readonly vpcId: string;
  readonly healthCheck: HealthCheckSettings;
  readonly attributes: Attributes;
  readonly tags: readonly Tag[];
}

export interface HealthCheckSettings {
  readonly protocol: 'HTTP' | 'HTTPS';
  /** A number in text, or `traffic-port`. */
  readonly port: string;
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** `200`, `200,204`, `200-299`. */
  readonly matcher: string;
}

export interface TargetRecord {
  readonly groupArn: string;
  readonly address: string;
  readonly port: number;
  /** Where the address's subnet lies; undefined outside the VPC's subnets. */
  readonly zone: string | undefined;
  readonly registeredMs: number;
  /** Set from deregistration on: when the delay is over. */
  readonly drainUntilMs?: number;
}

export interface ListenerRecord {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** The first is the default. */
  readonly certificateArns: readonly string[];
  readonly sslPolicy: string | undefined;
  readonly defaultActions: readonly Action[];
  readonly tags: readonly Tag[];
}

export interface RuleRecord {
  readonly arn: string;
  readonly listenerArn: string;
  readonly priority: number;
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
  readonly tags: readonly Tag[];
}

export type Attributes = Readonly<Record<string, string>>;

export interface Records {
  readonly loadBalancers: Table<LoadBalancerRecord>;
  readonly targetGroups: Table<TargetGroupRecord>;
  readonly targets: Table<TargetRecord>;
  readonly listeners: Table<ListenerRecord>;
  readonly rules: Table<RuleRecord>;
}

export function targetId(target: { groupArn: string; address: string; port: number }): string {
  return `${target.groupArn} ${target.address}:${target.port}`;
}

/** Defaults: Elastic Load Balancing API reference, LoadBalancerAttribute. */
export const LOAD_BALANCER_DEFAULTS: Attributes = {
  'access_logs.s3.enabled': 'false',
  'client_keep_alive.seconds': '3600',
  'deletion_protection.enabled': 'false',
  'idle_timeout.timeout_seconds': '60',
  'load_balancing.cross_zone.enabled': 'true',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
};

/** Defaults: Elastic Load Balancing API reference, TargetGroupAttribute. */
export const TARGET_GROUP_DEFAULTS: Attributes = {
  'deregistration_delay.timeout_seconds': '300',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'slow_start.duration_seconds': '0',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
};

export interface LoadBalancerSettings {
  readonly idleMs: number;
  readonly clientKeepAliveMs: number;
  readonly dropInvalidHeaderFields: boolean;
  readonly forwardedFor: 'append' | 'preserve' | 'remove';
  readonly forwardedForPort: boolean;
}

export function loadBalancerSettings(attributes: Attributes): LoadBalancerSettings {
  const mode = attributes['routing.http.xff_header_processing.mode'];
  return {
    idleMs: Number(attributes['idle_timeout.timeout_seconds'] ?? 60) * 1000,
    clientKeepAliveMs: Number(attributes['client_keep_alive.seconds'] ?? 3600) * 1000,
    dropInvalidHeaderFields: attributes['routing.http.drop_invalid_header_fields.enabled'] === 'true',
    forwardedFor: mode === 'preserve' || mode === 'remove' ? mode : 'append',
    forwardedForPort: attributes['routing.http.xff_client_port.enabled'] === 'true',
  };
}

export interface TargetGroupSettings {
  readonly deregistrationDelayMs: number;
  readonly slowStartMs: number;
  readonly algorithm: 'round_robin' | 'least_outstanding_requests';
}

export function targetGroupSettings(attributes: Attributes): TargetGroupSettings {
  return {
    deregistrationDelayMs: Number(attributes['deregistration_delay.timeout_seconds'] ?? 300) * 1000,
    slowStartMs: Number(attributes['slow_start.duration_seconds'] ?? 0) * 1000,
    algorithm:
      attributes['load_balancing.algorithm.type'] === 'least_outstanding_requests'
        ? 'least_outstanding_requests'
        : 'round_robin',
  };
}

/** `app/<name>/<id>`: the value of the metrics' dimension LoadBalancer. */
export function loadBalancerFullName(record: LoadBalancerRecord): string {
  return record.arn.slice(record.arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length);
}

/** `targetgroup/<name>/<id>`. */
export function targetGroupFullName(record: TargetGroupRecord): string {
  return record.arn.slice(record.arn.lastIndexOf(':') + 1);
}

/** The groups that an action list sends requests to. */
export function forwardedGroups(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => {
    if (action.Type !== 'forward') return [];
    const groups = action.ForwardConfig?.TargetGroups?.map((group) => group.TargetGroupArn ?? '') ?? [];
    return groups.length > 0 ? groups : [action.TargetGroupArn ?? ''];
  });
}

export interface GroupUse {
  readonly loadBalancerArn: string;
  readonly groupArn: string;
}

/** Which load balancer sends requests to which group: from default actions and rules. */
export function groupUses(records: Records): GroupUse[] {
  const uses = new Map<string, GroupUse>();
  const rules = records.rules.values();
  for (const listener of records.listeners.values()) {
    const { loadBalancerArn } = listener;
    const own = rules.filter((rule) => rule.listenerArn === listener.arn);
    const actions = [...listener.defaultActions, ...own.flatMap((rule) => rule.actions)];
    for (const groupArn of forwardedGroups(actions))
      uses.set(`${loadBalancerArn} ${groupArn}`, { loadBalancerArn, groupArn });
  }
  return [...uses.values()];
}
