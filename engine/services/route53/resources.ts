/** What a template may say: hosted zones, record sets and groups of them, health checks. */
import type {
  Change,
  ChangeResourceRecordSetsCommandInput,
  CreateHealthCheckCommandOutput,
  CreateHostedZoneCommandOutput,
  ListResourceRecordSetsCommandOutput,
} from '@aws-sdk/client-route-53';
import { AwsError, type Operations } from '../../wire/types.ts';
import type { PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { normalised } from './change-batch.ts';
import { type RecordSet, recordKey } from './model.ts';
import { apiName, plainName } from './names.ts';
import type { Records } from './records.ts';
import { bareId, zoneByName, zoneIdFor } from './zone-operations.ts';

export function route53Resources(
  records: Records,
  operations: Operations,
): Readonly<Record<string, ResourceHandler>> {
  const call = async <O>(name: string, input: object): Promise<O> =>
    (await operations[name]?.(input, provisioning)) as O;
  return {
    'AWS::Route53::HostedZone': hostedZone(records, call),
    'AWS::Route53::HealthCheck': healthCheck(records, call),
    'AWS::Route53::RecordSet': recordSets(records, operations, call, (properties) => [properties]),
    'AWS::Route53::RecordSetGroup': recordSets(
      records,
      operations,
      call,
      (properties) => properties['RecordSets'] ?? [],
    ),
  };
}

type Call = <O>(name: string, input: object) => Promise<O>;

function tagsOf(list: readonly { Key: string; Value: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key, Value]));
}

function hostedZone(records: Records, call: Call): ResourceHandler {
  const describe = (id: string): PhysicalResource => ({
    physicalId: id,
    attributes: { Id: id, NameServers: [...(records.zones.get(id)?.nameServers ?? [])] },
  });
  const settle = (id: string, properties: Properties): PhysicalResource => {
    const zone = records.zones.get(id);
    if (!zone) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
    const comment = properties['HostedZoneConfig']?.['Comment'] as string | undefined;
    records.putZone({ ...zone, tags: tagsOf(properties['HostedZoneTags']), ...(comment && { comment }) });
    return describe(id);
  };
  return {
    replaceOn: ['Name'],
    create: async ({ properties, clientToken }) => {
      if (properties['VPCs']?.length)
        throw new AwsError('InvalidInput', 'Private hosted zones (VPCs) are not answered here.');
      const id = zoneIdFor(clientToken);
      if (!records.zones.get(id))
        await call<CreateHostedZoneCommandOutput>('CreateHostedZone', {
          Name: properties['Name'],
          CallerReference: clientToken,
          HostedZoneConfig: properties['HostedZoneConfig'],
        });
      return settle(id, properties);
    },
    update: async ({ properties, existing }) => settle(existing.physicalId, properties),
    delete: async ({ existing }) => {
      if (records.zones.get(existing.physicalId)) await call('DeleteHostedZone', { Id: existing.physicalId });
    },
  };
}

function healthCheck(records: Records, call: Call): ResourceHandler {
  const tagged = (id: string, properties: Properties): PhysicalResource => {
    const check = records.healthChecks.get(id);
    if (!check) throw new AwsError('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, 404);
    records.putHealthCheck({ ...check, tags: tagsOf(properties['HealthCheckTags']) });
    return { physicalId: id, attributes: { HealthCheckId: id } };
  };
  return {
    replaceOn: [
      'HealthCheckConfig.Type',
      'HealthCheckConfig.RequestInterval',
      'HealthCheckConfig.MeasureLatency',
    ],
    update: async ({ properties, previous, existing }) => {
      const { HealthCheckConfig: config } = properties;
      const before = previous['HealthCheckConfig'] ?? {};
      const removed = Object.keys(before).filter((key) => !(key in config));
      const { Type: _type, RequestInterval: _interval, MeasureLatency: _latency, ...changes } = config;
      await call('UpdateHealthCheck', {
        HealthCheckId: existing.physicalId,
        ...changes,
        ResetElements: removed,
      });
      return tagged(existing.physicalId, properties);
    },
    create: async ({ properties, clientToken }) => {
      const { HealthCheck } = await call<CreateHealthCheckCommandOutput>('CreateHealthCheck', {
        CallerReference: clientToken,
        HealthCheckConfig: properties['HealthCheckConfig'],
      });
      return tagged(HealthCheck?.Id ?? '', properties);
    },
    delete: async ({ existing }) => {
      if (records.healthChecks.get(existing.physicalId))
        await call('DeleteHealthCheck', { HealthCheckId: existing.physicalId });
    },
  };
}

/** One record set, or several that change together. */
function recordSets(
  records: Records,
  operations: Operations,
  call: Call,
  setsOf: (properties: Properties) => readonly Properties[],
): ResourceHandler {
  const zoneIdOf = (properties: Properties): string => {
    const set = setsOf(properties)[0] ?? {};
    const id = properties['HostedZoneId'] ?? set['HostedZoneId'];
    if (id !== undefined) return bareId(id);
    const name = properties['HostedZoneName'] ?? set['HostedZoneName'];
    const zone = name === undefined ? undefined : zoneByName(records.zones.values(), name);
    if (!zone)
      throw new AwsError(
        'NoSuchHostedZone',
        `No hosted zone named ${name}; there are: ${
          records.zones
            .values()
            .map((one) => one.name)
            .join(', ') || 'none'
        }`,
        404,
      );
    return zone.id;
  };
  const wanted = (properties: Properties): RecordSet[] => setsOf(properties).map(recordSetOf);
  const present = async (zoneId: string): Promise<Map<string, RecordSet>> => {
    if (!records.zones.get(zoneId)) return new Map();
    const found = new Map<string, RecordSet>();
    let next: Partial<ListResourceRecordSetsCommandOutput> = {};
    do {
      next = await call<ListResourceRecordSetsCommandOutput>('ListResourceRecordSets', {
        HostedZoneId: zoneId,
        StartRecordName: next.NextRecordName,
        StartRecordType: next.NextRecordType,
        StartRecordIdentifier: next.NextRecordIdentifier,
      });
      for (const set of next.ResourceRecordSets ?? []) found.set(recordKey(set), set);
    } while (next.IsTruncated);
    return found;
  };
  const created = records.context.store.table<{ readonly zoneId: string }>('created-record-sets');
  const change = (zoneId: string, changes: readonly Change[]): void => {
    const input: ChangeResourceRecordSetsCommandInput = {
      HostedZoneId: zoneId,
      ChangeBatch: { Changes: [...changes] },
    };
    if (changes.length > 0) operations['ChangeResourceRecordSets']?.(input, provisioning);
  };
  const described = (sets: readonly RecordSet[], fallback: string): PhysicalResource => {
    const only = sets.length === 1 ? sets[0] : undefined;
    return { physicalId: only ? plainName(only.Name ?? '') : fallback, attributes: {} };
  };
  return {
    replaceOn: ['HostedZoneId', 'HostedZoneName', 'Name'],
    create: async ({ properties, logicalId, clientToken }) => {
      const zoneId = zoneIdOf(properties);
      const sets = wanted(properties);
      // An attempt before a crash is known by its token: a record that somebody else made is not taken over.
      if (!created.get(clientToken)) {
        const changes = sets.map((set) => ({ Action: 'CREATE' as const, ResourceRecordSet: set }));
        records.context.store.transaction(() => {
          change(zoneId, changes);
          created.put(clientToken, { zoneId });
        });
      }
      return described(sets, logicalId);
    },
    update: async ({ properties, previous, existing }) => {
      const zoneId = zoneIdOf(properties);
      const there = await present(zoneId);
      const sets = wanted(properties);
      const kept = new Set(sets.map(recordKey));
      const gone = wanted(previous).flatMap((set) => {
        const found = kept.has(recordKey(set)) ? undefined : there.get(recordKey(set));
        return found ? [{ Action: 'DELETE' as const, ResourceRecordSet: found }] : [];
      });
      change(zoneId, [
        ...gone,
        ...sets.map((set) => ({ Action: 'UPSERT' as const, ResourceRecordSet: set })),
      ]);
      return described(sets, existing.physicalId);
    },
    delete: async ({ properties }) => {
      const zone = zoneIfThere(zoneIdOf, properties);
      if (!zone) return;
      const there = await present(zone);
      const found = wanted(properties).flatMap((set) => there.get(recordKey(set)) ?? []);
      change(
        zone,
        found.map((set) => ({ Action: 'DELETE', ResourceRecordSet: set })),
      );
    },
  };
}

function zoneIfThere(
  zoneIdOf: (properties: Properties) => string,
  properties: Properties,
): string | undefined {
  try {
    return zoneIdOf(properties);
  } catch {
    return undefined;
  }
}

/** The template's spelling to the API's: TTL is text, ResourceRecords are plain strings. */
function recordSetOf(properties: Properties): RecordSet {
  const {
    HostedZoneId: _id,
    HostedZoneName: _name,
    Comment: _comment,
    TTL,
    ResourceRecords,
    AliasTarget,
    ...rest
  } = properties;
  return normalised({
    ...rest,
    Name: apiName(properties['Name']),
    Type: properties['Type'],
    ...(TTL !== undefined && { TTL: Number(TTL) }),
    ...(ResourceRecords && {
      ResourceRecords: (ResourceRecords as readonly string[]).map((Value) => ({ Value })),
    }),
    ...(AliasTarget && {
      AliasTarget: {
        HostedZoneId: AliasTarget.HostedZoneId,
        DNSName: AliasTarget.DNSName,
        EvaluateTargetHealth: AliasTarget.EvaluateTargetHealth ?? false,
      },
    }),
  });
}
