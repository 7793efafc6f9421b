/** Objects in parts, and copies, through the real client. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { eventually, startS3 } from './test-world.ts';

const Bucket = 'assets';
const MIB = 1024 * 1024;

async function withBucket() {
  const world = await startS3();
  await world.client.send(new CreateBucketCommand({ Bucket }));
  return world;
}

const bytesOf = async (client: S3Client, Key: string, more: object = {}): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

test('parts in any order make one object, with the ETag and checksum of its parts', async () => {
  await using world = await withBucket();
  const { client } = world;
  const pieces = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(1000)];
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key: 'big',
      ContentType: 'video/mp4',
      ChecksumAlgorithm: 'SHA256',
    }),
  );
  const parts: { PartNumber: number; ETag: string | undefined; ChecksumSHA256: string | undefined }[] = [];
  for (const index of [2, 0, 1]) {
    const { ETag, ChecksumSHA256 } = await client.send(
      new UploadPartCommand({
        Bucket,
        Key: 'big',
        UploadId,
        PartNumber: index + 1,
        Body: pieces[index] as Buffer,
        ChecksumAlgorithm: 'SHA256',
      }),
    );
    parts.push({ PartNumber: index + 1, ETag, ChecksumSHA256 });
  }
  const listed = await client.send(new ListPartsCommand({ Bucket, Key: 'big', UploadId }));
  assert.deepEqual(
    listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    pieces.map((piece, index) => [index + 1, piece.length]),
  );
  assert.equal((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length, 1);
  await assert.rejects(client.send(new HeadObjectCommand({ Bucket, Key: 'big' })), { name: 'NotFound' });
  const complete = (Parts: typeof parts) =>
    client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }),
    );
  await assert.rejects(complete(parts), { name: 'InvalidPartOrder' });
  await assert.rejects(complete(parts.map((part) => ({ ...part, ETag: '"0"' }))), { name: 'InvalidPart' });
  await world.restart();
  const done = await complete(parts.toSorted((a, b) => a.PartNumber - b.PartNumber));
  const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();
  assert.equal(done.ETag, `"${md5(Buffer.concat(pieces.map(md5))).toString('hex')}-3"`);
  const sha = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
  assert.equal(done.ChecksumSHA256, `${sha(Buffer.concat(pieces.map(sha))).toString('base64')}-3`);
  assert.ok((await bytesOf(client, 'big')).equals(Buffer.concat(pieces)));
  const across = { Range: `bytes=${5 * MIB - 10}-${10 * MIB + 9}` };
  assert.ok(
    (await bytesOf(client, 'big', across)).equals(
      Buffer.concat(pieces).subarray(5 * MIB - 10, 10 * MIB + 10),
    ),
  );
  assert.ok((await bytesOf(client, 'big', { PartNumber: 2 })).equals(pieces[1] as Buffer));
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'big', PartNumber: 3 }));
  assert.deepEqual(
    [head.PartsCount, head.ContentLength, head.ContentType, head.$metadata.httpStatusCode],
    [3, 1000, 'video/mp4', 206],
  );
});

test('a part other than the last must have 5 MiB; an aborted upload leaves nothing', async () => {
  await using world = await withBucket();
  const { client } = world;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
  const Parts = await Promise.all(
    [1, 2].map(async (PartNumber) => {
      const { ETag } = await client.send(
        new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber, Body: 'small' }),
      );
      return { PartNumber, ETag };
    }),
  );
  await assert.rejects(
    client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload: { Parts } }),
    ),
    { name: 'EntityTooSmall' },
  );
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId }));
  await assert.rejects(client.send(new ListPartsCommand({ Bucket, Key: 'k', UploadId })), {
    name: 'NoSuchUpload',
  });
  await eventually(
    () => readdirSync(join(world.directory, 'bodies')).length,
    (count) => count === 0,
  );
});

test('a copy is an object of its own, with the metadata it brings or is given', async () => {
  await using world = await withBucket();
  const { client } = world;
  const Key = 'from/ü 1';
  await client.send(
    new PutObjectCommand({ Bucket, Key, Body: 'hello', Metadata: { a: '1' }, ContentType: 'text/plain' }),
  );
  const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
  await client.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource }));
  await client.send(
    new CopyObjectCommand({
      Bucket,
      Key: 'other',
      CopySource,
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
    }),
  );
  const facts = async (key: string) => {
    const { Metadata, ContentType } = await client.send(new HeadObjectCommand({ Bucket, Key: key }));
    return [Metadata, ContentType];
  };
  assert.deepEqual(await facts('same'), [{ a: '1' }, 'text/plain']);
  assert.deepEqual(await facts('other'), [{ b: '2' }, 'binary/octet-stream']);
  assert.equal((await bytesOf(client, 'other')).toString(), 'hello');
  await assert.rejects(client.send(new CopyObjectCommand({ Bucket, Key, CopySource })), {
    name: 'InvalidRequest',
  });
  await assert.rejects(
    client.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource, CopySourceIfMatch: '"no"' })),
    { name: 'PreconditionFailed' },
  );
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
  const { CopyPartResult } = await client.send(
    new UploadPartCopyCommand({
      Bucket,
      Key: 'parts',
      UploadId,
      PartNumber: 1,
      CopySource,
      CopySourceRange: 'bytes=1-3',
    }),
  );
  await client.send(
    new CompleteMultipartUploadCommand({
      Bucket,
      Key: 'parts',
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] },
    }),
  );
  assert.equal((await bytesOf(client, 'parts')).toString(), 'ell');
});
