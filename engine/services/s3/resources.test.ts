/** What a template says about buckets, their policies and deployments becomes so, also when it is said twice. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { startS3, type TestS3 } from './test-world.ts';

const stack = {
  name: 'Data',
  id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Data/11111111-1111-1111-1111-111111111111',
};

const request = (logicalId: string, properties: Properties) => ({
  stack,
  logicalId,
  properties,
  clientToken: `token-${logicalId}`,
  progress: () => {},
});

const handler = (world: TestS3, type: string): ResourceHandler => {
  const found = world.service.resources[type];
  assert.ok(found, type);
  return found;
};

const assets: Properties = {
  BucketName: 'understudy-assets-000000000000-us-east-1',
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  },
  LifecycleConfiguration: {
    Rules: [
      {
        Id: 'intelligent-tiering',
        Status: 'Enabled',
        Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }],
      },
      {
        Id: 'tidy',
        Status: 'Enabled',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
    ],
  },
  LoggingConfiguration: { DestinationBucketName: 'logs', LogFilePrefix: 's3/assets/' },
  OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
  ReplicationConfiguration: {
    Role: 'arn:aws:iam::000000000000:role/r',
    Rules: [
      {
        Id: 'assets',
        Priority: 0,
        Status: 'Enabled',
        Filter: { Prefix: '' },
        DeleteMarkerReplication: { Status: 'Enabled' },
        SourceSelectionCriteria: { ReplicaModifications: { Status: 'Enabled' } },
        Destination: {
          Bucket: 'arn:aws:s3:::understudy-assets-000000000000-us-west-2',
          Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
          ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
        },
      },
    ],
  },
  Tags: [{ Key: 'region', Value: 'us-east-1' }],
  VersioningConfiguration: { Status: 'Enabled' },
};

test('a bucket is as its template says, and says so by the API', async () => {
  await using world = await startS3();
  const { client } = world;
  const bucket = handler(world, 'AWS::S3::Bucket');
  const made = await bucket.create(request('Assets', assets));
  assert.deepEqual(await bucket.create(request('Assets', assets)), made, 'a repeat finds it');
  const Bucket = made.physicalId;
  assert.equal(Bucket, assets['BucketName']);
  assert.deepEqual(made.attributes, {
    Arn: `arn:aws:s3:::${Bucket}`,
    DomainName: `${Bucket}.s3.amazonaws.com`,
    RegionalDomainName: `${Bucket}.s3.us-east-1.amazonaws.com`,
    DualStackDomainName: `${Bucket}.s3.dualstack.us-east-1.amazonaws.com`,
    WebsiteURL: `http://${Bucket}.s3-website-us-east-1.amazonaws.com`,
  });
  assert.equal((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status, 'Enabled');
  const { ReplicationConfiguration } = await client.send(new GetBucketReplicationCommand({ Bucket }));
  assert.deepEqual(
    ReplicationConfiguration?.Rules?.map(({ ID, Priority, Filter }) => [ID, Priority, Filter]),
    [['assets', 0, { Prefix: '' }]],
  );
  const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  assert.deepEqual(
    Rules?.map(({ ID, Transitions, NoncurrentVersionExpiration }) => [
      ID,
      Transitions?.[0]?.Days ?? NoncurrentVersionExpiration?.NoncurrentDays,
    ]),
    [
      ['intelligent-tiering', 0],
      ['tidy', 30],
    ],
  );
  const blocked = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
  assert.equal(blocked.PublicAccessBlockConfiguration?.RestrictPublicBuckets, true);
  const logging = await client.send(new GetBucketLoggingCommand({ Bucket }));
  assert.equal(logging.LoggingEnabled?.TargetPrefix, 's3/assets/');
  const encryption = await client.send(new GetBucketEncryptionCommand({ Bucket }));
  assert.equal(
    encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
      ?.SSEAlgorithm,
    'AES256',
  );
  const policy = handler(world, 'AWS::S3::BucketPolicy');
  await policy.create(
    request('Policy', { Bucket, PolicyDocument: { Version: '2012-10-17', Statement: [] } }),
  );
  const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }));
  assert.deepEqual(JSON.parse(Policy ?? ''), { Version: '2012-10-17', Statement: [] });
});

test('a bucket changes in place, is never open to everybody, and goes only when it is empty', async () => {
  await using world = await startS3();
  const bucket = handler(world, 'AWS::S3::Bucket');
  const existing = await bucket.create(request('Assets', assets));
  const { ReplicationConfiguration: _, ...without } = assets;
  await bucket.update?.({ ...request('Assets', without), previous: assets, existing });
  const Bucket = existing.physicalId;
  await assert.rejects(world.client.send(new GetBucketReplicationCommand({ Bucket })), {
    name: 'ReplicationConfigurationNotFoundError',
  });
  const open = { BucketName: 'other', AccessControl: 'PublicRead' };
  await assert.rejects(bucket.create(request('Other', open)), /AccessControl: requests must be signed/);
  await assert.rejects(bucket.create(request('Second', { BucketName: Bucket })), /exists already/);
  await world.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  await assert.rejects(bucket.delete({ ...request('Assets', assets), existing }), { name: 'BucketNotEmpty' });
  const unnamed = await bucket.create(request('SomeLongLogicalId', {}));
  assert.match(unnamed.physicalId, /^data-somelonglogicalid-[a-z0-9]{12}$/);
  await bucket.delete({ ...request('SomeLongLogicalId', {}), existing: unnamed });
  await bucket.delete({ ...request('SomeLongLogicalId', {}), existing: unnamed });
});

/** A site folder behind an asset, and a deployment of it. */
async function withSite() {
  const site = mkdtempSync(join(tmpdir(), 'understudy-site-'));
  mkdirSync(join(site, 'assets'));
  writeFileSync(join(site, 'index.html'), '<title>MARKER</title>');
  writeFileSync(join(site, 'assets', 'app.js'), 'export {};');
  writeFileSync(join(site, 'assets', 'notes.txt'), 'private');
  const invalidations: unknown[] = [];
  const world = await startS3({
    override: {
      assets: {
        file: (bucket, key) => (bucket === 'cdk-assets' && key === 'hash.zip' ? site : undefined),
        image: () => undefined,
      },
    },
    services: {
      cloudfront: {
        CreateInvalidation: (input) => {
          invalidations.push(input.InvalidationBatch.Paths.Items);
          return {};
        },
      },
    },
  });
  const { BucketName } = assets;
  await handler(world, 'AWS::S3::Bucket').create(
    request('Assets', { BucketName, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  const properties: Properties = {
    ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:deployment',
    SourceBucketNames: ['cdk-assets'],
    SourceObjectKeys: ['hash.zip'],
    SourceMarkers: [{ MARKER: 'Storefront' }],
    DestinationBucketName: BucketName,
    DestinationBucketKeyPrefix: 'site',
    Exclude: ['*.txt'],
    Prune: true,
    SystemMetadata: { 'cache-control': 'public, max-age=60' },
    DistributionId: 'E123',
    DistributionPaths: ['/*'],
  };
  return {
    world,
    site,
    invalidations,
    properties,
    Bucket: BucketName as string,
    [Symbol.asyncDispose]: async () => {
      rmSync(site, { recursive: true });
      await world[Symbol.asyncDispose]();
    },
  };
}

test('a bucket deployment puts the files of its assets, prunes what is gone and writes nothing twice', async () => {
  await using given = await withSite();
  const { world, Bucket, site, properties } = given;
  const { client } = world;
  const deployment = handler(world, 'Custom::CDKBucketDeployment');
  const keys = async () =>
    ((await client.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key);
  const versionCount = async () =>
    (await client.send(new ListObjectVersionsCommand({ Bucket }))).Versions?.length;
  const existing: PhysicalResource = await deployment.create(request('Site', properties));
  assert.equal(existing.attributes['DestinationBucketArn'], `arn:aws:s3:::${Bucket}`);
  assert.deepEqual(await keys(), ['site/assets/app.js', 'site/index.html']);
  const page = await client.send(new GetObjectCommand({ Bucket, Key: 'site/index.html' }));
  assert.equal(await page.Body?.transformToString(), '<title>Storefront</title>');
  assert.equal(page.ContentType, 'text/html');
  assert.equal(page.CacheControl, 'public, max-age=60');
  assert.deepEqual(given.invalidations, [['/*']]);

  await deployment.create(request('Site', properties));
  assert.equal(await versionCount(), 2, 'a repeat writes nothing');

  rmSync(join(site, 'assets', 'app.js'));
  writeFileSync(join(site, 'new.css'), 'body {}');
  await client.send(new PutObjectCommand({ Bucket, Key: 'elsewhere', Body: 'stays' }));
  const update = { previous: properties, existing };
  await deployment.update?.({ ...request('Site', properties), ...update });
  assert.deepEqual(await keys(), ['elsewhere', 'site/index.html', 'site/new.css']);

  await deployment.delete({ ...request('Site', properties), existing });
  assert.equal((await keys()).length, 3, 'retained by default');
  await deployment.delete({ ...request('Site', { ...properties, RetainOnDelete: false }), existing });
  assert.deepEqual(await keys(), ['elsewhere']);
});

test('a deployment says which source is not an asset and which asset is not a folder', async () => {
  await using given = await withSite();
  const deployment = handler(given.world, 'Custom::CDKBucketDeployment');
  await assert.rejects(
    deployment.create(request('Site', { ...given.properties, SourceObjectKeys: ['other.zip'] })),
    /Site SourceObjectKeys\[0\]: no asset of this app is s3:\/\/cdk-assets\/other.zip/,
  );
});
