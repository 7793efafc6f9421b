/** ListObjectVersions: every version and delete marker, keys in byte order, newest first in each. */
import type {
  DeleteMarkerEntry,
  ObjectVersion as ListedVersion,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import type { Output } from '../../wire/types.ts';
import { failures, theBucket } from './failures.ts';
import { checksumAlgorithm, encoder, pageLimit } from './list-objects.ts';
import { behindPrefix, commonPrefixOf, list } from './listing.ts';
import type { ObjectVersion } from './model.ts';
import { quoted } from './object-facts.ts';
import type { House } from './storage.ts';
import type { VersionPosition } from './version-records.ts';

export function listObjectVersions(
  house: House,
  input: ListObjectVersionsCommandInput,
): Output<ListObjectVersionsCommandOutput> {
  const bucket = theBucket(house, input.Bucket).name;
  const { Prefix = '', Delimiter, KeyMarker, VersionIdMarker, EncodingType } = input;
  const limit = pageLimit(input.MaxKeys);
  const text = encoder(EncodingType);
  const isPrefix = KeyMarker !== undefined && commonPrefixOf(KeyMarker, Prefix, Delimiter) === KeyMarker;
  const listing = list<ObjectVersion, VersionPosition>({
    prefix: Prefix,
    delimiter: Delimiter,
    limit,
    start: startOf(house, bucket, Prefix, isPrefix ? behindPrefix(KeyMarker) : KeyMarker, VersionIdMarker),
    listedPrefix: isPrefix ? KeyMarker : undefined,
    keyOf: ({ key }) => key,
    page: (position, size) => house.storage.versions.versionPage(bucket, position, size),
    after: ({ key, ordering, versionId }) => ({ key, ordering, versionId }),
    behind: (common) => ({ key: behindPrefix(common), inclusive: false }),
  });
  const last = listing.next?.last;
  return {
    Name: bucket,
    Prefix: text(Prefix),
    KeyMarker: text(KeyMarker ?? ''),
    VersionIdMarker: VersionIdMarker ?? '',
    MaxKeys: limit,
    IsTruncated: last !== undefined,
    ...(Delimiter ? { Delimiter: text(Delimiter) } : {}),
    ...(EncodingType ? { EncodingType } : {}),
    Versions: listing.entries
      .filter((entry) => !entry.deleteMarker)
      .map((entry) => versionEntry(entry, text)),
    DeleteMarkers: listing.entries
      .filter((entry) => entry.deleteMarker)
      .map((entry) => markerEntry(entry, text)),
    CommonPrefixes: listing.commonPrefixes.map((common) => ({ Prefix: text(common) })),
    ...(last?.kind === 'prefix' ? { NextKeyMarker: text(last.prefix) } : {}),
    ...(last?.kind === 'entry'
      ? { NextKeyMarker: text(last.entry.key), NextVersionIdMarker: last.entry.versionId }
      : {}),
  };
}

function startOf(
  house: House,
  bucket: string,
  prefix: string,
  keyMarker: string | undefined,
  versionIdMarker: string | undefined,
): VersionPosition {
  if (!keyMarker) {
    if (versionIdMarker)
      throw failures.invalid(
        'InvalidArgument',
        'A version-id marker cannot be specified without a key marker.',
      );
    return { key: prefix, inclusive: true };
  }
  if (Buffer.compare(Buffer.from(keyMarker), Buffer.from(prefix)) < 0)
    return { key: prefix, inclusive: true };
  const marked = versionIdMarker
    ? house.storage.versions.find(bucket, keyMarker, versionIdMarker)
    : undefined;
  if (!marked) return { key: keyMarker, inclusive: false };
  return { key: keyMarker, ordering: marked.ordering, versionId: marked.versionId };
}

function markerEntry(version: ObjectVersion, text: (value: string) => string): DeleteMarkerEntry {
  return {
    Key: text(version.key),
    VersionId: version.versionId,
    IsLatest: version.latest,
    LastModified: new Date(version.lastModifiedMs),
  };
}

function versionEntry(version: ObjectVersion, text: (value: string) => string): ListedVersion {
  return {
    ...markerEntry(version, text),
    ETag: quoted(version.etag),
    Size: version.size,
    StorageClass: version.facts.storageClass as NonNullable<ListedVersion['StorageClass']>,
    ...checksumAlgorithm(version),
  };
}
