/** Two regions whose buckets replicate to each other, over real HTTP: order, cuts, losses, and no loops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { eventually, startS3, type TestRegion, type TestS3 } from './test-world.ts';

const bucketOf = (region: TestRegion): string => `assets-${region}`;
const east = 'us-east-1';
const west = 'us-west-2';

interface Pair extends AsyncDisposable {
  readonly east: TestS3;
  readonly west: TestS3;
  /** What `endpointOf` does: how the link between the two is. */
  link: 'whole' | 'refused' | 'silent';
}

async function pair(): Promise<Pair> {
  const worlds: { east?: TestS3; west?: TestS3 } = {};
  const state: { link: Pair['link'] } = { link: 'whole' };
  const endpointOf = async (region: string): Promise<string> => {
    if (state.link === 'refused') throw new Error('the link is cut');
    if (state.link === 'silent')
      await eventually(
        () => state.link,
        (link) => link !== 'silent',
        60_000,
      ).catch(() => {});
    const world = region === east ? worlds.east : worlds.west;
    if (!world) throw new Error(`${region} is not up yet`);
    return world.server.client.endpoint;
  };
  worlds.east = await startS3({ region: east, speed: 10, endpointOf });
  worlds.west = await startS3({ region: west, speed: 10, endpointOf });
  return Object.assign(state, {
    east: worlds.east,
    west: worlds.west,
    [Symbol.asyncDispose]: async () => {
      state.link = 'whole';
      await worlds.east?.[Symbol.asyncDispose]();
      await worlds.west?.[Symbol.asyncDispose]();
    },
  });
}

async function makeBucket(world: TestS3, region: TestRegion): Promise<void> {
  const other = region === east ? west : east;
  const Bucket = bucketOf(region);
  await world.client.send(
    new CreateBucketCommand({
      Bucket,
      ...(region === east ? {} : { CreateBucketConfiguration: { LocationConstraint: region } }),
    }),
  );
  await world.client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await world.client.send(
    new PutBucketReplicationCommand({
      Bucket,
      ReplicationConfiguration: {
        Role: 'arn:aws:iam::000000000000:role/replication',
        Rules: [
          {
            ID: 'all',
            Priority: 0,
            Status: 'Enabled',
            Filter: { Prefix: '' },
            DeleteMarkerReplication: { Status: 'Enabled' },
            SourceSelectionCriteria: { ReplicaModifications: { Status: 'Enabled' } },
            Destination: { Bucket: `arn:aws:s3:::${bucketOf(other)}` },
          },
        ],
      },
    }),
  );
}

async function twoBuckets(): Promise<Pair> {
  const both = await pair();
  await makeBucket(both.east, east);
  await makeBucket(both.west, west);
  return both;
}

const put = (client: S3Client, Bucket: string, Key: string, Body: string, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const status = async (client: S3Client, Bucket: string, Key: string, VersionId?: string) =>
  (await client.send(new HeadObjectCommand({ Bucket, Key, VersionId }))).ReplicationStatus;
const versions = async (client: S3Client, Bucket: string, Prefix = '') => {
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
  return {
    versions: (listed.Versions ?? []).map(({ Key, VersionId, ETag, IsLatest }) =>
      [Key, VersionId, ETag, IsLatest].join(' '),
    ),
    markers: (listed.DeleteMarkers ?? []).map(({ Key, VersionId, IsLatest }) =>
      [Key, VersionId, IsLatest].join(' '),
    ),
  };
};
const allArrived = (both: Pair, deadlineMs?: number) =>
  eventually(
    () => [pendingOf(both.east), pendingOf(both.west)],
    (pending) => pending.every((count) => count === 0),
    deadlineMs,
  );
function pendingOf(world: TestS3): number {
  const found = world.service.status?.() as { buckets: readonly { pendingReplication: number }[] };
  return found.buckets.reduce((sum, { pendingReplication }) => sum + pendingReplication, 0);
}

test('an object arrives with its version id, time, metadata and tags, and goes no further', async () => {
  await using both = await twoBuckets();
  const source = both.east.client;
  const replica = both.west.client;
  const written = await put(source, bucketOf(east), 'a/ü.txt', 'hello', {
    ContentType: 'text/plain',
    CacheControl: 'max-age=60',
    Metadata: { colour: 'blue' },
    Tagging: 'team=web',
  });
  await eventually(
    () => status(source, bucketOf(east), 'a/ü.txt'),
    (found) => found === 'COMPLETED',
  );
  const got = await replica.send(new GetObjectCommand({ Bucket: bucketOf(west), Key: 'a/ü.txt' }));
  const original = await source.send(new HeadObjectCommand({ Bucket: bucketOf(east), Key: 'a/ü.txt' }));
  assert.equal(await got.Body?.transformToString(), 'hello');
  assert.equal(got.VersionId, written.VersionId);
  assert.equal(got.ReplicationStatus, 'REPLICA');
  assert.equal(got.CacheControl, 'max-age=60');
  assert.deepEqual(got.Metadata, { colour: 'blue' });
  assert.deepEqual(got.LastModified, original.LastModified);
  assert.equal(got.TagCount, 1);
  await put(replica, bucketOf(west), 'b', 'from the west');
  await allArrived(both);
  assert.deepEqual(await versions(source, bucketOf(east)), await versions(replica, bucketOf(west)));
  assert.equal((await versions(source, bucketOf(east))).versions.length, 2, 'nothing came back');
});

test('delete markers travel, deletions of versions do not', async () => {
  await using both = await twoBuckets();
  const one = await put(both.east.client, bucketOf(east), 'k', 'one');
  const two = await put(both.east.client, bucketOf(east), 'k', 'two');
  await both.east.client.send(new DeleteObjectCommand({ Bucket: bucketOf(east), Key: 'k' }));
  await allArrived(both);
  const there = await versions(both.west.client, bucketOf(west));
  assert.deepEqual(there, await versions(both.east.client, bucketOf(east)));
  assert.equal(there.markers.length, 1);
  for (const VersionId of [one.VersionId, two.VersionId])
    await both.east.client.send(new DeleteObjectCommand({ Bucket: bucketOf(east), Key: 'k', VersionId }));
  await allArrived(both);
  assert.deepEqual(await versions(both.west.client, bucketOf(west)), there);
});

test('tags that change later follow, from the replica too', async () => {
  await using both = await twoBuckets();
  await put(both.east.client, bucketOf(east), 'k', 'one');
  await allArrived(both);
  const tag = (world: TestS3, region: TestRegion, Value: string) =>
    world.client.send(
      new PutObjectTaggingCommand({
        Bucket: bucketOf(region),
        Key: 'k',
        Tagging: { TagSet: [{ Key: 'stage', Value }] },
      }),
    );
  const tags = async (world: TestS3, region: TestRegion) =>
    (await world.client.send(new GetObjectTaggingCommand({ Bucket: bucketOf(region), Key: 'k' }))).TagSet;
  await tag(both.east, east, 'first');
  await allArrived(both);
  assert.deepEqual(await tags(both.west, west), [{ Key: 'stage', Value: 'first' }]);
  await tag(both.west, west, 'second');
  await allArrived(both);
  assert.deepEqual(await tags(both.east, east), [{ Key: 'stage', Value: 'second' }]);
});

for (const cut of ['refused', 'silent'] as const)
  test(`what is written while the link is ${cut} stays PENDING and arrives afterwards, in order`, async () => {
    await using both = await twoBuckets();
    const { client } = both.east;
    await put(client, bucketOf(east), 'warm', 'up');
    await allArrived(both);
    both.link = cut;
    for (let n = 0; n < 20; n++) await put(client, bucketOf(east), `k${n % 3}`, `value ${n}`);
    assert.equal(await status(client, bucketOf(east), 'k1'), 'PENDING');
    assert.equal((await versions(both.west.client, bucketOf(west), 'k')).versions.length, 0);
    // A loss of the region meanwhile: the queue is on disk.
    await both.east.restart();
    assert.equal(pendingOf(both.east), 20);
    const events = (): readonly string[] =>
      both.east.context.entries.map(({ event }) => event).filter((event) => event.startsWith('replication'));
    if (cut === 'refused')
      await eventually(
        () => events().length,
        (count) => count === 2,
      );
    both.link = 'whole';
    await allArrived(both, 30_000);
    assert.deepEqual(
      await versions(client, bucketOf(east)),
      await versions(both.west.client, bucketOf(west)),
    );
    assert.equal(await status(client, bucketOf(east), 'k1'), 'COMPLETED');
    // Unreachable before and after the restart, reachable once.
    if (cut === 'refused')
      assert.deepEqual(
        events().map((event) => event.replace(/^replication\.(destination-)?/, '')),
        ['unreachable', 'unreachable', 'reachable', 'backlog-cleared'],
      );
  });

test('a rule may name a bucket that does not exist yet; what waits for it arrives when it does', async () => {
  await using both = await pair();
  await makeBucket(both.east, east);
  await put(both.east.client, bucketOf(east), 'k', 'early');
  await eventually(
    () => both.east.context.entries.map(({ event }) => event),
    (events) => events.includes('replication.destination-unreachable'),
  );
  await makeBucket(both.west, west);
  await allArrived(both);
  assert.equal(await status(both.west.client, bucketOf(west), 'k'), 'REPLICA');
});

test('writes of one key in both regions end with the same current version in both', async () => {
  await using both = await twoBuckets();
  both.link = 'refused';
  for (let n = 0; n < 5; n++) {
    await put(both.east.client, bucketOf(east), 'k', `east ${n}`);
    await put(both.west.client, bucketOf(west), 'k', `west ${n}`);
  }
  both.link = 'whole';
  await allArrived(both);
  const here = await versions(both.east.client, bucketOf(east));
  assert.deepEqual(here, await versions(both.west.client, bucketOf(west)));
  assert.equal(here.versions.length, 10);
});

test('an object put before there was a rule stays where it is', async () => {
  await using both = await pair();
  await both.east.client.send(new CreateBucketCommand({ Bucket: 'plain' }));
  await put(both.east.client, 'plain', 'k', 'x');
  assert.equal(await status(both.east.client, 'plain', 'k'), undefined);
  assert.equal(pendingOf(both.east), 0);
});

test('only the replication role may say that a put is a replica', async () => {
  await using world = await startS3();
  await world.client.send(new CreateBucketCommand({ Bucket: 'plain' }));
  await assert.rejects(put(world.client, 'plain', 'k', 'x', { Metadata: { 'understudy-replica': 'e30' } }), {
    name: 'AccessDenied',
  });
});
