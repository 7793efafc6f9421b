/** ListParts and ListMultipartUploads. */
import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
  MultipartUpload,
  StorageClass,
} from '@aws-sdk/client-s3';
import type { Output } from '../../wire/types.ts';
import { owner } from './buckets.ts';
import { theBucket } from './failures.ts';
import { encoder } from './list-objects.ts';
import { commonPrefixOf } from './listing.ts';
import { theUpload } from './multipart.ts';
import { quoted } from './object-facts.ts';
import type { House } from './storage.ts';
import type { Upload } from './upload-records.ts';

const MAX_LISTED = 1000;

export function listParts(house: House, input: ListPartsCommandInput): Output<ListPartsCommandOutput> {
  const upload = theUpload(house, input);
  const after = Number(input.PartNumberMarker ?? 0);
  const limit = Math.min(input.MaxParts ?? MAX_LISTED, MAX_LISTED);
  const rest = house.storage.uploads.parts(upload.id).filter(({ number }) => number > after);
  const page = rest.slice(0, limit);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(after),
    MaxParts: limit,
    IsTruncated: page.length < rest.length,
    NextPartNumberMarker: String(page.at(-1)?.number ?? after),
    StorageClass: upload.facts.storageClass as StorageClass,
    Owner: { ID: owner(house.context.account) },
    Parts: page.map(({ number, size, etag, modifiedMs, checksums }) => ({
      PartNumber: number,
      Size: size,
      ETag: quoted(etag),
      LastModified: new Date(modifiedMs),
      ...checksums,
    })),
  };
}

export function listMultipartUploads(
  house: House,
  input: ListMultipartUploadsCommandInput,
): Output<ListMultipartUploadsCommandOutput> {
  const { name } = theBucket(house, input.Bucket);
  const { Prefix = '', Delimiter, KeyMarker = '', UploadIdMarker = '', EncodingType } = input;
  const text = encoder(EncodingType);
  const limit = Math.min(input.MaxUploads ?? MAX_LISTED, MAX_LISTED);
  const all = house.storage.uploads
    .ofBucket(name)
    .filter((upload) => upload.key.startsWith(Prefix) && isBehind(upload, KeyMarker, UploadIdMarker));
  const commonOf = ({ key }: Upload): string | undefined => commonPrefixOf(key, Prefix, Delimiter);
  const rest = all.filter((upload) => commonOf(upload) === undefined);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const prefixes = [...new Set(all.map(commonOf))].filter((prefix) => prefix !== undefined);
  return {
    Bucket: name,
    Prefix: text(Prefix),
    KeyMarker: text(KeyMarker),
    UploadIdMarker,
    MaxUploads: limit,
    IsTruncated: page.length < rest.length,
    ...(Delimiter ? { Delimiter: text(Delimiter) } : {}),
    ...(EncodingType ? { EncodingType } : {}),
    ...(last && page.length < rest.length
      ? { NextKeyMarker: text(last.key), NextUploadIdMarker: last.id }
      : {}),
    Uploads: page.map(
      (upload): MultipartUpload => ({
        UploadId: upload.id,
        Key: text(upload.key),
        Initiated: new Date(upload.initiatedMs),
        StorageClass: upload.facts.storageClass as StorageClass,
        Owner: { ID: owner(house.context.account) },
      }),
    ),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: text(prefix) })),
  };
}

function isBehind(upload: Upload, keyMarker: string, idMarker: string): boolean {
  if (keyMarker === '') return true;
  const order = Buffer.compare(Buffer.from(upload.key), Buffer.from(keyMarker));
  return order > 0 || (order === 0 && idMarker !== '' && upload.id > idMarker);
}
