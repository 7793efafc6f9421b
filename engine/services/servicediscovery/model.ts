/** What Cloud Map keeps (namespaces, services, instances), and which instances a question is answered with. */
import type { DnsConfig, HealthCheckCustomConfig, NamespaceType } from '@aws-sdk/client-servicediscovery';
import type { Table } from '../contract.ts';

export interface NamespaceRecord {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly type: NamespaceType;
  readonly description: string;
  readonly vpc?: string;
  readonly requestId?: string;
  readonly createdAtMs: number;
}

export interface ServiceRecord {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly namespaceId: string;
  readonly description: string;
  readonly dns?: DnsConfig;
  readonly customHealth?: HealthCheckCustomConfig;
  readonly requestId?: string;
  readonly createdAtMs: number;
}

export type Health = 'HEALTHY' | 'UNHEALTHY';

export interface InstanceRecord {
  readonly id: string;
  readonly serviceId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly health: Health;
}

export interface DiscoveryRecords {
  readonly namespaces: Table<NamespaceRecord>;
  readonly services: Table<ServiceRecord>;
  /** By `<service id>/<instance id>`. */
  readonly instances: Table<InstanceRecord>;
}

/** API reference, DnsConfig.RoutingPolicy: MULTIVALUE answers with up to eight. */
export const MOST_ANSWERS = 8;

/**
 * The instances a DNS question is answered with: the healthy ones, or all of them when none is (Cloud Map
 * then “assumes that all instances are healthy”); up to eight for MULTIVALUE, one for WEIGHTED, in an order
 * that the random numbers decide.
 */
export function answersOf(
  instances: readonly InstanceRecord[],
  policy: 'MULTIVALUE' | 'WEIGHTED',
  random: () => number,
): readonly InstanceRecord[] {
  const healthy = instances.filter((one) => one.health === 'HEALTHY');
  const drawn = (healthy.length > 0 ? healthy : instances)
    .map((instance) => ({ instance, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map((one) => one.instance);
  return drawn.slice(0, policy === 'WEIGHTED' ? 1 : MOST_ANSWERS);
}

/** `<service>.<namespace>`, both matched without regard to case, the final dot left out or not. */
export function serviceByName(records: DiscoveryRecords, name: string): ServiceRecord | undefined {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  return records.services.values().find((service) => {
    const namespace = records.namespaces.get(service.namespaceId);
    return namespace?.type === 'DNS_PRIVATE' && `${service.name}.${namespace.name}`.toLowerCase() === wanted;
  });
}
