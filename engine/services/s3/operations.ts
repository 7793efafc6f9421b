/** What a caller may ask: every action of S3 that is answered here, one line each. */
import type { Operations } from '../../wire/types.ts';
import { bucketConfiguration } from './bucket-configuration.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject, deleteObjects } from './delete-object.ts';
import { getObject, headObject } from './get-object.ts';
import { listMultipartUploads, listParts } from './list-multipart.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listObjectVersions } from './list-versions.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.ts';
import { putObject } from './put-object.ts';
import { recordedConfiguration } from './recorded-configuration.ts';
import type { House } from './storage.ts';

export function operations(house: House): Operations {
  return {
    CreateBucket: (input) => createBucket(house, input),
    DeleteBucket: (input) => deleteBucket(house, input),
    HeadBucket: (input) => headBucket(house, input),
    ListBuckets: (input) => listBuckets(house, input),
    GetBucketLocation: (input) => getBucketLocation(house, input),
    ...bucketConfiguration(house),
    ...recordedConfiguration(house),
    PutObject: (input, caller) => putObject(house, input, caller),
    GetObject: (input) => getObject(house, input),
    HeadObject: (input) => headObject(house, input),
    DeleteObject: (input) => deleteObject(house, input),
    DeleteObjects: (input) => deleteObjects(house, input),
    CopyObject: (input) => copyObject(house, input),
    CreateMultipartUpload: (input) => createMultipartUpload(house, input),
    UploadPart: (input) => uploadPart(house, input),
    UploadPartCopy: (input) => uploadPartCopy(house, input),
    CompleteMultipartUpload: (input) => completeMultipartUpload(house, input),
    AbortMultipartUpload: (input) => abortMultipartUpload(house, input),
    ListParts: (input) => listParts(house, input),
    ListMultipartUploads: (input) => listMultipartUploads(house, input),
    ListObjectsV2: (input) => listObjectsV2(house, input),
    ListObjects: (input) => listObjects(house, input),
    ListObjectVersions: (input) => listObjectVersions(house, input),
    GetObjectTagging: (input) => getObjectTagging(house, input),
    PutObjectTagging: (input, caller) => putObjectTagging(house, input, caller),
    DeleteObjectTagging: (input, caller) => deleteObjectTagging(house, input, caller),
  };
}
