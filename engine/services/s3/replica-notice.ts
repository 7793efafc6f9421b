/**
 * How one region's S3 tells another's that a PutObject is a replica: everything of the source's version beside
 * its body, in one metadata entry, heard only from the replication role. On AWS this travels on an interface of
 * S3's own.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { AwsError, type Caller } from '../../wire/types.ts';
import type { ObjectFacts, ObjectVersion } from './model.ts';

export const REPLICA_METADATA = 'understudy-replica';

export interface ReplicaNotice {
  readonly versionId: string;
  readonly ordering: number;
  readonly lastModifiedMs: number;
  readonly etag: string;
  readonly deleteMarker: boolean;
  readonly facts: ObjectFacts;
}

/** `arn:aws:sts::<account>:assumed-role/s3-replication/<region>` */
export function replicationPrincipal(account: string, region: string): string {
  return `arn:aws:sts::${account}:assumed-role/s3-replication/${region}`;
}

export function isReplication(caller: Caller, account: string): boolean {
  return caller.principal.startsWith(replicationPrincipal(account, ''));
}

export function noticeOf(version: ObjectVersion, storageClass: string | undefined): ReplicaNotice {
  const { versionId, ordering, lastModifiedMs, etag, deleteMarker, facts } = version;
  return {
    versionId,
    ordering,
    lastModifiedMs,
    etag,
    deleteMarker,
    facts: { ...facts, ...(storageClass ? { storageClass } : {}) },
  };
}

export function writeNotice(notice: ReplicaNotice): Record<string, string> {
  return { [REPLICA_METADATA]: deflateRawSync(JSON.stringify(notice)).toString('base64url') };
}

export function readNotice(
  metadata: Readonly<Record<string, string>> | undefined,
  caller: Caller,
  account: string,
): ReplicaNotice | undefined {
  const text = metadata?.[REPLICA_METADATA];
  if (text === undefined) return undefined;
  if (!isReplication(caller, account))
    throw new AwsError(
      'AccessDenied',
      `x-amz-meta-${REPLICA_METADATA} is for the replication role, found ${caller.principal}`,
      403,
    );
  return JSON.parse(inflateRawSync(Buffer.from(text, 'base64url')).toString('utf8')) as ReplicaNotice;
}
