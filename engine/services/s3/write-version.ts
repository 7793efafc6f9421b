/**
 * The one way in which a version comes to be: conditions held against what is current at that instant, the
 * record, and what is to be replicated, in one transaction.
 */
import { randomBytes } from 'node:crypto';
import type { WrittenBody } from './bodies.ts';
import { type WriteConditions, writeVerdict } from './conditions.ts';
import { failures, theBucket } from './failures.ts';
import {
  type Bucket,
  NULL_VERSION,
  nextOrdering,
  type ObjectFacts,
  type ObjectVersion,
  plainFacts,
  writesNullVersion,
} from './model.ts';
import type { ReplicaNotice } from './replica-notice.ts';
import { type ReplicationKind, replicationTargets } from './replication-rules.ts';
import type { House } from './storage.ts';

export type Draft = Omit<ObjectVersion, 'latest'>;

export interface ObjectWrite {
  readonly bucket: string;
  readonly key: string;
  readonly body: Pick<WrittenBody, 'segments' | 'size'>;
  readonly etag: string;
  readonly facts: ObjectFacts;
  readonly conditions?: WriteConditions;
  /** The current object when the request began. */
  readonly before?: ObjectVersion | undefined;
}

/** Random, as AWS's are; 32 characters of its alphabet. */
export function newVersionId(): string {
  return randomBytes(24).toString('base64url').replaceAll('-', '.');
}

/** The current object, without delete markers. */
export function currentObject(house: House, bucket: string, key: string): ObjectVersion | undefined {
  const latest = house.storage.versions.latest(bucket, key);
  return latest?.deleteMarker ? undefined : latest;
}

export function checkConditions(
  conditions: WriteConditions,
  key: string,
  current: ObjectVersion | undefined,
  before: ObjectVersion | undefined,
): void {
  const { ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*')
    throw failures.invalid('InvalidRequest', `If-None-Match of a write must be *, found ${ifNoneMatch}`);
  const outcome = writeVerdict(conditions, current, before);
  switch (outcome.verdict) {
    case 'write':
      return;
    case 'failed':
      throw failures.preconditionFailed(outcome.condition);
    case 'absent':
      throw failures.noSuchKey(key);
    case 'conflict':
      throw failures.conflict(key);
  }
}

/** Inside a commit. */
export function writeObject(house: House, write: ObjectWrite): ObjectVersion {
  const { context, storage } = house;
  const bucket = theBucket(house, write.bucket);
  const newest = storage.versions.latest(write.bucket, write.key);
  const current = newest?.deleteMarker ? undefined : newest;
  checkConditions(write.conditions ?? {}, write.key, current, write.before);
  const now = Math.floor(context.clock.now());
  return record(house, bucket, 'object', {
    bucket: write.bucket,
    key: write.key,
    versionId: writesNullVersion(bucket.versioning) ? NULL_VERSION : newVersionId(),
    ordering: nextOrdering(now, newest),
    deleteMarker: false,
    size: write.body.size,
    etag: write.etag,
    lastModifiedMs: now,
    segments: write.body.segments,
    facts: write.facts,
  });
}

/** Inside a commit. A delete without a version id in a bucket that has or had versions. */
export function writeDeleteMarker(
  house: House,
  bucket: Bucket,
  key: string,
  options: { readonly replicate: boolean },
): ObjectVersion {
  const { context, storage } = house;
  const now = Math.floor(context.clock.now());
  const draft: Draft = {
    bucket: bucket.name,
    key,
    versionId: writesNullVersion(bucket.versioning) ? NULL_VERSION : newVersionId(),
    ordering: nextOrdering(now, storage.versions.latest(bucket.name, key)),
    deleteMarker: true,
    size: 0,
    etag: '',
    lastModifiedMs: now,
    segments: [],
    facts: plainFacts,
  };
  // Lifecycle's own markers stay at home, as on AWS.
  if (options.replicate) return record(house, bucket, 'delete-marker', draft);
  storage.versions.put(draft);
  return { ...draft, latest: true };
}

/** Inside a commit. The same version as in the source's bucket; a repeat of what arrived before changes nothing. */
export function writeReplica(
  house: House,
  bucketName: string,
  key: string,
  notice: ReplicaNotice,
  body: Pick<WrittenBody, 'segments' | 'size'>,
): ObjectVersion {
  const { versions, database } = house.storage;
  const bucket = theBucket(house, bucketName);
  if (bucket.versioning !== 'Enabled')
    throw failures.invalid(
      'InvalidRequest',
      `Replication needs versioning on the destination bucket, found ${bucket.versioning} on ${bucketName}`,
    );
  const before = versions.find(bucketName, key, notice.versionId);
  if (before) {
    database.discardAfterCommit(body.segments.map((segment) => segment.body));
    return before;
  }
  const draft: Draft = { ...notice, ...body, bucket: bucketName, key, replication: 'REPLICA' };
  versions.put(draft);
  return { ...draft, latest: false };
}

function record(house: House, bucket: Bucket, kind: ReplicationKind, draft: Draft): ObjectVersion {
  const { storage } = house;
  const pending = enqueue(house, bucket, kind, draft);
  const version: Draft = pending ? { ...draft, replication: 'PENDING' } : draft;
  storage.versions.put(version);
  return { ...version, latest: true };
}

/** Inside a commit. True if some rule takes it somewhere. */
export function enqueue(house: House, bucket: Bucket, kind: ReplicationKind, version: Draft): boolean {
  if (bucket.versioning !== 'Enabled') return false;
  const targets = replicationTargets(bucket.replication, {
    key: version.key,
    tags: version.facts.tags,
    kind,
    isReplica: version.replication === 'REPLICA',
  });
  for (const { destination, ruleId, storageClass } of targets)
    house.storage.queue.add({
      destination,
      ruleId,
      kind,
      bucket: version.bucket,
      key: version.key,
      versionId: version.versionId,
      size: kind === 'object' ? version.size : 0,
      enqueuedMs: Math.floor(house.context.clock.now()),
      ...(storageClass ? { storageClass } : {}),
    });
  if (targets.length > 0) house.queued();
  return targets.length > 0;
}
