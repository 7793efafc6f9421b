/** ListObjectsV2 and ListObjects: current objects by key, rolled up by delimiter, a page at a time. */
import type {
  CommonPrefix,
  _Object as ListedObject,
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  ObjectStorageClass,
} from '@aws-sdk/client-s3';
import type { Output } from '../../wire/types.ts';
import { failures, theBucket } from './failures.ts';
import { behindPrefix, commonPrefixOf, type Listing, list } from './listing.ts';
import type { ObjectVersion } from './model.ts';
import { quoted } from './object-facts.ts';
import type { House } from './storage.ts';

const MAX_KEYS = 1000;

/** A key to begin at or behind. */
interface Position {
  readonly key: string;
  readonly inclusive: boolean;
}

/** What a continuation token holds. */
interface Continuation extends Position {
  readonly listedPrefix?: string;
}

export function listObjectsV2(
  house: House,
  input: ListObjectsV2CommandInput,
): Output<ListObjectsV2CommandOutput> {
  const { Bucket, Prefix = '', Delimiter, StartAfter, ContinuationToken, EncodingType } = input;
  const limit = pageLimit(input.MaxKeys);
  const start: Continuation = ContinuationToken ? readToken(ContinuationToken) : startOf(Prefix, StartAfter);
  const listing = pageOf(house, Bucket, Prefix, Delimiter, limit, start);
  const text = encoder(EncodingType);
  const { next } = listing;
  return {
    ...contents(listing, text),
    Name: Bucket,
    Prefix: text(Prefix),
    MaxKeys: limit,
    KeyCount: listing.entries.length + listing.commonPrefixes.length,
    IsTruncated: next !== undefined,
    ...(Delimiter ? { Delimiter: text(Delimiter) } : {}),
    ...(EncodingType ? { EncodingType } : {}),
    ...(ContinuationToken ? { ContinuationToken } : {}),
    ...(StartAfter ? { StartAfter: text(StartAfter) } : {}),
    ...(next
      ? {
          NextContinuationToken: writeToken({
            ...next.position,
            ...(next.last.kind === 'prefix' ? { listedPrefix: next.last.prefix } : {}),
          }),
        }
      : {}),
  };
}

export function listObjects(house: House, input: ListObjectsCommandInput): Output<ListObjectsCommandOutput> {
  const { Bucket, Prefix = '', Delimiter, Marker, EncodingType } = input;
  const limit = pageLimit(input.MaxKeys);
  // A marker may be the common prefix that the page before ended with.
  const isPrefix = Marker !== undefined && commonPrefixOf(Marker, Prefix, Delimiter) === Marker;
  const start: Continuation = isPrefix
    ? { key: behindPrefix(Marker), inclusive: false, listedPrefix: Marker }
    : startOf(Prefix, Marker);
  const listing = pageOf(house, Bucket, Prefix, Delimiter, limit, start);
  const text = encoder(EncodingType);
  const { next } = listing;
  return {
    ...contents(listing, text),
    Name: Bucket,
    Prefix: text(Prefix),
    Marker: text(Marker ?? ''),
    MaxKeys: limit,
    IsTruncated: next !== undefined,
    ...(Delimiter ? { Delimiter: text(Delimiter) } : {}),
    ...(EncodingType ? { EncodingType } : {}),
    // AWS gives it only with a delimiter; else the last key is the marker.
    ...(next && Delimiter
      ? { NextMarker: text(next.last.kind === 'prefix' ? next.last.prefix : next.last.entry.key) }
      : {}),
  };
}

function pageOf(
  house: House,
  bucketName: string | undefined,
  prefix: string,
  delimiter: string | undefined,
  limit: number,
  { listedPrefix, ...start }: Continuation,
): Listing<ObjectVersion, Position> {
  const bucket = theBucket(house, bucketName).name;
  return list<ObjectVersion, Position>({
    prefix,
    delimiter,
    limit,
    start,
    listedPrefix,
    keyOf: ({ key }) => key,
    page: ({ key, inclusive }, size) => house.storage.versions.currentPage(bucket, key, inclusive, size),
    after: ({ key }) => ({ key, inclusive: false }),
    behind: (common) => ({ key: behindPrefix(common), inclusive: false }),
  });
}

function startOf(prefix: string, after: string | undefined): Position {
  if (after === undefined || after === '' || Buffer.compare(Buffer.from(after), Buffer.from(prefix)) < 0)
    return { key: prefix, inclusive: true };
  return { key: after, inclusive: false };
}

export function pageLimit(maxKeys: number | undefined): number {
  const limit = maxKeys ?? MAX_KEYS;
  if (limit < 0)
    throw failures.invalid(
      'InvalidArgument',
      'Argument maxKeys must be an integer between 0 and 2147483647',
      {
        ArgumentName: 'max-keys',
        ArgumentValue: String(limit),
      },
    );
  return Math.min(limit, MAX_KEYS);
}

function contents(
  { entries, commonPrefixes }: Listing<ObjectVersion, Position>,
  text: (value: string) => string,
): { Contents?: ListedObject[]; CommonPrefixes?: CommonPrefix[] } {
  const Contents = entries.map((version) => ({
    Key: text(version.key),
    LastModified: new Date(version.lastModifiedMs),
    ETag: quoted(version.etag),
    Size: version.size,
    StorageClass: version.facts.storageClass as ObjectStorageClass,
    ...checksumAlgorithm(version),
  }));
  return {
    ...(Contents.length > 0 ? { Contents } : {}),
    ...(commonPrefixes.length > 0
      ? { CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: text(prefix) })) }
      : {}),
  };
}

export function checksumAlgorithm({
  facts,
}: ObjectVersion): Pick<ListedObject, 'ChecksumAlgorithm' | 'ChecksumType'> {
  const algorithms = Object.keys(facts.checksums).map((name) => name.slice('Checksum'.length));
  if (algorithms.length === 0 || !facts.checksumType) return {};
  return {
    ChecksumAlgorithm: algorithms as NonNullable<ListedObject['ChecksumAlgorithm']>,
    ChecksumType: facts.checksumType,
  };
}

/** `encoding-type=url`: XML 1.0 cannot hold every character that a key may have. */
export function encoder(encodingType: string | undefined): (text: string) => string {
  if (encodingType === undefined) return (text) => text;
  if (encodingType !== 'url')
    throw failures.invalid('InvalidArgument', `EncodingType must be url, found ${encodingType}`);
  return (text) =>
    encodeURIComponent(text)
      .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%2F', '/');
}

function writeToken(token: Continuation): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(token: string): Continuation {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const { key, inclusive, listedPrefix } = read as Partial<Continuation>;
    if (typeof key !== 'string') throw new TypeError('no key');
    return {
      key,
      inclusive: inclusive === true,
      ...(typeof listedPrefix === 'string' ? { listedPrefix } : {}),
    };
  } catch {
    throw failures.invalid('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    });
  }
}
