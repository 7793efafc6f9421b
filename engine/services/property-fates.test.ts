/**
 * What becomes of properties: every type that runs says it, in names that AWS's published schema has; what
 * would change how an application behaves is refused with its path, and what is harmless is let by.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unservedProperties } from '../provision/property-fates.ts';
import { loadSchema } from '../provision/published-schema.ts';
import type { Members, Shape, TypeSchema } from '../provision/schema.ts';
import type { Json, PropertyFates } from './contract.ts';
import { services } from './index.ts';

const running = new Map<string, PropertyFates | undefined>(
  services.flatMap(({ types }) =>
    Object.entries(types).flatMap(([type, fate]) =>
      fate.fate === 'runs' && type.startsWith('AWS::') ? [[type, fate.properties] as const] : [],
    ),
  ),
);

function refused(type: string, properties: Readonly<Record<string, Json>>): readonly string[] {
  const fates = running.get(type);
  assert.ok(fates, `${type} says nothing of its properties`);
  return unservedProperties(properties, fates).map(({ path, problem }) => `${path} ${problem}`);
}

function membersOf(shape: Shape | undefined, schema: TypeSchema): Members | undefined {
  switch (shape?.kind) {
    case 'list':
      return membersOf(shape.element, schema);
    case 'union':
      return shape.of.map((one) => membersOf(one, schema)).find((one) => one !== undefined);
    case 'object':
      return schema.definitions[shape.definition];
    default:
      return undefined;
  }
}

test('every type that runs names its properties as AWS does', async () => {
  const schema = await loadSchema(new Set(running.keys()));
  const wrong: string[] = [];
  for (const [type, fates] of running) {
    const published = schema[type];
    if (!fates || !published) {
      wrong.push(`${type}: ${fates ? 'not in the schema' : 'no property fates'}`);
      continue;
    }
    const { serves, keeps = {}, refuses = {} } = fates;
    for (const path of [...serves, ...Object.keys(keeps), ...Object.keys(refuses)]) {
      let members: Members | undefined = published.properties;
      for (const name of path.split('.')) {
        if (!members?.[name]) wrong.push(`${type} ${path}`);
        members = membersOf(members?.[name]?.shape, published);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

const distribution = (config: Json): Readonly<Record<string, Json>> => ({ DistributionConfig: config });
const container = (config: Json): Readonly<Record<string, Json>> => ({ ContainerDefinitions: [config] });

/** Type, what a template asks, and the beginning of what it is told. */
const consequential: readonly (readonly [string, Readonly<Record<string, Json>>, string])[] = [
  [
    'AWS::CloudFront::Distribution',
    distribution({ Restrictions: { GeoRestriction: { RestrictionType: 'whitelist', Locations: ['CH'] } } }),
    'DistributionConfig.Restrictions.GeoRestriction.RestrictionType viewers have no country here',
  ],
  [
    'AWS::CloudFront::Distribution',
    distribution({ WebACLId: 'arn:…' }),
    'DistributionConfig.WebACLId there is no WAF',
  ],
  [
    'AWS::CloudFront::Distribution',
    distribution({ CacheBehaviors: [{ PathPattern: '/a' }, { TrustedKeyGroups: ['k'] }] }),
    'DistributionConfig.CacheBehaviors[1].TrustedKeyGroups signed URLs are not checked here',
  ],
  [
    'AWS::CloudFront::Distribution',
    distribution({ TenantConfig: { ParameterDefinitions: ['x'] } }),
    'DistributionConfig.TenantConfig is not acted on here; remove it',
  ],
  [
    'AWS::ECS::TaskDefinition',
    container({ Name: 'a', MountPoints: [{ ContainerPath: '/data' }] }),
    'ContainerDefinitions[0].MountPoints a task has no volumes here',
  ],
  ['AWS::ECS::TaskDefinition', { NetworkMode: 'bridge' }, 'NetworkMode every task has an address of its own'],
  [
    'AWS::ECS::Service',
    { DeploymentConfiguration: { Alarms: { Enable: true, AlarmNames: ['a'], Rollback: true } } },
    'DeploymentConfiguration.Alarms.Enable no alarm stops a deployment here',
  ],
  [
    'AWS::ECS::Service',
    { ServiceConnectConfiguration: { Enabled: true } },
    'ServiceConnectConfiguration.Enabled',
  ],
  ['AWS::RDS::DBCluster', { SnapshotIdentifier: 's' }, 'SnapshotIdentifier a cluster begins empty here'],
  [
    'AWS::RDS::DBCluster',
    { EnableIAMDatabaseAuthentication: true },
    'EnableIAMDatabaseAuthentication tokens of IAM',
  ],
  [
    'AWS::RDS::DBCluster',
    { ManageMasterUserPassword: true },
    'ManageMasterUserPassword RDS keeps no secrets here',
  ],
  ['AWS::RDS::DBInstance', { MultiAZ: true }, 'MultiAZ only members of an Aurora cluster'],
  [
    'AWS::Lambda::Function',
    { FileSystemConfigs: [{ Arn: 'a' }] },
    'FileSystemConfigs functions have no file systems',
  ],
  [
    'AWS::S3::Bucket',
    { NotificationConfiguration: { TopicConfigurations: [{}] } },
    'NotificationConfiguration buckets',
  ],
  ['AWS::S3::Bucket', { ObjectLockEnabled: true }, 'ObjectLockEnabled objects are not locked here'],
  ['AWS::SNS::Topic', { FifoTopic: true }, 'FifoTopic topics keep no order here'],
  ['AWS::Route53::RecordSet', { Region: 'us-east-1' }, 'Region answers do not depend on who asks here'],
  [
    'AWS::Route53::RecordSetGroup',
    { RecordSets: [{ Name: 'a' }, { GeoLocation: { CountryCode: 'CH' } }] },
    'RecordSets[1].GeoLocation answers do not depend on who asks here',
  ],
  ['AWS::Route53::HostedZone', { VPCs: [{ VPCId: 'v' }] }, 'VPCs private zones are not answered here'],
  [
    'AWS::ElasticLoadBalancingV2::Listener',
    { ListenerAttributes: [{ Key: 'k', Value: 'v' }] },
    'ListenerAttributes fields are not renamed or added',
  ],
  [
    'AWS::Events::Rule',
    { Targets: [{ Id: 'a', EcsParameters: { TaskDefinitionArn: 't' } }] },
    'Targets[0].EcsParameters is not acted on here',
  ],
  ['AWS::EC2::Subnet', { AvailabilityZoneId: 'use1-az1' }, 'AvailabilityZoneId zones are known by name here'],
  [
    'AWS::Logs::LogGroup',
    { DataProtectionPolicy: { Name: 'p' } },
    'DataProtectionPolicy events are not masked here',
  ],
  ['AWS::SSM::Parameter', { Policies: '[{}]' }, 'Policies parameters do not expire'],
];

for (const [type, properties, told] of consequential)
  test(`${type} is refused with ${told.split(' ')[0]}`, () => {
    const [first = 'nothing', ...more] = refused(type, properties);
    assert.deepEqual([first.slice(0, told.length), more], [told, []]);
    assert.match(first, /; found /);
  });

const harmless: readonly (readonly [string, Readonly<Record<string, Json>>])[] = [
  [
    'AWS::CloudFront::Distribution',
    distribution({
      PriceClass: 'PriceClass_100',
      WebACLId: '',
      Restrictions: { GeoRestriction: { RestrictionType: 'none', Locations: [] } },
      Logging: { Bucket: 'b' },
      DefaultCacheBehavior: { FunctionAssociations: [], GrpcConfig: { Enabled: false } },
    }),
  ],
  ['AWS::ECS::TaskDefinition', container({ HealthCheck: { Command: ['CMD', 'true'] }, Privileged: false })],
  [
    'AWS::ECS::Service',
    { DeploymentConfiguration: { Alarms: { Enable: false, AlarmNames: [], Rollback: false } } },
  ],
  [
    'AWS::RDS::DBCluster',
    { ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 4 }, BacktrackWindow: 0 },
  ],
  [
    'AWS::Lambda::Function',
    { VpcConfig: { SubnetIds: ['s'] }, Layers: ['l'], DeadLetterConfig: { TargetArn: 't' } },
  ],
  ['AWS::SNS::Topic', { KmsMasterKeyId: 'k', Tags: [{ Key: 'a', Value: 'b' }] }],
  // Only known at deployment, and looked at then.
  ['AWS::SNS::Topic', { FifoTopic: { 'Fn::If': ['Ordered', true, false] } }],
];

for (const [type, properties] of harmless)
  test(`${type} is taken with ${Object.keys(properties).join(', ')}`, () => {
    assert.deepEqual(refused(type, properties), []);
  });
