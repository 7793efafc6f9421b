/** What happens beside requests: metrics each minute, lifecycle rules each hour, both in AWS time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { createClock } from '../../time/clock.ts';
import { applyLifecycle } from './lifecycle.ts';
import { openStorage } from './storage.ts';
import { eventually, startS3 } from './test-world.ts';

const Bucket = 'assets';

test('a rule with metrics reports how far its destination is behind', async () => {
  const published: PutMetricDataCommandInput[] = [];
  await using world = await startS3({
    speed: 1000,
    services: { cloudwatch: { PutMetricData: (input) => void published.push(input) } },
  });
  const { client } = world;
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await client.send(
    new PutBucketReplicationCommand({
      Bucket,
      ReplicationConfiguration: {
        Role: 'r',
        Rules: [
          {
            ID: 'all',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            Destination: {
              Bucket: 'arn:aws:s3:::away',
              Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
            },
          },
        ],
      },
    }),
  );
  await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello' }));
  const latest = (name: string): number | undefined =>
    published.at(-1)?.MetricData?.find((datum: MetricDatum) => datum.MetricName === name)?.Value;
  await eventually(
    () => latest('ReplicationLatency'),
    (value) => value !== undefined && value > 60,
  );
  assert.equal(latest('OperationsPendingReplication'), 1);
  assert.equal(latest('BytesPendingReplication'), 5);
  const last = published.at(-1);
  assert.equal(last?.Namespace, 'AWS/S3');
  assert.deepEqual(last?.MetricData?.[0]?.Dimensions, [
    { Name: 'SourceBucket', Value: Bucket },
    { Name: 'DestinationBucket', Value: 'away' },
    { Name: 'RuleId', Value: 'all' },
  ]);
});

test('lifecycle rules move objects to another class and remove what has long been noncurrent', async () => {
  await using world = await startS3();
  const { client } = world;
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'tidy',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            Transitions: [{ Days: 0, StorageClass: 'INTELLIGENT_TIERING' }],
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          },
        ],
      },
    }),
  );
  for (const Body of ['one', 'two']) await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body }));
  await world.service.stop();
  const { orphans: _, ...storage } = openStorage(world.directory);
  const now = Date.now();
  const later = createClock({ realOriginMs: now, awsOriginMs: now + 32 * 86_400_000, speed: 1 });
  const summary = await applyLifecycle({
    context: { ...world.context, clock: later },
    storage,
    queued: () => {},
  });
  assert.deepEqual(summary, { expired: 0, removed: 1, transitioned: 1, aborted: 0 });
  await storage.database.close();
  await storage.bodies.close();
  await world.restart();
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
  assert.equal(listed.Versions?.length, 1);
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
  assert.equal(head.StorageClass, 'INTELLIGENT_TIERING');
});
