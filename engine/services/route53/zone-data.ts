/**
 * A hosted zone as the name servers use it: record sets grouped by name and type, values parsed once. Made
 * when a zone's document arrives, read by every query. Pure.
 */
import type { RecordSet, ZoneDocument } from './model.ts';
import { aliasTargetName, parentOf, plainName } from './names.ts';
import { isRecordType, parseRdata, type Rdata, type RecordType } from './rdata.ts';

/** One record set of a group: what is answered, and by which rule it may be chosen. */
export interface Member {
  readonly setIdentifier: string | undefined;
  readonly healthCheckId: string | undefined;
  readonly failover: 'PRIMARY' | 'SECONDARY' | undefined;
  readonly weight: number | undefined;
  readonly alias: { readonly target: string; readonly evaluateTargetHealth: boolean } | undefined;
  readonly ttlSeconds: number;
  readonly values: readonly Rdata[];
}

export type Routing = 'simple' | 'failover' | 'weighted' | 'multivalue';

export interface Group {
  readonly name: string;
  readonly type: RecordType;
  readonly routing: Routing;
  readonly members: readonly Member[];
}

export interface Zone {
  readonly id: string;
  readonly name: string;
  /** By name, then type. */
  readonly nodes: ReadonlyMap<string, ReadonlyMap<RecordType, Group>>;
  /** Names without records of their own that have names below them (RFC 4592 §2.2.2). */
  readonly emptyNames: ReadonlySet<string>;
}

export function compileZone(document: ZoneDocument): Zone {
  const name = plainName(document.name);
  const nodes = new Map<string, Map<RecordType, Group>>();
  for (const set of document.records) {
    if (!isRecordType(set.Type)) continue;
    const owner = plainName(set.Name ?? '');
    const node = nodes.get(owner) ?? new Map<RecordType, Group>();
    nodes.set(owner, node);
    const members = [...(node.get(set.Type)?.members ?? []), memberOf(set.Type, set)];
    node.set(set.Type, { name: owner, type: set.Type, routing: routingOf(set), members });
  }
  const emptyNames = new Set<string>();
  for (const owner of nodes.keys())
    for (let above = parentOf(owner); above.length > name.length; above = parentOf(above))
      if (!nodes.has(above)) emptyNames.add(above);
  return { id: document.id, name, nodes, emptyNames };
}

function memberOf(type: RecordType, set: RecordSet): Member {
  return {
    setIdentifier: set.SetIdentifier,
    healthCheckId: set.HealthCheckId,
    failover: set.Failover,
    weight: set.Weight,
    alias: set.AliasTarget && {
      target: aliasTargetName(set.AliasTarget.DNSName ?? ''),
      evaluateTargetHealth: set.AliasTarget.EvaluateTargetHealth ?? false,
    },
    ttlSeconds: set.TTL ?? 0,
    values: (set.ResourceRecords ?? []).map((record) => parseRdata(type, record.Value ?? '')),
  };
}

export function routingOf(set: RecordSet): Routing {
  if (set.Failover !== undefined) return 'failover';
  if (set.Weight !== undefined) return 'weighted';
  return set.MultiValueAnswer ? 'multivalue' : 'simple';
}
