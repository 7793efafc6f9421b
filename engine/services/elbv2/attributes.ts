/**
 * Attribute lists of load balancers and target groups: which keys AWS knows, which values they take, and
 * which of them are accepted here although nothing follows. Pure.
 */
import { AwsError } from '../../wire/types.ts';
import { type Attributes, LOAD_BALANCER_DEFAULTS, TARGET_GROUP_DEFAULTS } from './model.ts';

export interface AttributeInput {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

const LOAD_BALANCER_RECORDED = [
  'access_logs.s3.bucket',
  'access_logs.s3.prefix',
  'connection_logs.s3.enabled',
  'connection_logs.s3.bucket',
  'connection_logs.s3.prefix',
  'health_check_logs.s3.enabled',
  'health_check_logs.s3.bucket',
  'health_check_logs.s3.prefix',
  'ipv6.deny_all_igw_traffic',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled',
  'routing.http2.enabled',
  'waf.fail_open.enabled',
  'zonal_shift.config.enabled',
];

const TARGET_GROUP_RECORDED = [
  'load_balancing.algorithm.anomaly_mitigation',
  'stickiness.app_cookie.cookie_name',
  'stickiness.app_cookie.duration_seconds',
  'stickiness.lb_cookie.duration_seconds',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
];

/** Allowed values: a list of words, or a range of whole numbers (with 0 beside it where AWS says so). */
const ALLOWED: Readonly<Record<string, readonly string[] | readonly [from: number, to: number]>> = {
  'client_keep_alive.seconds': [60, 604_800],
  'deletion_protection.enabled': ['true', 'false'],
  'deregistration_delay.timeout_seconds': [0, 3600],
  'idle_timeout.timeout_seconds': [1, 4000],
  'load_balancing.algorithm.type': ['round_robin', 'least_outstanding_requests'],
  'load_balancing.cross_zone.enabled': ['true', 'use_load_balancer_configuration'],
  'routing.http.drop_invalid_header_fields.enabled': ['true', 'false'],
  'routing.http.xff_header_processing.mode': ['append', 'preserve', 'remove'],
  'slow_start.duration_seconds': [0, 900],
  'stickiness.enabled': ['false'],
  'target_group_health.dns_failover.minimum_healthy_targets.count': ['1'],
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': ['1'],
};

export function mergeLoadBalancerAttributes(
  present: Attributes,
  changes: readonly AttributeInput[] | undefined,
): Attributes {
  return merge(
    'Load balancer',
    present,
    changes,
    Object.keys(LOAD_BALANCER_DEFAULTS),
    LOAD_BALANCER_RECORDED,
  );
}

export function mergeTargetGroupAttributes(
  present: Attributes,
  changes: readonly AttributeInput[] | undefined,
): Attributes {
  const merged = merge(
    'Target group',
    present,
    changes,
    Object.keys(TARGET_GROUP_DEFAULTS),
    TARGET_GROUP_RECORDED,
  );
  const slowStart = Number(merged['slow_start.duration_seconds']);
  if (slowStart > 0 && slowStart < 30)
    throw invalid(`Target group attribute 'slow_start.duration_seconds' must be 0 or between 30 and 900`);
  if (slowStart > 0 && merged['load_balancing.algorithm.type'] === 'least_outstanding_requests')
    throw invalid(`Slow start mode cannot be used with the algorithm 'least_outstanding_requests'`);
  return merged;
}

function merge(
  what: string,
  present: Attributes,
  changes: readonly AttributeInput[] | undefined,
  known: readonly string[],
  recorded: readonly string[],
): Attributes {
  const merged: Record<string, string> = { ...present };
  for (const { Key: key = '', Value: value = '' } of changes ?? []) {
    if (!known.includes(key) && !recorded.includes(key))
      throw invalid(`${what} attribute key '${key}' is not recognized`);
    const allowed = ALLOWED[key];
    if (allowed && !fits(value, allowed))
      throw invalid(`${what} attribute '${key}' takes ${describe(allowed)} here, found '${value}'`);
    merged[key] = value;
  }
  return merged;
}

function fits(value: string, allowed: readonly string[] | readonly [number, number]): boolean {
  const [from, to] = allowed;
  if (typeof from === 'number' && typeof to === 'number')
    return /^\d+$/.test(value) && Number(value) >= from && Number(value) <= to;
  return (allowed as readonly string[]).includes(value);
}

function describe(allowed: readonly string[] | readonly [number, number]): string {
  return typeof allowed[0] === 'number' ? `${allowed[0]} to ${allowed[1]}` : allowed.join(' or ');
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
