/**
 * A change batch against a zone's record sets: all of it or nothing, with AWS's own complaints. Pure.
 */
import type { Change } from '@aws-sdk/client-route-53';
import type { RecordSet } from './model.ts';
import { isApexOwn, recordKey } from './model.ts';
import { aliasTargetName, apiName, isWithin, nameProblem, plainName } from './names.ts';
import { isRecordType, parseRdata, RECORD_TYPES } from './rdata.ts';
import { routingOf } from './zone-data.ts';

export type Applied =
  | { readonly ok: true; readonly records: readonly RecordSet[] }
  | { readonly ok: false; readonly messages: readonly string[] };

export function applyChanges(
  zoneName: string,
  records: readonly RecordSet[],
  changes: readonly Change[],
  healthCheckExists: (id: string) => boolean,
): Applied {
  const byKey = new Map(records.map((set) => [recordKey(set), set]));
  const messages: string[] = [];
  for (const { Action, ResourceRecordSet } of changes) {
    const set = normalised(ResourceRecordSet ?? ({} as RecordSet));
    const label = `[name='${set.Name}', type='${set.Type}'${set.SetIdentifier ? `, set identifier='${set.SetIdentifier}'` : ''}]`;
    const key = recordKey(set);
    const before = byKey.get(key);
    if (Action === 'DELETE') {
      if (!before) messages.push(`Tried to delete resource record set ${label} but it was not found`);
      else if (!sameRecords(before, set))
        messages.push(
          `Tried to delete resource record set ${label} but the values provided do not match the current values`,
        );
      else if (isApexOwn(zoneName, set))
        messages.push(`A HostedZone must contain exactly one SOA record and at least one NS record.`);
      else byKey.delete(key);
      continue;
    }
    const problem = recordProblem(zoneName, set, healthCheckExists);
    if (problem) messages.push(`Invalid Resource Record ${label}: ${problem}`);
    else if (Action === 'CREATE' && before)
      messages.push(`Tried to create resource record set ${label} but it already exists`);
    else byKey.set(key, set);
  }
  const result = [...byKey.values()];
  if (messages.length === 0) messages.push(...conflicts(zoneName, result));
  return messages.length > 0 ? { ok: false, messages } : { ok: true, records: result };
}

/** The names as the API spells them, absent and undefined made equal. */
export function normalised(set: RecordSet): RecordSet {
  const { AliasTarget } = set;
  const kept = JSON.parse(JSON.stringify(set)) as RecordSet;
  return {
    ...kept,
    Name: apiName(set.Name ?? ''),
    ...(AliasTarget && { AliasTarget: { ...AliasTarget, DNSName: apiName(AliasTarget.DNSName ?? '') } }),
  };
}

export function sameRecords(a: RecordSet, b: RecordSet): boolean {
  return canonical(a) === canonical(b);
}

function canonical(set: RecordSet): string {
  const entries = Object.entries(set)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [
      key,
      key === 'ResourceRecords'
        ? (value as { Value?: string }[]).map((record) => record.Value).sort()
        : typeof value === 'object'
          ? Object.entries(value as object).sort(([x], [y]) => (x < y ? -1 : 1))
          : value,
    ]);
  return JSON.stringify(entries);
}

function recordProblem(
  zoneName: string,
  set: RecordSet,
  healthCheckExists: (id: string) => boolean,
): string | undefined {
  const name = nameProblem(set.Name ?? '');
  if (name) return name;
  if (!isWithin(plainName(set.Name ?? ''), plainName(zoneName)))
    return `RRSet with DNS name ${set.Name} is not permitted in zone ${zoneName}`;
  if (!isRecordType(set.Type))
    return `record type ${set.Type} is not answered here; allowed: ${RECORD_TYPES.join(', ')}`;
  return (
    routingProblem(set) ??
    valueProblem(zoneName, set) ??
    (set.HealthCheckId !== undefined && !healthCheckExists(set.HealthCheckId)
      ? `health check ${set.HealthCheckId} does not exist`
      : undefined)
  );
}

function routingProblem(set: RecordSet): string | undefined {
  const policies = [
    set.Failover !== undefined,
    set.Weight !== undefined,
    set.MultiValueAnswer === true,
    set.Region !== undefined,
    set.GeoLocation !== undefined || set.GeoProximityLocation !== undefined,
    set.CidrRoutingConfig !== undefined,
  ];
  if (set.Region !== undefined || policies[4] || policies[5])
    return 'latency, geolocation, geoproximity and IP-based routing are not answered here; use simple, failover, weighted or multivalue routing';
  const count = policies.filter(Boolean).length;
  if (count > 1) return 'a record set has one routing policy';
  if (count === 1 && !set.SetIdentifier) return 'Missing field SetIdentifier';
  if (count === 0 && set.SetIdentifier)
    return 'SetIdentifier needs a routing policy: Failover, Weight or MultiValueAnswer';
  if (set.Failover !== undefined && set.Failover !== 'PRIMARY' && set.Failover !== 'SECONDARY')
    return `Failover must be PRIMARY or SECONDARY, found ${set.Failover}`;
  if (set.Weight !== undefined && !(set.Weight >= 0 && set.Weight <= 255))
    return `Weight must be 0 to 255, found ${set.Weight}`;
  if (set.MultiValueAnswer && set.AliasTarget) return 'a multivalue answer record cannot be an alias';
  return undefined;
}

function valueProblem(zoneName: string, set: RecordSet): string | undefined {
  if (set.AliasTarget) return aliasProblem(set);
  if (set.TTL === undefined) return 'Missing field TTL';
  if (!(set.TTL >= 0 && set.TTL <= 2_147_483_647)) return `TTL must be 0 to 2147483647, found ${set.TTL}`;
  if (!set.ResourceRecords?.length) return 'Missing field ResourceRecords';
  if (set.Type === 'CNAME' && set.ResourceRecords.length > 1) return 'a CNAME has one value';
  if (set.Type === 'CNAME' && plainName(set.Name ?? '') === plainName(zoneName))
    return `RRSet of type CNAME with DNS name ${set.Name} is not permitted at apex in zone ${zoneName}`;
  const values = set.ResourceRecords.map((record) => record.Value ?? '');
  if (new Set(values).size < values.length) return 'Duplicate Resource Record';
  for (const value of values) {
    const problem = attempt(() => parseRdata(set.Type as never, value));
    if (problem) return problem;
  }
  return undefined;
}

function aliasProblem(set: RecordSet): string | undefined {
  const target = aliasTargetName(set.AliasTarget?.DNSName ?? '');
  const evaluates = set.AliasTarget?.EvaluateTargetHealth === true;
  if (set.TTL !== undefined || set.ResourceRecords?.length)
    return 'an alias record has neither TTL nor ResourceRecords';
  if (set.Type === 'NS' || set.Type === 'SOA') return `a record of type ${set.Type} cannot be an alias`;
  if (set.Failover !== undefined && !evaluates)
    return 'an alias record with Failover must have EvaluateTargetHealth true';
  if (evaluates && target.endsWith('.cloudfront.net'))
    return 'EvaluateTargetHealth cannot be true when the alias target is a CloudFront distribution';
  return undefined;
}

function attempt(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Rules among record sets of one name. */
function conflicts(zoneName: string, records: readonly RecordSet[]): string[] {
  const found: string[] = [];
  const byName = Map.groupBy(records, (set) => plainName(set.Name ?? ''));
  for (const [name, sets] of byName) {
    if (sets.some((set) => set.Type === 'CNAME') && sets.some((set) => set.Type !== 'CNAME'))
      found.push(
        `RRSet of type CNAME with DNS name ${name}. conflicts with other records of that name in zone ${zoneName}`,
      );
    for (const [type, group] of Map.groupBy(sets, (set) => set.Type)) {
      const routings = new Set(group.map(routingOf));
      if (routings.size > 1)
        found.push(
          `RRSet with DNS name ${name}., type ${type} cannot be created as other RRSets exist with the same name and type but another routing policy`,
        );
      for (const role of ['PRIMARY', 'SECONDARY'])
        if (group.filter((set) => set.Failover === role).length > 1)
          found.push(
            `RRSet with DNS name ${name}., type ${type} cannot be created as a ${role} RRSet exists already`,
          );
    }
  }
  return found;
}
