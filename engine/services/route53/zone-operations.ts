/** What a caller may ask about hosted zones and their records. */
import { createHash } from 'node:crypto';
import type {
  ChangeResourceRecordSetsCommandInput,
  ChangeResourceRecordSetsCommandOutput,
  CreateHostedZoneCommandInput,
  CreateHostedZoneCommandOutput,
  DeleteHostedZoneCommandInput,
  DeleteHostedZoneCommandOutput,
  GetChangeCommandInput,
  GetChangeCommandOutput,
  GetHostedZoneCommandInput,
  GetHostedZoneCommandOutput,
  HostedZone,
  ListHostedZonesByNameCommandInput,
  ListHostedZonesByNameCommandOutput,
  ListHostedZonesCommandInput,
  ListHostedZonesCommandOutput,
  ListResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommandOutput,
} from '@aws-sdk/client-route-53';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import { applyChanges } from './change-batch.ts';
import { apexRecords, isApexOwn, type RecordSet, type ZoneRecord } from './model.ts';
import { apiName, listingOrder, nameProblem, plainName } from './names.ts';
import type { Records } from './records.ts';

const MAX_ITEMS = 300;

export function zoneOperations(records: Records): Operations {
  const { zones, context } = records;
  const find = (given: string | undefined): ZoneRecord => {
    const id = bareId(given);
    const zone = zones.get(id);
    if (!zone) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
    return zone;
  };
  const changeInfo = (): { Id: string; Status: 'INSYNC'; SubmittedAt: Date } => ({
    Id: `/change/C${createHash('sha256').update(`${context.clock.now()} ${context.random()}`).digest('hex').slice(0, 20).toUpperCase()}`,
    Status: 'INSYNC',
    SubmittedAt: new Date(context.clock.now()),
  });
  return {
    CreateHostedZone: (input: CreateHostedZoneCommandInput): Output<CreateHostedZoneCommandOutput> => {
      if (input.VPC || input.HostedZoneConfig?.PrivateZone)
        throw new AwsError(
          'InvalidInput',
          'Private hosted zones are not answered here; create a public one.',
        );
      const problem = nameProblem(input.Name ?? '');
      if (problem) throw new AwsError('InvalidDomainName', problem);
      if (zones.values().some((zone) => zone.callerReference === input.CallerReference))
        throw new AwsError(
          'HostedZoneAlreadyExists',
          `A hosted zone has already been created with the specified caller reference.`,
          409,
        );
      const zone = newZone(input, context.clock.now());
      records.putZone(zone);
      return {
        Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
        HostedZone: described(zone),
        ChangeInfo: changeInfo(),
        DelegationSet: { NameServers: [...zone.nameServers] },
      };
    },
    GetHostedZone: (input: GetHostedZoneCommandInput): Output<GetHostedZoneCommandOutput> => {
      const zone = find(input.Id);
      return { HostedZone: described(zone), DelegationSet: { NameServers: [...zone.nameServers] } };
    },
    DeleteHostedZone: (input: DeleteHostedZoneCommandInput): Output<DeleteHostedZoneCommandOutput> => {
      const zone = find(input.Id);
      if (zone.records.some((set) => !isApexOwn(zone.name, set)))
        throw new AwsError(
          'HostedZoneNotEmpty',
          'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
        );
      records.deleteZone(zone.id);
      return { ChangeInfo: changeInfo() };
    },
    ListHostedZones: (input: ListHostedZonesCommandInput): Output<ListHostedZonesCommandOutput> => {
      const limit = input.MaxItems ?? MAX_ITEMS;
      const all = [...zones.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      const from = input.Marker ? all.findIndex((zone) => zone.id === input.Marker) : 0;
      const page = all.slice(Math.max(0, from), Math.max(0, from) + limit);
      const next = all[Math.max(0, from) + limit];
      return {
        HostedZones: page.map(described),
        Marker: input.Marker ?? '',
        MaxItems: limit,
        IsTruncated: next !== undefined,
        ...(next && { NextMarker: next.id }),
      };
    },
    ListHostedZonesByName: (
      input: ListHostedZonesByNameCommandInput,
    ): Output<ListHostedZonesByNameCommandOutput> => {
      const limit = input.MaxItems ?? 100;
      const from = input.DNSName === undefined ? '' : listingOrder(input.DNSName);
      const all = zones
        .values()
        .filter((zone) => listingOrder(zone.name) >= from)
        .sort((a, b) => (listingOrder(a.name) < listingOrder(b.name) ? -1 : 1));
      const next = all[limit];
      return {
        HostedZones: all.slice(0, limit).map(described),
        MaxItems: limit,
        IsTruncated: next !== undefined,
        ...(input.DNSName !== undefined && { DNSName: input.DNSName }),
        ...(next && { NextDNSName: next.name, NextHostedZoneId: next.id }),
      };
    },
    ListResourceRecordSets: (input: ListResourceRecordSetsCommandInput) =>
      listRecords(find(input.HostedZoneId), input),
    ChangeResourceRecordSets: (
      input: ChangeResourceRecordSetsCommandInput,
    ): Output<ChangeResourceRecordSetsCommandOutput> => {
      const zone = find(input.HostedZoneId);
      const applied = applyChanges(
        zone.name,
        zone.records,
        input.ChangeBatch?.Changes ?? [],
        (id) => records.healthChecks.get(id) !== undefined,
      );
      if (!applied.ok)
        throw new AwsError('InvalidChangeBatch', `[${applied.messages.join(', ')}]`, 400, {
          messages: [...applied.messages],
        });
      records.putZone({ ...zone, records: applied.records });
      return { ChangeInfo: changeInfo() };
    },
    GetChange: (input: GetChangeCommandInput): Output<GetChangeCommandOutput> => ({
      ChangeInfo: { ...changeInfo(), Id: `/change/${bareId(input.Id)}` },
    }),
  };
}

export function bareId(given: string | undefined): string {
  return (given ?? '').replace(/^\/?(hostedzone|healthcheck|change)\//, '');
}

/** The id follows from the caller's reference, so that an attempt repeated after a crash finds its zone. */
export function zoneIdFor(callerReference: string): string {
  return `Z0${createHash('sha256').update(callerReference).digest('hex').slice(0, 19).toUpperCase()}`;
}

function newZone(input: CreateHostedZoneCommandInput, createdMs: number): ZoneRecord {
  const callerReference = input.CallerReference ?? '';
  const digest = createHash('sha256').update(callerReference).digest();
  const nameServers = ['com', 'net', 'org', 'co.uk'].map((top, n) => {
    const number = 512 * n + digest[n]!;
    return `ns-${number}.awsdns-${String(number >> 3).padStart(2, '0')}.${top}`;
  });
  const comment = input.HostedZoneConfig?.Comment;
  return {
    id: zoneIdFor(callerReference),
    name: apiName(input.Name ?? ''),
    callerReference,
    ...(comment !== undefined && { comment }),
    nameServers,
    tags: {},
    records: apexRecords(input.Name ?? '', nameServers),
    createdMs,
  };
}

function described(zone: ZoneRecord): HostedZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: { PrivateZone: false, ...(zone.comment !== undefined && { Comment: zone.comment }) },
    ResourceRecordSetCount: zone.records.length,
  };
}

function listRecords(
  zone: ZoneRecord,
  input: ListResourceRecordSetsCommandInput,
): Output<ListResourceRecordSetsCommandOutput> {
  const limit = Math.min(input.MaxItems ?? MAX_ITEMS, MAX_ITEMS);
  const order = (set: Pick<RecordSet, 'Name' | 'Type' | 'SetIdentifier'>): string =>
    `${listingOrder(set.Name ?? '')}\u0000${set.Type ?? ''}\u0000${set.SetIdentifier ?? ''}`;
  const from = input.StartRecordName
    ? `${listingOrder(input.StartRecordName)}\u0000${input.StartRecordType ?? ''}${input.StartRecordIdentifier ? `\u0000${input.StartRecordIdentifier}` : ''}`
    : '';
  const all = zone.records.filter((set) => order(set) >= from).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const next = all[limit];
  return {
    ResourceRecordSets: all.slice(0, limit),
    IsTruncated: next !== undefined,
    MaxItems: limit,
    ...(next && {
      NextRecordName: next.Name,
      NextRecordType: next.Type,
      ...(next.SetIdentifier && { NextRecordIdentifier: next.SetIdentifier }),
    }),
  };
}

export function zoneByName(zones: readonly ZoneRecord[], name: string): ZoneRecord | undefined {
  return zones.find((zone) => plainName(zone.name) === plainName(name));
}
