/** Objects through the real client: what is put is got, in parts, under conditions, in versions. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { eventually, startS3 } from './test-world.ts';

const Bucket = 'assets';

async function withBucket(versioned = false) {
  const world = await startS3();
  await world.client.send(new CreateBucketCommand({ Bucket }));
  if (versioned)
    await world.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  return world;
}

const put = (client: S3Client, Key: string, Body = Key) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body }));
const text = async (client: S3Client, Key: string, VersionId?: string): Promise<string | undefined> =>
  (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
const bodiesOf = (directory: string): readonly string[] => readdirSync(join(directory, 'bodies'));

test('what is put is got, with its headers, metadata, tags, checksum and ETag', async () => {
  await using world = await withBucket();
  const { client } = world;
  const put = await client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'a b/ü+😀.html',
      Body: '<p>hello</p>',
      ContentType: 'text/html',
      CacheControl: 'max-age=60',
      ContentEncoding: 'identity',
      Expires: new Date(1_900_000_000_000),
      Metadata: { colour: 'blue' },
      Tagging: 'team=web&stage=live',
      StorageClass: 'INTELLIGENT_TIERING',
    }),
  );
  const etag = `"${createHash('md5').update('<p>hello</p>').digest('hex')}"`;
  assert.equal(put.ETag, etag);
  assert.equal(put.VersionId, undefined);
  const got = await client.send(
    new GetObjectCommand({ Bucket, Key: 'a b/ü+😀.html', ChecksumMode: 'ENABLED' }),
  );
  assert.equal(await got.Body?.transformToString(), '<p>hello</p>');
  assert.equal(got.ETag, etag);
  assert.equal(got.ContentType, 'text/html');
  assert.equal(got.CacheControl, 'max-age=60');
  assert.equal(got.ContentEncoding, 'identity');
  assert.equal(got.ExpiresString, new Date(1_900_000_000_000).toUTCString());
  assert.deepEqual(got.Metadata, { colour: 'blue' });
  assert.equal(got.StorageClass, 'INTELLIGENT_TIERING');
  assert.equal(got.TagCount, 2);
  assert.equal(got.ChecksumCRC32, put.ChecksumCRC32);
  assert.ok(got.ChecksumCRC32);
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a b/ü+😀.html' }));
  assert.equal(head.ContentLength, 12);
  assert.equal(head.ETag, etag);
  const tags = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'a b/ü+😀.html' }));
  assert.deepEqual(tags.TagSet, [
    { Key: 'team', Value: 'web' },
    { Key: 'stage', Value: 'live' },
  ]);
});

test('a large body streams in and out in pieces, and ranges of it are the same bytes', async () => {
  await using world = await withBucket();
  const bytes = randomBytes(3_000_000);
  const body = Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)]);
  await world.client.send(
    new PutObjectCommand({ Bucket, Key: 'big', Body: body, ContentLength: bytes.length }),
  );
  const got = await world.client.send(new GetObjectCommand({ Bucket, Key: 'big' }));
  assert.ok(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes));
  for (const [Range, start, end] of [
    ['bytes=0-0', 0, 1],
    ['bytes=1000000-2000000', 1_000_000, 2_000_001],
    ['bytes=2999990-', 2_999_990, 3_000_000],
    ['bytes=-5', 2_999_995, 3_000_000],
    ['bytes=0-99999999', 0, 3_000_000],
  ] as const) {
    const part = await world.client.send(new GetObjectCommand({ Bucket, Key: 'big', Range }));
    assert.equal(part.$metadata.httpStatusCode, 206, Range);
    assert.equal(part.ContentRange, `bytes ${start}-${end - 1}/3000000`);
    assert.ok(
      Buffer.from((await part.Body?.transformToByteArray()) ?? []).equals(bytes.subarray(start, end)),
      Range,
    );
  }
  const several = await world.client.send(
    new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=0-1,3-4' }),
  );
  assert.equal(several.$metadata.httpStatusCode, 200);
  await several.Body?.transformToByteArray();
  await assert.rejects(
    world.client.send(new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=3000000-' })),
    { name: 'InvalidRange' },
  );
});

test('conditional reads answer 304 and 412', async () => {
  await using world = await withBucket();
  const { ETag } = await put(world.client, 'k');
  const get = (more: object) => world.client.send(new GetObjectCommand({ Bucket, Key: 'k', ...more }));
  const unchanged = await get({ IfNoneMatch: ETag }).catch((error) => error);
  assert.equal(unchanged.$metadata.httpStatusCode, 304);
  await assert.rejects(get({ IfMatch: '"other"' }), { name: 'PreconditionFailed' });
  assert.equal((await get({ IfMatch: ETag })).$metadata.httpStatusCode, 200);
});

test('conditional writes create once and replace only what was read', async () => {
  await using world = await withBucket();
  const write = (Body: string, more: object) =>
    world.client.send(new PutObjectCommand({ Bucket, Key: 'lease', Body, ...more }));
  await assert.rejects(write('x', { IfMatch: '"none"' }), { name: 'NoSuchKey' });
  const { ETag } = await write('1', { IfNoneMatch: '*' });
  await assert.rejects(write('2', { IfNoneMatch: '*' }), { name: 'PreconditionFailed' });
  const second = await write('2', { IfMatch: ETag });
  await assert.rejects(write('3', { IfMatch: ETag }), { name: 'PreconditionFailed' });
  assert.equal(await text(world.client, 'lease'), '2');
  const contenders = Array.from({ length: 8 }, (_, n) => write(`c${n}`, { IfMatch: second.ETag }));
  const outcomes = await Promise.allSettled(contenders);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  // Losers leave no bodies.
  await eventually(
    () => bodiesOf(world.directory).length,
    (count) => count === 1,
  );
});

test('versions are kept, deletes leave markers, removing the marker brings the object back', async () => {
  await using world = await withBucket(true);
  const { client } = world;
  const one = await put(client, 'k', 'one');
  const two = await put(client, 'k', 'two');
  assert.equal(await text(client, 'k'), 'two');
  assert.equal(await text(client, 'k', one.VersionId), 'one');
  const deleted = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  assert.equal(deleted.DeleteMarker, true);
  await assert.rejects(text(client, 'k'), { name: 'NoSuchKey' });
  await assert.rejects(text(client, 'k', deleted.VersionId), { name: 'MethodNotAllowed' });
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
  assert.deepEqual(
    listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    [
      [two.VersionId, false],
      [one.VersionId, false],
    ],
  );
  assert.deepEqual(
    listed.DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    [[deleted.VersionId, true]],
  );
  const back = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: deleted.VersionId }));
  assert.equal(back.DeleteMarker, true);
  assert.equal(await text(client, 'k'), 'two');
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: two.VersionId }));
  assert.equal(await text(client, 'k'), 'one');
  await assert.rejects(text(client, 'k', two.VersionId), { name: 'NoSuchVersion' });
});

test('a bucket whose versioning is suspended writes over the null version alone', async () => {
  await using world = await withBucket();
  const { client } = world;
  await put(client, 'k', 'before');
  const set = (Status: 'Enabled' | 'Suspended') =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  await set('Enabled');
  const kept = await put(client, 'k', 'kept');
  await set('Suspended');
  await put(client, 'k', 'null 1');
  await put(client, 'k', 'null 2');
  assert.equal(await text(client, 'k'), 'null 2');
  assert.equal(await text(client, 'k', 'null'), 'null 2');
  assert.equal(await text(client, 'k', kept.VersionId), 'kept');
  const deleted = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  assert.equal(deleted.VersionId, 'null');
  const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  assert.deepEqual(
    [Versions?.map(({ VersionId }) => VersionId), DeleteMarkers?.map(({ VersionId }) => VersionId)],
    [[kept.VersionId], ['null']],
  );
});

test('listing rolls up by delimiter and goes on where it ended', async () => {
  await using world = await withBucket();
  const { client } = world;
  for (const key of ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'é', '😀', '￮']) await put(client, key);
  const all = await client.send(new ListObjectsV2Command({ Bucket }));
  assert.deepEqual(
    all.Contents?.map(({ Key }) => Key),
    ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'é', '￮', '😀'],
    'in the order of UTF-8 bytes',
  );
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken: token }),
    );
    seen.push(
      ...(page.Contents ?? []).map(({ Key }) => Key ?? ''),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
    );
    token = page.NextContinuationToken;
  } while (token);
  assert.deepEqual(seen, ['a', 'b/', 'd', 'é', '￮', '😀']);
  const under = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'b/', Delimiter: '/' }));
  assert.deepEqual(
    [under.Contents?.map(({ Key }) => Key), under.CommonPrefixes],
    [['b/1', 'b/2'], [{ Prefix: 'b/c/' }]],
  );
  const first = await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
  assert.equal(first.NextMarker, 'b/');
  const second = await client.send(
    new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1, Marker: 'b/' }),
  );
  assert.deepEqual(
    second.Contents?.map(({ Key }) => Key),
    ['d'],
  );
});

test('DeleteObjects removes many at once; a bucket can go when it is empty', async () => {
  await using world = await withBucket();
  const { client } = world;
  await put(client, 'a');
  await put(client, 'b');
  await assert.rejects(client.send(new DeleteBucketCommand({ Bucket })), { name: 'BucketNotEmpty' });
  const { Deleted } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }, { Key: 'none' }] } }),
  );
  assert.deepEqual(
    Deleted?.map(({ Key }) => Key),
    ['a', 'b', 'none'],
  );
  await client.send(new DeleteBucketCommand({ Bucket }));
  assert.deepEqual((await client.send(new ListBucketsCommand({}))).Buckets ?? [], []);
  await assert.rejects(client.send(new HeadBucketCommand({ Bucket })), { name: 'NotFound' });
  await assert.rejects(put(client, 'a'), { name: 'NoSuchBucket' });
});

test('an overwritten body is gone from the disk, a restarted service has everything', async () => {
  await using world = await withBucket();
  const { client } = world;
  await put(client, 'k', 'one');
  await put(client, 'k', 'two');
  await client.send(
    new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
  );
  await world.restart();
  assert.equal(bodiesOf(world.directory).length, 1);
  assert.equal(await text(client, 'k'), 'two');
  assert.deepEqual((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet, [
    { Key: 'a', Value: 'b' },
  ]);
});
