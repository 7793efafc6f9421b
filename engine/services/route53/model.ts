/**
 * What is true: hosted zones with their record sets, and health checks. Records keep the shapes of AWS's API,
 * and the same shapes are what the control plane publishes to the data plane. Pure.
 */
import type { HealthCheckConfig, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { apiName, plainName } from './names.ts';

export type RecordSet = ResourceRecordSet;

export interface ZoneRecord {
  /** Without the `/hostedzone/` that the API puts in front. */
  readonly id: string;
  /** With the final dot. */
  readonly name: string;
  readonly callerReference: string;
  readonly comment?: string;
  readonly nameServers: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly records: readonly RecordSet[];
  readonly createdMs: number;
}

export interface HealthCheckRecord {
  readonly id: string;
  readonly callerReference: string;
  readonly config: HealthCheckConfig;
  readonly version: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdMs: number;
}

/** Published under `route53/zone/<id>`. */
export interface ZoneDocument {
  readonly id: string;
  readonly name: string;
  readonly nameServers: readonly string[];
  readonly records: readonly RecordSet[];
}

/** Published under `route53/health-check/<id>`. */
export interface HealthCheckDocument {
  readonly id: string;
  /** The Name tag, if there is one. */
  readonly name?: string;
  readonly version: number;
  readonly config: HealthCheckConfig;
}

/** Published under `route53/name/<dns name>` by the service that owns the name: ELB, RDS, CloudFront. */
export interface NameDocument {
  readonly type: 'A';
  readonly ttlSeconds: number;
  readonly targets: readonly {
    readonly address: string;
    readonly zone?: string;
    readonly healthy: boolean;
  }[];
  /** What EvaluateTargetHealth goes by. */
  readonly healthy: boolean;
}

/** Identifies a record set within a zone. */
export function recordKey(set: Pick<RecordSet, 'Name' | 'Type' | 'SetIdentifier'>): string {
  return `${plainName(set.Name ?? '')} ${set.Type} ${set.SetIdentifier ?? ''}`;
}

/** The NS and SOA records that every zone has from its creation (AWS's own values). */
export function apexRecords(zoneName: string, nameServers: readonly string[]): RecordSet[] {
  const name = apiName(zoneName);
  return [
    {
      Name: name,
      Type: 'NS',
      TTL: 172_800,
      ResourceRecords: nameServers.map((server) => ({ Value: `${server}.` })),
    },
    {
      Name: name,
      Type: 'SOA',
      TTL: 900,
      ResourceRecords: [
        { Value: `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` },
      ],
    },
  ];
}

export function isApexOwn(zoneName: string, set: RecordSet): boolean {
  return plainName(set.Name ?? '') === plainName(zoneName) && (set.Type === 'NS' || set.Type === 'SOA');
}
