/** The control plane's records; whatever is written here is published to the data plane. */
import type { Json, ServiceContext, Table } from '../contract.ts';
import type { HealthCheckDocument, HealthCheckRecord, ZoneDocument, ZoneRecord } from './model.ts';

export interface Records {
  readonly context: ServiceContext;
  readonly zones: Pick<Table<ZoneRecord>, 'get' | 'values'>;
  readonly healthChecks: Pick<Table<HealthCheckRecord>, 'get' | 'values'>;
  putZone(zone: ZoneRecord): void;
  deleteZone(id: string): void;
  putHealthCheck(check: HealthCheckRecord): void;
  deleteHealthCheck(id: string): void;
  /** Everything again, after a start. */
  publishAll(): void;
}

export function createRecords(context: ServiceContext): Records {
  const zones = context.store.table<ZoneRecord>('zones');
  const healthChecks = context.store.table<HealthCheckRecord>('health-checks');
  const publishZone = ({ id, name, nameServers, records }: ZoneRecord): void => {
    const document: ZoneDocument = { id, name, nameServers, records };
    context.publish(`route53/zone/${id}`, document as unknown as Json);
  };
  const publishHealthCheck = ({ id, config, version, tags }: HealthCheckRecord): void => {
    const name = tags['Name'];
    const document: HealthCheckDocument = { id, config, version, ...(name !== undefined && { name }) };
    context.publish(`route53/health-check/${id}`, document as unknown as Json);
  };
  return {
    context,
    zones,
    healthChecks,
    putZone: (zone) => {
      zones.put(zone.id, zone);
      publishZone(zone);
    },
    deleteZone: (id) => {
      zones.delete(id);
      context.publish(`route53/zone/${id}`, null);
    },
    putHealthCheck: (check) => {
      healthChecks.put(check.id, check);
      publishHealthCheck(check);
    },
    deleteHealthCheck: (id) => {
      healthChecks.delete(id);
      context.publish(`route53/health-check/${id}`, null);
    },
    publishAll: () => {
      for (const zone of zones.values()) publishZone(zone);
      for (const check of healthChecks.values()) publishHealthCheck(check);
    },
  };
}
