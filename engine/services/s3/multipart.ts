/**
 * Multipart uploads. Parts are bodies of their own; the completed object is the list of them in order, so that
 * completing copies nothing. The ETag is the MD5 of the parts' MD5s and their number.
 */

import { createHash } from 'node:crypto';
import type {
  AbortMultipartUploadCommandInput,
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';
import type { Output } from '../../wire/types.ts';
import { copySource } from './copy-object.ts';
import { failures, theBucket, theKey } from './failures.ts';
import { partRuns } from './model.ts';
import { completedChecksum } from './multipart-checksums.ts';
import { describeChecksums, factsOf, quoted, versionIdFor } from './object-facts.ts';
import { MAX_PUT_BYTES, orDiscard, type Received, receive } from './put-object.ts';
import { readRange } from './ranges.ts';
import type { House } from './storage.ts';
import type { Part, Upload } from './upload-records.ts';
import { currentObject, newVersionId, writeObject } from './write-version.ts';

const SMALLEST_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

export async function createMultipartUpload(
  house: House,
  input: CreateMultipartUploadCommandInput,
): Promise<Output<CreateMultipartUploadCommandOutput>> {
  const bucket = theBucket(house, input.Bucket);
  const key = theKey(input.Key);
  const { ChecksumAlgorithm, ChecksumType } = input;
  const upload: Upload = {
    id: newVersionId() + newVersionId(),
    bucket: bucket.name,
    key,
    initiatedMs: Math.floor(house.context.clock.now()),
    facts: { ...factsOf(input), ...(ChecksumType ? { checksumType: ChecksumType } : {}) },
    ...(ChecksumAlgorithm ? { checksumAlgorithm: ChecksumAlgorithm } : {}),
  };
  await house.storage.database.commit(() => {
    theBucket(house, bucket.name);
    house.storage.uploads.create(upload);
  });
  return {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.id,
    ServerSideEncryption: 'AES256',
    ...(ChecksumAlgorithm ? { ChecksumAlgorithm } : {}),
    ...(ChecksumType ? { ChecksumType } : {}),
  };
}

export async function uploadPart(
  house: House,
  input: UploadPartCommandInput,
): Promise<Output<UploadPartCommandOutput>> {
  const upload = theUpload(house, input);
  const received = await receive(house, input.Body, input.ContentLength, MAX_PUT_BYTES);
  const part = await keepPart(house, upload, input.PartNumber, received);
  return { ETag: quoted(part.etag), ServerSideEncryption: 'AES256', ...part.checksums };
}

export async function uploadPartCopy(
  house: House,
  input: UploadPartCopyCommandInput,
): Promise<Output<UploadPartCopyCommandOutput>> {
  const upload = theUpload(house, input);
  const source = copySource(house, input);
  const range = readRange(input.CopySourceRange, source.size);
  if (range.range === 'unsatisfiable' || (input.CopySourceRange && range.range !== 'part'))
    throw failures.invalid(
      'InvalidArgument',
      `The copy range ${input.CopySourceRange} is not within the source`,
    );
  const { start, end } = range.range === 'part' ? range : { start: 0, end: source.size };
  const { bodies } = house.storage;
  const body = await bodies.write(bodies.read(source.segments, start, end), MAX_PUT_BYTES);
  const part = await keepPart(house, upload, input.PartNumber, { body, checksums: {} });
  return {
    CopyPartResult: { ETag: quoted(part.etag), LastModified: new Date(part.modifiedMs) },
    ServerSideEncryption: 'AES256',
    ...(source.versionId === 'null' ? {} : { CopySourceVersionId: source.versionId }),
  };
}

async function keepPart(
  house: House,
  upload: Upload,
  number: number | undefined,
  { body, checksums }: Received,
): Promise<Part> {
  const part: Part = {
    number: number ?? 0,
    size: body.size,
    etag: body.md5,
    modifiedMs: Math.floor(house.context.clock.now()),
    segments: body.segments,
    checksums,
  };
  return await orDiscard(house, body, () => {
    if (part.number < 1 || part.number > MAX_PARTS)
      throw failures.invalid(
        'InvalidArgument',
        `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive, found ${number}`,
      );
    return house.storage.database.commit(() => {
      if (!house.storage.uploads.find(upload.id)) throw failures.noSuchUpload(upload.id);
      house.storage.uploads.putPart(upload.id, part);
      return part;
    });
  });
}

export async function completeMultipartUpload(
  house: House,
  input: CompleteMultipartUploadCommandInput,
): Promise<Output<CompleteMultipartUploadCommandOutput>> {
  const upload = theUpload(house, input);
  const before = currentObject(house, upload.bucket, upload.key);
  const parts = chosenParts(house.storage.uploads.parts(upload.id), input.MultipartUpload?.Parts ?? []);
  const checksum = await completedChecksum(house, upload, parts);
  const { database, uploads } = house.storage;
  const version = await database.commit(() => {
    if (!uploads.find(upload.id)) throw failures.noSuchUpload(upload.id);
    // A part that was written over meanwhile is another part.
    const now = chosenParts(uploads.parts(upload.id), input.MultipartUpload?.Parts ?? []);
    const segments = now.flatMap((part) => part.segments);
    const written = writeObject(house, {
      bucket: upload.bucket,
      key: upload.key,
      body: { segments, size: now.reduce((sum, { size }) => sum + size, 0) },
      etag: etagOf(now),
      facts: { ...upload.facts, ...checksum, parts: partRuns(now.map(({ size }) => size)) },
      conditions: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
      before,
    });
    uploads.remove(upload.id, new Set(segments.map(({ body }) => body)));
    return written;
  });
  return {
    Location: `${house.context.network.endpoint}/${upload.bucket}/${upload.key}`,
    Bucket: upload.bucket,
    Key: upload.key,
    ETag: quoted(version.etag),
    ServerSideEncryption: 'AES256',
    ...describeChecksums(version),
    ...versionIdFor(theBucket(house, upload.bucket), version),
  };
}

function etagOf(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

/** The parts that the caller names, in ascending order, as they were answered to it. */
function chosenParts(parts: readonly Part[], named: readonly CompletedPart[]): readonly Part[] {
  if (named.length === 0) throw failures.invalid('MalformedXML', 'You must specify at least one part');
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  const chosen = named.map(({ PartNumber = 0, ETag = '' }) => {
    const part = byNumber.get(PartNumber);
    if (!part || part.etag !== ETag.replaceAll('"', ''))
      throw failures.invalid(
        'InvalidPart',
        'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part’s entity tag.',
        { PartNumber: String(PartNumber), ETag },
      );
    return part;
  });
  for (const [index, part] of chosen.entries()) {
    const next = chosen[index + 1];
    if (next && next.number <= part.number)
      throw failures.invalid('InvalidPartOrder', 'The list of parts was not in ascending order.');
    if (next && part.size < SMALLEST_PART_BYTES)
      throw failures.invalid(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
        {
          PartNumber: String(part.number),
          ProposedSize: String(part.size),
          MinSizeAllowed: String(SMALLEST_PART_BYTES),
        },
      );
  }
  return chosen;
}

export async function abortMultipartUpload(
  house: House,
  input: AbortMultipartUploadCommandInput,
): Promise<Record<string, never>> {
  const upload = theUpload(house, input);
  await house.storage.database.commit(() => house.storage.uploads.remove(upload.id, new Set()));
  return {};
}

export function theUpload(
  house: House,
  input: { Bucket?: string | undefined; Key?: string | undefined; UploadId?: string | undefined },
): Upload {
  const bucket = theBucket(house, input.Bucket);
  const upload = house.storage.uploads.find(input.UploadId ?? '');
  if (!upload || upload.bucket !== bucket.name || upload.key !== input.Key)
    throw failures.noSuchUpload(input.UploadId ?? '');
  return upload;
}
