/**
 * What a bucket's lifecycle rules do with the versions of one key at a given time. Days are counted as S3
 * counts them: from the write (or from when a version ceased to be current), rounded up to the next midnight
 * UTC. https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
import type { BucketLifecycleConfiguration, LifecycleRule } from '@aws-sdk/client-s3';
import type { ObjectVersion } from './model.ts';

export type LifecycleAction =
  | { readonly action: 'expire-current'; readonly version: ObjectVersion }
  | { readonly action: 'remove'; readonly version: ObjectVersion }
  | { readonly action: 'transition'; readonly version: ObjectVersion; readonly storageClass: string };

const DAY_MS = 86_400_000;

/** `versions` are those of one key, newest first. */
export function lifecycleActions(
  configuration: BucketLifecycleConfiguration | undefined,
  versions: readonly ObjectVersion[],
  nowMs: number,
): readonly LifecycleAction[] {
  const rules = (configuration?.Rules ?? []).filter(({ Status }) => Status === 'Enabled');
  const actions: LifecycleAction[] = [];
  for (const [index, version] of versions.entries()) {
    const applying = rules.filter((rule) => appliesTo(rule, version));
    const newer = versions[index - 1];
    const action = newer
      ? noncurrentAction(applying, version, newer, index, nowMs)
      : currentAction(applying, version, versions.length, nowMs);
    if (action) actions.push(action);
  }
  return actions;
}

function currentAction(
  rules: readonly LifecycleRule[],
  version: ObjectVersion,
  versionCount: number,
  nowMs: number,
): LifecycleAction | undefined {
  if (version.deleteMarker) {
    const lonely = versionCount === 1;
    return lonely && rules.some(({ Expiration }) => Expiration?.ExpiredObjectDeleteMarker)
      ? { action: 'remove', version }
      : undefined;
  }
  const age = (days: number | undefined): boolean => due(version.lastModifiedMs, days, nowMs);
  if (rules.some(({ Expiration }) => age(Expiration?.Days))) return { action: 'expire-current', version };
  return transition(
    version,
    rules.flatMap(({ Transitions }) => Transitions ?? []).filter(({ Days }) => age(Days)),
  );
}

function noncurrentAction(
  rules: readonly LifecycleRule[],
  version: ObjectVersion,
  newer: ObjectVersion,
  index: number,
  nowMs: number,
): LifecycleAction | undefined {
  const since = (days: number | undefined): boolean => due(newer.lastModifiedMs, days, nowMs);
  const expires = rules.some(
    ({ NoncurrentVersionExpiration: rule }) =>
      rule && since(rule.NoncurrentDays) && index > (rule.NewerNoncurrentVersions ?? 0),
  );
  if (expires) return { action: 'remove', version };
  if (version.deleteMarker) return undefined;
  return transition(
    version,
    rules
      .flatMap(({ NoncurrentVersionTransitions }) => NoncurrentVersionTransitions ?? [])
      .filter(({ NoncurrentDays }) => since(NoncurrentDays))
      .map(({ NoncurrentDays, StorageClass }) => ({ Days: NoncurrentDays, StorageClass })),
  );
}

/** The latest of those due; a version that is there already stays. */
function transition(
  version: ObjectVersion,
  dueTransitions: readonly { Days?: number | undefined; StorageClass?: string | undefined }[],
): LifecycleAction | undefined {
  const storageClass = [...dueTransitions].sort((a, b) => (b.Days ?? 0) - (a.Days ?? 0))[0]?.StorageClass;
  if (storageClass === undefined || storageClass === version.facts.storageClass) return undefined;
  return { action: 'transition', version, storageClass };
}

export function due(sinceMs: number, days: number | undefined, nowMs: number): boolean {
  if (days === undefined) return false;
  return nowMs >= Math.ceil((sinceMs + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function appliesTo(rule: LifecycleRule, { key, size, facts }: ObjectVersion): boolean {
  const { Filter } = rule;
  const and = Filter?.And;
  const prefix = and?.Prefix ?? Filter?.Prefix ?? rule.Prefix ?? '';
  const tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = [
    ...(Filter?.Tag ? [Filter.Tag] : []),
    ...(and?.Tags ?? []),
  ];
  const over = and?.ObjectSizeGreaterThan ?? Filter?.ObjectSizeGreaterThan ?? -1;
  const under = and?.ObjectSizeLessThan ?? Filter?.ObjectSizeLessThan ?? Number.POSITIVE_INFINITY;
  return (
    key.startsWith(prefix) &&
    size > over &&
    size < under &&
    tags.every(({ Key, Value }) => facts.tags.some((tag) => tag.Key === Key && tag.Value === Value))
  );
}
