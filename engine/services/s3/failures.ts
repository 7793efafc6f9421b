/** S3's errors as it words them. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { AwsError, answered } from '../../wire/types.ts';
import type { Bucket, ObjectVersion } from './model.ts';
import type { House } from './storage.ts';

export const failures = {
  noSuchBucket: (bucket: string) =>
    new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket }),
  noSuchKey: (key: string, headers: Readonly<Record<string, string>> = {}) =>
    new AwsError('NoSuchKey', 'The specified key does not exist.', 404, answered({ Key: key }, { headers })),
  noSuchVersion: (key: string, versionId: string) =>
    new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, {
      Key: key,
      VersionId: versionId,
    }),
  noSuchUpload: (uploadId: string) =>
    new AwsError(
      'NoSuchUpload',
      'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
      { UploadId: uploadId },
    ),
  preconditionFailed: (condition: string) =>
    new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
      Condition: condition,
    }),
  conflict: (key: string) =>
    new AwsError(
      'ConditionalRequestConflict',
      'The conditional request cannot succeed due to a conflicting operation against this resource.',
      409,
      { Key: key },
    ),
  /** A delete marker asked for by its version id. */
  isDeleteMarker: (marker: ObjectVersion) =>
    new AwsError(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      405,
      answered(
        { Method: 'GET', ResourceType: 'DeleteMarker' },
        {
          headers: {
            allow: 'DELETE',
            'x-amz-delete-marker': 'true',
            'x-amz-version-id': marker.versionId,
            'last-modified': new Date(marker.lastModifiedMs).toUTCString(),
          },
        },
      ),
    ),
  invalid: (code: string, message: string, members: Readonly<Record<string, unknown>> = {}) =>
    new AwsError(code, message, 400, members),
  notConfigured: (code: string, message: string, bucket: string) =>
    new AwsError(code, message, 404, { BucketName: bucket }),
} as const;

export function theBucket({ storage }: House, name: string | undefined): Bucket {
  const bucket = storage.buckets.get(name ?? '');
  if (!bucket) throw failures.noSuchBucket(name ?? '');
  return bucket;
}

const MAX_KEY_BYTES = 1024;

export function theKey(key: string | undefined): string {
  const bytes = Buffer.byteLength(key ?? '');
  if (bytes === 0) throw failures.invalid('InvalidRequest', 'A key must have at least one byte');
  if (bytes > MAX_KEY_BYTES)
    throw failures.invalid('KeyTooLongError', 'Your key is too long', {
      Size: String(bytes),
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    });
  return key as string;
}

/** The version that a read is about: the current object, or the one with the id. Throws as S3 answers. */
export function theVersion(house: House, bucket: string, key: string, versionId?: string): ObjectVersion {
  const { versions } = house.storage;
  if (versionId !== undefined) {
    const found = versions.find(bucket, key, versionId);
    if (!found) throw failures.noSuchVersion(key, versionId);
    if (found.deleteMarker) throw failures.isDeleteMarker(found);
    return found;
  }
  const latest = versions.latest(bucket, key);
  if (!latest) throw failures.noSuchKey(key);
  if (latest.deleteMarker)
    throw failures.noSuchKey(key, {
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': latest.versionId,
    });
  return latest;
}
