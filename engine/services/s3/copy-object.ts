/** CopyObject: a new object of its own from a version of another (or of the same, with other metadata). */
import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import { AwsError, type Output } from '../../wire/types.ts';
import { readVerdict } from './conditions.ts';
import { failures, theBucket, theKey, theVersion } from './failures.ts';
import type { ObjectFacts, ObjectVersion } from './model.ts';
import { describeChecksums, factsOf, quoted, versionIdFor } from './object-facts.ts';
import { MAX_PUT_BYTES, orDiscard } from './put-object.ts';
import type { House } from './storage.ts';
import { checkConditions, currentObject, writeObject } from './write-version.ts';

type CopySourceInput = Pick<
  CopyObjectCommandInput,
  | 'CopySource'
  | 'CopySourceIfMatch'
  | 'CopySourceIfNoneMatch'
  | 'CopySourceIfModifiedSince'
  | 'CopySourceIfUnmodifiedSince'
>;

export async function copyObject(
  house: House,
  input: CopyObjectCommandInput,
): Promise<Output<CopyObjectCommandOutput>> {
  const bucket = theBucket(house, input.Bucket);
  const key = theKey(input.Key);
  const source = copySource(house, input);
  const facts = copiedFacts(input, source);
  const isItself = source.latest && source.bucket === bucket.name && source.key === key;
  if (isItself && input.MetadataDirective !== 'REPLACE' && !input.StorageClass)
    throw failures.invalid(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  const conditions = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
  const before = currentObject(house, bucket.name, key);
  checkConditions(conditions, key, before, undefined);
  const { bodies, database } = house.storage;
  const body = await bodies.write(bodies.read(source.segments, 0, source.size), MAX_PUT_BYTES);
  const version = await orDiscard(house, body, () =>
    database.commit(() =>
      writeObject(house, { bucket: bucket.name, key, body, etag: body.md5, facts, conditions, before }),
    ),
  );
  return {
    CopyObjectResult: {
      ETag: quoted(version.etag),
      LastModified: new Date(version.lastModifiedMs),
      ...describeChecksums(version),
    },
    ServerSideEncryption: 'AES256',
    ...versionIdFor(bucket, version),
    ...(source.versionId === 'null' ? {} : { CopySourceVersionId: source.versionId }),
  };
}

/** Metadata comes along unless it is replaced, tags likewise; the storage class never does. */
function copiedFacts(input: CopyObjectCommandInput, source: ObjectVersion): ObjectFacts {
  const given = factsOf(input);
  const checksums = source.facts.checksumType === 'FULL_OBJECT' ? source.facts.checksums : {};
  return {
    headers: input.MetadataDirective === 'REPLACE' ? given.headers : source.facts.headers,
    metadata: input.MetadataDirective === 'REPLACE' ? given.metadata : source.facts.metadata,
    tags: input.TaggingDirective === 'REPLACE' ? given.tags : source.facts.tags,
    storageClass: given.storageClass,
    checksums,
    ...(Object.keys(checksums).length > 0 ? { checksumType: 'FULL_OBJECT' as const } : {}),
  };
}

/** `bucket/key?versionId=id`, percent-encoded, with or without a leading slash; its conditions answer 412 alone. */
export function copySource(house: House, input: CopySourceInput): ObjectVersion {
  const found = /^\/?([^/]+)\/(.+?)(?:\?versionId=([^&]+))?$/.exec(input.CopySource ?? '');
  if (!found)
    throw failures.invalid(
      'InvalidArgument',
      `Copy Source must mention the source bucket and key: bucket/key, found ${input.CopySource}`,
    );
  const [, bucketName = '', encodedKey = '', versionId] = found;
  const bucket = theBucket(house, decoded(bucketName));
  const version = theVersion(house, bucket.name, decoded(encodedKey), versionId);
  const verdict = readVerdict(
    {
      ifMatch: input.CopySourceIfMatch,
      ifNoneMatch: input.CopySourceIfNoneMatch,
      ifModifiedSince: input.CopySourceIfModifiedSince,
      ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    version,
  );
  if (verdict.verdict !== 'send') throw failures.preconditionFailed('x-amz-copy-source-If');
  if (version.size > MAX_PUT_BYTES && !('PartNumber' in input))
    throw new AwsError(
      'InvalidRequest',
      'The specified copy source is larger than the maximum allowable size',
    );
  return version;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw failures.invalid('InvalidArgument', `Copy Source is not valid percent-encoding: ${text}`);
  }
}
