/**
 * Which rules of a bucket's replication configuration take an object to which destinations. A replica is never
 * replicated on, so two buckets may replicate to each other; delete markers go only where a rule says so;
 * among rules with the same destination the one with the highest priority counts.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';
import type { Tag } from './model.ts';

export type ReplicationKind = 'object' | 'delete-marker' | 'tags';

export interface ReplicationSubject {
  readonly key: string;
  readonly tags: readonly Tag[];
  readonly kind: ReplicationKind;
  /** It came here by replication. */
  readonly isReplica: boolean;
}

export interface ReplicationTarget {
  readonly ruleId: string;
  /** Bucket name. */
  readonly destination: string;
  readonly storageClass?: string;
}

export function replicationTargets(
  configuration: ReplicationConfiguration | undefined,
  subject: ReplicationSubject,
): readonly ReplicationTarget[] {
  const targets = new Map<string, ReplicationTarget>();
  for (const rule of byPriority(configuration?.Rules ?? [])) {
    const destination = bucketOfArn(rule.Destination?.Bucket);
    if (!destination || targets.has(destination) || !applies(rule, subject)) continue;
    const storageClass = rule.Destination?.StorageClass;
    targets.set(destination, {
      ruleId: rule.ID ?? '',
      destination,
      ...(storageClass ? { storageClass } : {}),
    });
  }
  return [...targets.values()];
}

/** The highest number first; rules without one (the first version of the schema) have different prefixes. */
function byPriority(rules: readonly ReplicationRule[]): readonly ReplicationRule[] {
  return [...rules].sort((a, b) => (b.Priority ?? 0) - (a.Priority ?? 0));
}

function applies(rule: ReplicationRule, subject: ReplicationSubject): boolean {
  if (rule.Status !== 'Enabled' || !mayTravel(rule, subject)) return false;
  const { prefix, tags } = filterOf(rule);
  if (!subject.key.startsWith(prefix)) return false;
  return tags.every(({ Key, Value }) => subject.tags.some((tag) => tag.Key === Key && tag.Value === Value));
}

function mayTravel(rule: ReplicationRule, { kind, isReplica }: ReplicationSubject): boolean {
  switch (kind) {
    case 'object':
      return !isReplica;
    case 'delete-marker':
      return !isReplica && replicatesDeleteMarkers(rule);
    case 'tags':
      return !isReplica || rule.SourceSelectionCriteria?.ReplicaModifications?.Status === 'Enabled';
  }
}

/** Rules without Filter are of the schema's first version, which always took delete markers along. */
function replicatesDeleteMarkers(rule: ReplicationRule): boolean {
  if (rule.Filter === undefined) return true;
  return rule.DeleteMarkerReplication?.Status === 'Enabled' && filterOf(rule).tags.length === 0;
}

function filterOf(rule: ReplicationRule): { readonly prefix: string; readonly tags: readonly Tag[] } {
  const { Filter } = rule;
  const tags = [...(Filter?.Tag ? [Filter.Tag] : []), ...(Filter?.And?.Tags ?? [])];
  return {
    prefix: Filter?.And?.Prefix ?? Filter?.Prefix ?? rule.Prefix ?? '',
    tags: tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
  };
}

/** `arn:aws:s3:::name` → `name` */
export function bucketOfArn(arn: string | undefined): string | undefined {
  return /^arn:aws[a-z-]*:s3:::([^/]+)$/.exec(arn ?? '')?.[1];
}
