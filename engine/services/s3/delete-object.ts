/**
 * DeleteObject and DeleteObjects. Without a version id a versioned bucket gets a delete marker; with one, that
 * version (or marker) is gone for good. Deleting what is not there succeeds.
 */
import type {
  DeletedObject,
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  ObjectIdentifier,
  _Error as S3Error,
} from '@aws-sdk/client-s3';
import { AwsError, type Output } from '../../wire/types.ts';
import { failures, theBucket, theKey } from './failures.ts';
import { type Bucket, NULL_VERSION } from './model.ts';
import type { House } from './storage.ts';
import { checkConditions, writeDeleteMarker } from './write-version.ts';

const MAX_KEYS = 1000;

export async function deleteObject(
  house: House,
  input: DeleteObjectCommandInput,
): Promise<Output<DeleteObjectCommandOutput>> {
  theBucket(house, input.Bucket);
  const key = theKey(input.Key);
  return await house.storage.database.commit(() =>
    remove(house, theBucket(house, input.Bucket), key, input.VersionId, input.IfMatch),
  );
}

export async function deleteObjects(
  house: House,
  input: DeleteObjectsCommandInput,
): Promise<Output<DeleteObjectsCommandOutput>> {
  theBucket(house, input.Bucket);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > MAX_KEYS)
    throw failures.invalid(
      'MalformedXML',
      `DeleteObjects takes 1 to ${MAX_KEYS} keys, found ${objects.length}`,
    );
  const outcomes = await house.storage.database.commit(() => {
    const bucket = theBucket(house, input.Bucket);
    return objects.map((object) => removeOne(house, bucket, object));
  });
  const deleted = outcomes.flatMap((outcome) => ('deleted' in outcome ? [outcome.deleted] : []));
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  return {
    ...(input.Delete?.Quiet ? {} : { Deleted: deleted }),
    ...(errors.length > 0 ? { Errors: errors } : {}),
  };
}

function removeOne(
  house: House,
  bucket: Bucket,
  { Key, VersionId, ETag }: ObjectIdentifier,
): { readonly deleted: DeletedObject } | { readonly error: S3Error } {
  const named = { ...(Key === undefined ? {} : { Key }), ...(VersionId ? { VersionId } : {}) };
  try {
    const { DeleteMarker, VersionId: marker } = remove(house, bucket, theKey(Key), VersionId, ETag);
    return {
      deleted: {
        ...named,
        ...(DeleteMarker ? { DeleteMarker } : {}),
        ...(DeleteMarker && marker ? { DeleteMarkerVersionId: marker } : {}),
      },
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: { ...named, Code: error.code, Message: error.message } };
  }
}

/** Inside a commit. */
function remove(
  house: House,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  ifMatch: string | undefined,
): Output<DeleteObjectCommandOutput> {
  const { versions, queue } = house.storage;
  const latest = versions.latest(bucket.name, key);
  const current = latest?.deleteMarker ? undefined : latest;
  if (ifMatch !== undefined) checkConditions({ ifMatch }, key, current, undefined);
  const wanted = versionId ?? (bucket.versioning === 'Unversioned' ? NULL_VERSION : undefined);
  if (wanted === undefined) {
    const marker = writeDeleteMarker(house, bucket, key, { replicate: true });
    return { DeleteMarker: true, VersionId: marker.versionId };
  }
  const found = versions.find(bucket.name, key, wanted);
  if (found) {
    versions.remove(found);
    queue.forget(bucket.name, key, found.versionId);
  }
  if (versionId === undefined) return {};
  return { VersionId: versionId, ...(found?.deleteMarker ? { DeleteMarker: true } : {}) };
}
