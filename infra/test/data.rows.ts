/** The architecture's data layer: Aurora global database and replicated buckets; the development profile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { chosen, data, development, pair, REGIONS } from './synthesized.ts';

const [EAST, WEST] = REGIONS;

test('a global database, created empty, encrypted, protected', () => {
  const globalCluster = pair().soleResource(data(EAST), 'AWS::RDS::GlobalCluster');
  assert.deepEqual(globalCluster.Properties['GlobalClusterIdentifier'], 'understudy');
  assert.equal(globalCluster.Properties['StorageEncrypted'], true);
  assert.equal(globalCluster.Properties['DeletionProtection'], true);
  assert.ok(!('SourceDBClusterIdentifier' in globalCluster.Properties));
  pair().template(data(WEST)).resourceCountIs('AWS::RDS::GlobalCluster', 0);
});

for (const region of REGIONS) {
  const template = () => pair().template(data(region));

  test(`${region}: Aurora MySQL cluster of the global database on 3306, encrypted with a key of its region`, () => {
    template().hasResourceProperties('AWS::RDS::DBCluster', {
      DBClusterIdentifier: `understudy-${region}`,
      GlobalClusterIdentifier: 'understudy',
      Engine: 'aurora-mysql',
      Port: 3306,
      StorageEncrypted: true,
      DeletionProtection: true,
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DatabaseKey'), 'Arn'] },
    });
  });

  test(`${region}: two db.r5.large in two zones: one to write, one to read`, () => {
    const instances = Object.values(pair().resources(data(region), 'AWS::RDS::DBInstance')).map(
      ({ Properties: p }) => [
        p['DBInstanceIdentifier'],
        p['DBInstanceClass'],
        p['AvailabilityZone'],
        p['PromotionTier'],
      ],
    );
    assert.deepEqual(instances, [
      [`understudy-${region}-1`, 'db.r5.large', `${region}a`, 0],
      [`understudy-${region}-2`, 'db.r5.large', `${region}b`, 1],
    ]);
  });

  test(`${region}: the database sits in the database subnets`, () => {
    template().hasResourceProperties('AWS::RDS::DBSubnetGroup', {
      SubnetIds: [1, 2, 3].map((zone) => ({
        'Fn::ImportValue': Match.stringLikeRegexp(`databaseSubnet${zone}`),
      })),
    });
  });

  test(`${region}: both clusters have the version of the global database`, () => {
    const version = pair().soleResource(data(EAST), 'AWS::RDS::GlobalCluster').Properties['EngineVersion'];
    assert.equal(
      pair().soleResource(data(region), 'AWS::RDS::DBCluster').Properties['EngineVersion'],
      version,
    );
  });

  test(`${region}: assets: versioned, tiered at once, closed to the public, TLS only`, () => {
    template().hasResourceProperties('AWS::S3::Bucket', {
      BucketName: { 'Fn::Join': ['', ['understudy-assets-', { Ref: 'AWS::AccountId' }, `-${region}`]] },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }] }),
        ]),
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    for (const policy of Object.values(pair().resources(data(region), 'AWS::S3::BucketPolicy'))) {
      assert.match(JSON.stringify(policy), /"aws:SecureTransport":"false"/);
    }
  });

  test(`${region}: assets replicate to the other region under time control`, () => {
    const peer = region === EAST ? WEST : EAST;
    template().hasResourceProperties('AWS::S3::Bucket', {
      ReplicationConfiguration: Match.objectLike({
        Rules: [
          Match.objectLike({
            Status: 'Enabled',
            Destination: {
              Bucket: {
                'Fn::Join': ['', ['arn:aws:s3:::understudy-assets-', { Ref: 'AWS::AccountId' }, `-${peer}`]],
              },
              ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
              Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
            },
            DeleteMarkerReplication: { Status: 'Enabled' },
          }),
        ],
      }),
    });
  });

  test(`${region}: the controller's memory is a bucket of its own that goes nowhere`, () => {
    const buckets = Object.entries(pair().resources(data(region), 'AWS::S3::Bucket'));
    const [, memory] = buckets.find(([id]) => id.startsWith('ControllerMemory'))!;
    assert.deepEqual(memory.Properties['VersioningConfiguration'], { Status: 'Enabled' });
    assert.ok(!('ReplicationConfiguration' in memory.Properties));
  });

  test(`${region}: what holds data outlives its stack`, () => {
    for (const type of ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance', 'AWS::S3::Bucket', 'AWS::KMS::Key']) {
      for (const [id, resource] of Object.entries(pair().resources(data(region), type))) {
        assert.equal(resource.DeletionPolicy, 'Retain', id);
      }
    }
  });
}

test('the first cluster takes its credentials from our secret, which has a replica in the other region', () => {
  const template = pair().template(data(EAST));
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    Name: 'understudy/database',
    ReplicaRegions: [{ Region: WEST }],
  });
  const { Properties: cluster } = pair().soleResource(data(EAST), 'AWS::RDS::DBCluster');
  assert.match(JSON.stringify(cluster['MasterUserPassword']), /\{\{resolve:secretsmanager:.*:password::\}\}/);
  assert.ok(!('ManageMasterUserPassword' in cluster));
});

test('the second cluster sets nothing that a secondary must not set', () => {
  const { Properties: cluster } = pair().soleResource(data(WEST), 'AWS::RDS::DBCluster');
  for (const forbidden of [
    'MasterUsername',
    'MasterUserPassword',
    'DatabaseName',
    'ManageMasterUserPassword',
  ]) {
    assert.ok(!(forbidden in cluster), forbidden);
  }
  assert.equal(cluster['SourceRegion'], EAST);
  pair().template(data(WEST)).resourceCountIs('AWS::SecretsManager::Secret', 0);
});

test('the first cluster joins when the global database exists, the second region follows the first', () => {
  assert.ok(pair().soleResource(data(EAST), 'AWS::RDS::DBCluster').DependsOn?.includes('GlobalDatabase'));
  assert.ok(pair().dependenciesOf(data(WEST)).includes(data(EAST)));
});

test('readers scale where Aurora supports it: on the first cluster, not on the second', () => {
  pair().template(data(EAST)).hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
    ServiceNamespace: 'rds',
    ScalableDimension: 'rds:cluster:ReadReplicaCount',
    ResourceId: 'cluster:understudy-us-east-1',
    MinCapacity: 1,
  });
  pair().template(data(WEST)).resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
});

test('the first deployment leaves out the rule whose destination does not exist yet, and no other', () => {
  const rules = (region: string) =>
    Object.values(chosen().resources(data(region), 'AWS::S3::Bucket')).filter(
      (bucket) => 'ReplicationConfiguration' in bucket.Properties,
    ).length;
  assert.equal(rules(EAST), 0);
  assert.equal(rules(WEST), 1);
});

test('development: one Serverless v2 cluster that pauses, and nothing in a second region', () => {
  assert.ok(!development().stackNames.some((name) => name.includes(WEST)));
  const template = development().template(data(EAST));
  template.hasResourceProperties('AWS::RDS::DBCluster', {
    ServerlessV2ScalingConfiguration: { MinCapacity: 0, SecondsUntilAutoPause: 300 },
  });
  template.hasResourceProperties('AWS::RDS::DBInstance', { DBInstanceClass: 'db.serverless' });
  template.resourceCountIs('AWS::RDS::GlobalCluster', 0);
  assert.ok(
    !('GlobalClusterIdentifier' in development().soleResource(data(EAST), 'AWS::RDS::DBCluster').Properties),
  );
});
