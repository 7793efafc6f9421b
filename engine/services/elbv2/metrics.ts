/**
 * One node's counters of one minute, and their form as CloudWatch's AWS/ApplicationELB metrics (Application
 * Load Balancer guide, “CloudWatch metrics”). Counting is adding to numbers; names and dimensions are only
 * made when the minute is over. Pure.
 */
import type { Dimension, MetricDatum } from '@aws-sdk/client-cloudwatch';

export interface GroupCounters {
  requests: number;
  connectionErrors: number;
  /** By class: index 2 counts 2XX. */
  readonly classes: number[];
  /** Milliseconds (rounded) to how often. */
  readonly responseMs: Map<number, number>;
}

export interface NodeCounters {
  requests: number;
  newConnections: number;
  tlsErrors: number;
  redirects: number;
  fixedResponses: number;
  bytes: number;
  /** Statuses that the load balancer gave itself. */
  readonly own: Map<number, number>;
  readonly groups: Map<string, GroupCounters>;
}

export function newCounters(): NodeCounters {
  const zeros = { requests: 0, newConnections: 0, tlsErrors: 0, redirects: 0, fixedResponses: 0, bytes: 0 };
  return { ...zeros, own: new Map(), groups: new Map() };
}

export function groupCounters(counters: NodeCounters, groupFullName: string): GroupCounters {
  let found = counters.groups.get(groupFullName);
  if (!found) {
    found = { requests: 0, connectionErrors: 0, classes: [0, 0, 0, 0, 0, 0], responseMs: new Map() };
    counters.groups.set(groupFullName, found);
  }
  return found;
}

export function countOwn(counters: NodeCounters, status: number): void {
  counters.own.set(status, (counters.own.get(status) ?? 0) + 1);
}

export function countResponse(group: GroupCounters, status: number, elapsedMs: number): void {
  const index = Math.floor(status / 100);
  group.classes[index] = (group.classes[index] ?? 0) + 1;
  const ms = Math.max(0, Math.round(elapsedMs));
  group.responseMs.set(ms, (group.responseMs.get(ms) ?? 0) + 1);
}

export interface NodeMinute {
  readonly zone: string;
  readonly counters: NodeCounters;
  readonly activeConnections: number;
}

export interface GroupMinute {
  readonly fullName: string;
  readonly zones: readonly { readonly zone: string; readonly healthy: number; readonly unhealthy: number }[];
}

/** PutMetricData takes at most 150 values in one datum. */
const VALUES_LIMIT = 150;

/** Every datum of a load balancer's minute. Counts that are zero are left out, as on AWS; host counts are not. */
export function metricData(
  balancer: string,
  timestamp: Date,
  nodes: readonly NodeMinute[],
  groups: readonly GroupMinute[],
): MetricDatum[] {
  const data: MetricDatum[] = [];
  const loadBalancer: Dimension = { Name: 'LoadBalancer', Value: balancer };
  for (const node of nodes) {
    const zone: Dimension = { Name: 'AvailabilityZone', Value: node.zone };
    for (const dimensions of [[loadBalancer], [zone, loadBalancer]])
      pushNode(data, timestamp, node, dimensions);
  }
  for (const group of groups) {
    const target: Dimension = { Name: 'TargetGroup', Value: group.fullName };
    pushHosts(data, timestamp, group, [target, loadBalancer]);
    const registered = group.zones.reduce((sum, zone) => sum + zone.healthy + zone.unhealthy, 0);
    const requests = nodes.reduce(
      (sum, node) => sum + (node.counters.groups.get(group.fullName)?.requests ?? 0),
      0,
    );
    if (requests > 0 && registered > 0)
      data.push(datum('RequestCountPerTarget', requests / registered, 'None', timestamp, [target]));
  }
  return data;
}

function pushNode(data: MetricDatum[], at: Date, node: NodeMinute, dimensions: Dimension[]): void {
  const { counters } = node;
  const count = (name: string, value: number, unit: 'Count' | 'Bytes' = 'Count', at_ = dimensions): void => {
    if (value > 0) data.push(datum(name, value, unit, at, at_));
  };
  count('RequestCount', counters.requests);
  count('NewConnectionCount', counters.newConnections);
  count('ActiveConnectionCount', node.activeConnections);
  count('ClientTLSNegotiationErrorCount', counters.tlsErrors);
  count('HTTP_Redirect_Count', counters.redirects);
  count('HTTP_Fixed_Response_Count', counters.fixedResponses);
  count('ProcessedBytes', counters.bytes, 'Bytes');
  for (const first of [3, 4, 5]) {
    const all = [...counters.own].filter(([status]) => Math.floor(status / 100) === first);
    count(
      `HTTPCode_ELB_${first}XX_Count`,
      all.reduce((sum, [, times]) => sum + times, 0),
    );
    if (first === 5) for (const [status, times] of all) count(`HTTPCode_ELB_${status}_Count`, times);
  }
  for (const [fullName, group] of counters.groups)
    for (const at_ of [dimensions, [{ Name: 'TargetGroup', Value: fullName }, ...dimensions]]) {
      if (at_ !== dimensions) count('RequestCount', group.requests, 'Count', at_);
      for (const first of [2, 3, 4, 5])
        count(`HTTPCode_Target_${first}XX_Count`, group.classes[first] ?? 0, 'Count', at_);
      count('TargetConnectionErrorCount', group.connectionErrors, 'Count', at_);
      pushTimes(data, at, group, at_);
    }
}

function pushTimes(data: MetricDatum[], at: Date, group: GroupCounters, dimensions: Dimension[]): void {
  const times = [...group.responseMs];
  for (let from = 0; from < times.length; from += VALUES_LIMIT) {
    const part = times.slice(from, from + VALUES_LIMIT);
    data.push({
      MetricName: 'TargetResponseTime',
      Dimensions: dimensions,
      Timestamp: at,
      Unit: 'Seconds',
      Values: part.map(([ms]) => ms / 1000),
      Counts: part.map(([, count]) => count),
    });
  }
}

/** Every zone's node reports what it sees; the group's figure is one for the whole load balancer. */
function pushHosts(data: MetricDatum[], at: Date, group: GroupMinute, dimensions: Dimension[]): void {
  const sum = (key: 'healthy' | 'unhealthy'): number =>
    group.zones.reduce((total, zone) => total + zone[key], 0);
  data.push(datum('HealthyHostCount', sum('healthy'), 'Count', at, dimensions));
  data.push(datum('UnHealthyHostCount', sum('unhealthy'), 'Count', at, dimensions));
  for (const zone of group.zones) {
    const inZone = [{ Name: 'AvailabilityZone', Value: zone.zone }, ...dimensions];
    data.push(datum('HealthyHostCount', zone.healthy, 'Count', at, inZone));
    data.push(datum('UnHealthyHostCount', zone.unhealthy, 'Count', at, inZone));
  }
}

function datum(
  name: string,
  value: number,
  unit: 'Count' | 'Bytes' | 'None',
  at: Date,
  dimensions: Dimension[],
): MetricDatum {
  return { MetricName: name, Dimensions: dimensions, Timestamp: at, Value: value, Unit: unit };
}
