/**
 * What is TRUE of a bucket and of one version of an object, and the order of versions. Versions of a key are
 * ordered by when they were written, newest first, with the version id as the tie-break, so that two regions
 * that replicate to each other agree on which version is current whatever order they arrive in.
 */
import type {
  BucketLifecycleConfiguration,
  ReplicationConfiguration,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3';

export type Versioning = 'Unversioned' | 'Enabled' | 'Suspended';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  readonly versioning: Versioning;
  /** Who declared it: stack id and logical id of a template's bucket; absent for one made by CreateBucket. */
  readonly declaredBy?: string;
  readonly replication?: ReplicationConfiguration;
  readonly lifecycle?: BucketLifecycleConfiguration;
  readonly encryption?: ServerSideEncryptionConfiguration;
  readonly policy?: string;
  readonly tags?: readonly Tag[];
  /** Configurations that are kept and returned and change nothing here, by their API name. */
  readonly recorded: Readonly<Record<string, unknown>>;
}

/** A file with a piece of the body: the whole of it, or one part of a multipart upload. */
export interface Segment {
  readonly body: string;
  readonly size: number;
}

export type ReplicationStatus = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';

/** Headers that are kept with an object and given back as they came, by the SDK's member name. */
export const keptHeaders = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'ExpiresString',
  'WebsiteRedirectLocation',
] as const;

export type KeptHeader = (typeof keptHeaders)[number];

export const checksumMembers = [
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumCRC64NVME',
  'ChecksumSHA1',
  'ChecksumSHA256',
] as const;

export type ChecksumMember = (typeof checksumMembers)[number];
export type Checksums = Readonly<Partial<Record<ChecksumMember, string>>>;

/** What a caller says about an object beside its body. */
export interface ObjectFacts {
  readonly headers: Readonly<Partial<Record<KeptHeader, string>>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly tags: readonly Tag[];
  readonly checksums: Checksums;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /** Of a multipart object, in order: so many parts of so many bytes. */
  readonly parts?: readonly PartRun[];
}

export interface PartRun {
  readonly size: number;
  readonly count: number;
}

export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** `null` (the word) in a bucket that is not versioned. */
  readonly versionId: string;
  /** Microseconds of AWS time; grows with every write of the key. */
  readonly ordering: number;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
  readonly size: number;
  /** Without the quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly segments: readonly Segment[];
  readonly replication?: ReplicationStatus;
  readonly facts: ObjectFacts;
}

export const NULL_VERSION = 'null';

export const plainFacts: ObjectFacts = {
  headers: {},
  metadata: {},
  storageClass: 'STANDARD',
  tags: [],
  checksums: {},
};

/** Newest first. */
export function compareVersions(
  a: Pick<ObjectVersion, 'ordering' | 'versionId'>,
  b: Pick<ObjectVersion, 'ordering' | 'versionId'>,
): number {
  if (a.ordering !== b.ordering) return b.ordering - a.ordering;
  return a.versionId < b.versionId ? 1 : a.versionId > b.versionId ? -1 : 0;
}

/** A write that was acknowledged later is newer, also when the clock has not moved or a replica is ahead of it. */
export function nextOrdering(nowMs: number, newest: { readonly ordering: number } | undefined): number {
  return Math.max(Math.floor(nowMs) * 1000, (newest?.ordering ?? 0) + 1);
}

/** What replaces what: a version of its own, or the one null version. */
export function writesNullVersion(versioning: Versioning): boolean {
  return versioning !== 'Enabled';
}

export function partRuns(sizes: readonly number[]): readonly PartRun[] {
  const runs: { size: number; count: number }[] = [];
  for (const size of sizes) {
    const last = runs.at(-1);
    if (last?.size === size) last.count++;
    else runs.push({ size, count: 1 });
  }
  return runs;
}

/** Where part `number` (from 1) lies in the object; undefined when it has no such part. */
export function partRange(
  runs: readonly PartRun[],
  number: number,
): { readonly start: number; readonly size: number } | undefined {
  let start = 0;
  let before = 0;
  for (const { size, count } of runs) {
    if (number <= before + count) return { start: start + (number - before - 1) * size, size };
    start += size * count;
    before += count;
  }
  return undefined;
}

export function partCount(runs: readonly PartRun[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0);
}
