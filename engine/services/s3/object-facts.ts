/** What a caller says about an object (headers, metadata, tags, storage class) ⇄ what the object remembers. */
import type { PutObjectCommandInput, StorageClass } from '@aws-sdk/client-s3';
import { failures } from './failures.ts';
import {
  type Bucket,
  type Checksums,
  checksumMembers,
  keptHeaders,
  NULL_VERSION,
  type ObjectFacts,
  type ObjectVersion,
  partCount,
  type ReplicationStatus,
  type Tag,
} from './model.ts';

const MAX_METADATA_BYTES = 2048;
const MAX_TAGS = 10;

const storageClasses: readonly string[] = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];

type FactsInput = Pick<
  PutObjectCommandInput,
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'Expires'
  | 'Metadata'
  | 'StorageClass'
  | 'Tagging'
  | 'WebsiteRedirectLocation'
>;

export function factsOf(input: FactsInput, checksums: Checksums = {}): ObjectFacts {
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = name === 'ExpiresString' ? input.Expires?.toUTCString() : input[name];
    if (value !== undefined) headers[name] = value;
  }
  headers['ContentType'] ??= 'binary/octet-stream';
  const storageClass = input.StorageClass ?? 'STANDARD';
  if (!storageClasses.includes(storageClass))
    throw failures.invalid(
      'InvalidStorageClass',
      `The storage class must be one of ${storageClasses.join(', ')}, found ${storageClass}`,
    );
  return {
    headers,
    metadata: checkedMetadata(input.Metadata ?? {}),
    storageClass,
    tags: tagsFromHeader(input.Tagging),
    checksums,
    ...(Object.keys(checksums).length > 0 ? { checksumType: 'FULL_OBJECT' as const } : {}),
  };
}

function checkedMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const size = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > MAX_METADATA_BYTES)
    throw failures.invalid(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      { Size: String(size), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
    );
  return { ...metadata };
}

/** The x-amz-tagging header is a query string. */
function tagsFromHeader(header: string | undefined): readonly Tag[] {
  return checkedTags([...new URLSearchParams(header ?? '')].map(([Key, Value]) => ({ Key, Value })));
}

export function checkedTags(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
  limit = MAX_TAGS,
): readonly Tag[] {
  const checked = tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));
  if (checked.length > limit)
    throw failures.invalid('BadRequest', `There can be ${limit} tags at most, found ${checked.length}`);
  for (const { Key, Value } of checked)
    if (Key === '' || Key.length > 128 || Value.length > 256)
      throw failures.invalid(
        'InvalidTag',
        `A tag has a key of 1 to 128 and a value of up to 256 characters, found ${JSON.stringify(Key)}`,
      );
  if (new Set(checked.map(({ Key }) => Key)).size < checked.length)
    throw failures.invalid('InvalidTag', 'Cannot provide multiple Tags with the same key');
  return checked;
}

/** `x-amz-checksum-crc32` → ChecksumCRC32 */
export function checksumsByMember(byHeader: Readonly<Record<string, string>>): Checksums {
  const found: Record<string, string> = {};
  for (const member of checksumMembers) {
    const value = byHeader[`x-amz-checksum-${member.slice('Checksum'.length).toLowerCase()}`];
    if (value !== undefined) found[member] = value;
  }
  return found;
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** AWS names no version in a bucket that never had any. */
export function versionIdFor(
  bucket: Bucket,
  version: Pick<ObjectVersion, 'versionId'>,
): { VersionId?: string } {
  return bucket.versioning === 'Unversioned' && version.versionId === NULL_VERSION
    ? {}
    : { VersionId: version.versionId };
}

export interface DescribedObject {
  readonly LastModified: Date;
  readonly ETag: string;
  readonly AcceptRanges: string;
  readonly Metadata: Record<string, string>;
  readonly ServerSideEncryption: 'AES256';
  readonly VersionId?: string;
  readonly StorageClass?: StorageClass;
  readonly ReplicationStatus?: ReplicationStatus;
  readonly TagCount?: number;
  readonly ContentType?: string;
}

/** What GET and HEAD say of an object, but for its body, its range and its checksums. */
export function describe(bucket: Bucket, version: ObjectVersion): DescribedObject {
  const { facts } = version;
  return {
    LastModified: new Date(version.lastModifiedMs),
    ETag: quoted(version.etag),
    AcceptRanges: 'bytes',
    Metadata: { ...facts.metadata },
    ServerSideEncryption: 'AES256',
    ...facts.headers,
    ...versionIdFor(bucket, version),
    // S3 leaves the header out for STANDARD.
    ...(facts.storageClass === 'STANDARD' ? {} : { StorageClass: facts.storageClass as StorageClass }),
    ...(version.replication ? { ReplicationStatus: version.replication } : {}),
    ...(facts.tags.length > 0 ? { TagCount: facts.tags.length } : {}),
  };
}

/** Given when asked for with `x-amz-checksum-mode: ENABLED`. */
export function describeChecksums({
  facts,
}: ObjectVersion): Checksums & { ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE' } {
  return { ...facts.checksums, ...(facts.checksumType ? { ChecksumType: facts.checksumType } : {}) };
}

export function partsCount({ facts }: ObjectVersion): { PartsCount?: number } {
  return facts.parts ? { PartsCount: partCount(facts.parts) } : {};
}
