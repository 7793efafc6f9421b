/**
 * The DNS names that AWS gives to clusters and instances, published to the name servers. Templates are given
 * addresses instead, which need no resolver; the names are for people and for clients that expect them.
 */
import { createHash } from 'node:crypto';
import type { Rds } from './house.ts';
import type { ClusterRecord, InstanceRecord } from './records.ts';

/** AWS's unguessable part of a name is one per account and region. */
function accountPart(rds: Rds): string {
  const { account, region } = rds.context;
  return createHash('sha256').update(`${account}/${region}/rds`).digest('hex').slice(0, 12);
}

export function clusterNames(
  rds: Rds,
  identifier: string,
): { readonly writer: string; readonly reader: string } {
  const rest = `${accountPart(rds)}.${rds.context.region}.rds.amazonaws.com`;
  return { writer: `${identifier}.cluster-${rest}`, reader: `${identifier}.cluster-ro-${rest}` };
}

export function instanceName(rds: Rds, identifier: string): string {
  return `${identifier}.${accountPart(rds)}.${rds.context.region}.rds.amazonaws.com`;
}

export function publishNames(rds: Rds, record: ClusterRecord): void {
  const names = clusterNames(rds, record.identifier);
  publish(rds, names.writer, record.endpoint.host);
  publish(rds, names.reader, record.readerEndpoint.host);
}

export function publishInstanceName(rds: Rds, record: InstanceRecord): void {
  publish(rds, instanceName(rds, record.identifier), record.endpoint.host);
}

export function withdrawNames(rds: Rds, names: readonly string[]): void {
  for (const name of names) rds.context.publish(`route53/name/${name}`, null);
}

function publish(rds: Rds, name: string, address: string): void {
  rds.context.publish(`route53/name/${name}`, {
    type: 'A',
    ttlSeconds: 5,
    healthy: true,
    targets: [{ address, healthy: true }],
  });
}
