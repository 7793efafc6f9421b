/**
 * Aurora MySQL in one region. In the `global` profile the two clusters are members of one global
 * database, named by a literal identifier; in `development` a single Serverless v2 cluster that pauses.
 *
 * The L2 DatabaseCluster knows no global databases and always sets credentials, which a secondary must
 * not have, so clusters and instances are L1. The template says which region is *created* first, never
 * which one writes: after a failover nothing here is to be edited.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-getting-started.html
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import * as scaling from 'aws-cdk-lib/aws-applicationautoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { acknowledge } from './acknowledge.ts';
import * as names from './names.ts';
import type { Network } from './network.ts';
import type { Place, RegionalStack } from './place.ts';

export interface Database {
  readonly writerHost: string;
  readonly readerHost: string;
}

const ENGINE = 'aurora-mysql';
/** Exported for the error log to explain a crash, and the slow log to explain a slow night. */
const EXPORTED_LOGS = ['error', 'slowquery'] as const;

export function createDatabase(stack: RegionalStack, place: Place, network: Network): Database {
  const development = place.peer === undefined;
  const logGroups = EXPORTED_LOGS.map((kind) => createLogGroup(stack, place, kind));
  const cluster = createCluster(stack, place, network);
  for (const group of logGroups) cluster.node.addDependency(group);
  const instances = (development ? [1] : [1, 2]).map((number) =>
    createInstance(stack, place, cluster, number),
  );
  if (place.first && !development) createReaderScaling(stack, place, instances);
  return { writerHost: cluster.attrEndpointAddress, readerHost: cluster.attrReadEndpointAddress };
}

function createCluster(stack: RegionalStack, place: Place, network: Network): rds.CfnDBCluster {
  const { config } = place;
  const key = new kms.Key(stack, 'DatabaseKey', {
    alias: `alias/${names.APP}`,
    description: `Storage of ${names.clusterId(place.region)}`,
    enableKeyRotation: true,
    removalPolicy: config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  const subnets = new rds.CfnDBSubnetGroup(stack, 'DatabaseSubnets', {
    dbSubnetGroupName: names.clusterId(place.region),
    dbSubnetGroupDescription: `Database subnets of ${place.region}`,
    subnetIds: network.vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_ISOLATED }).subnetIds,
  });
  const parameters = new rds.CfnDBClusterParameterGroup(stack, 'DatabaseParameters', {
    description: `Aurora MySQL 3 in ${place.region}`,
    family: 'aurora-mysql8.0',
    parameters: {
      character_set_server: 'utf8mb4',
      time_zone: 'UTC',
      slow_query_log: '1',
      long_query_time: '1',
    },
  });
  const cluster = new rds.CfnDBCluster(stack, 'Database', {
    dbClusterIdentifier: names.clusterId(place.region),
    engine: ENGINE,
    // The same as the global cluster's. An upgrade starts there; when a member's turn comes it has it already.
    engineVersion: config.database.engineVersion,
    port: names.DATABASE_PORT,
    dbSubnetGroupName: subnets.ref,
    vpcSecurityGroupIds: [network.securityGroups.rds.securityGroupId],
    dbClusterParameterGroupName: parameters.ref,
    storageEncrypted: true,
    kmsKeyId: key.keyArn,
    backupRetentionPeriod: config.database.backupRetentionDays,
    copyTagsToSnapshot: true,
    deletionProtection: config.protect,
    enableCloudwatchLogsExports: [...EXPORTED_LOGS],
    ...(place.peer === undefined ? {} : { globalClusterIdentifier: names.GLOBAL_CLUSTER_ID }),
    ...(place.peer === undefined ? pausing(place) : {}),
    // A secondary takes users and database from the primary, and RDS refuses them if they are set.
    ...(place.first ? credentials(stack, place) : { sourceRegion: firstRegion(place) }),
  });
  cluster.applyRemovalPolicy(config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  if (place.first && place.peer !== undefined)
    cluster.addResourceDependency(createGlobalCluster(stack, place));
  acknowledgeDatabase(cluster);
  return cluster;
}

/** Created empty: the first cluster that names it becomes its primary, later ones its secondaries. */
function createGlobalCluster(stack: RegionalStack, place: Place): rds.CfnGlobalCluster {
  const globalCluster = new rds.CfnGlobalCluster(stack, 'GlobalDatabase', {
    globalClusterIdentifier: names.GLOBAL_CLUSTER_ID,
    engine: ENGINE,
    engineVersion: place.config.database.engineVersion,
    storageEncrypted: true,
    deletionProtection: place.config.protect,
  });
  globalCluster.applyRemovalPolicy(place.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  return globalCluster;
}

/**
 * A secret of our own with a replica in the other region, since the one that RDS can manage is not
 * supported for members of a global database. Tasks read their own region's copy.
 */
function credentials(stack: RegionalStack, place: Place) {
  const secret = new secrets.Secret(stack, 'DatabaseSecret', {
    secretName: names.SECRET_NAME,
    description: 'Master user of the storefront database',
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ username: 'storefront' }),
      generateStringKey: 'password',
      passwordLength: 32,
      excludePunctuation: true,
    },
    ...(place.peer === undefined ? {} : { replicaRegions: [{ region: place.peer }] }),
    removalPolicy: place.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  acknowledge(
    secret,
    'AwsSolutions-SMG4',
    'Tasks read the secret when they start, and rotation may run in the region of the writer only: ' +
      'it is rotated by an operator, together with a rolling deployment.',
  );
  return {
    databaseName: names.DATABASE_NAME,
    // Dynamic references: CloudFormation resolves them at deployment, the template holds no password.
    masterUsername: secret.secretValueFromJson('username').unsafeUnwrap(),
    masterUserPassword: secret.secretValueFromJson('password').unsafeUnwrap(),
  };
}

/** Zone a and zone b: if both sat in one zone, its loss would leave nobody to promote. */
function createInstance(stack: RegionalStack, place: Place, cluster: rds.CfnDBCluster, number: number) {
  const instance = new rds.CfnDBInstance(stack, `DatabaseInstance${number}`, {
    dbInstanceIdentifier: `${names.clusterId(place.region)}-${number}`,
    dbClusterIdentifier: cluster.ref,
    engine: ENGINE,
    dbInstanceClass: place.peer === undefined ? 'db.serverless' : place.config.database.instanceClass,
    availabilityZone: stack.availabilityZones[number - 1]!,
    promotionTier: number - 1,
    publiclyAccessible: false,
    autoMinorVersionUpgrade: false,
  });
  instance.applyRemovalPolicy(place.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  return instance;
}

/**
 * Aurora supports reader scaling on the primary cluster of a global database alone, so the region that
 * creates the database registers it. After a lasting move an operator registers it in the other region.
 */
function createReaderScaling(
  stack: RegionalStack,
  place: Place,
  instances: readonly rds.CfnDBInstance[],
): void {
  const target = new scaling.CfnScalableTarget(stack, 'ReaderScaling', {
    serviceNamespace: 'rds',
    scalableDimension: 'rds:cluster:ReadReplicaCount',
    resourceId: `cluster:${names.clusterId(place.region)}`,
    minCapacity: 1,
    maxCapacity: place.config.database.maximumReaders,
  });
  for (const instance of instances) target.addResourceDependency(instance);
  new scaling.CfnScalingPolicy(stack, 'ReaderScalingByCpu', {
    policyName: `${names.clusterId(place.region)}-readers`,
    policyType: 'TargetTrackingScaling',
    scalingTargetId: target.ref,
    targetTrackingScalingPolicyConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: 'RDSReaderAverageCPUUtilization' },
      targetValue: place.config.database.readerCpuTargetPercent,
      scaleOutCooldown: 300,
      scaleInCooldown: 300,
    },
  });
}

/** Zero capacity units at rest; pausing needs that no connection is open. */
function pausing(place: Place) {
  return {
    serverlessV2ScalingConfiguration: {
      minCapacity: 0,
      maxCapacity: place.config.database.maximumCapacityUnits,
      secondsUntilAutoPause: place.config.database.pauseAfterSeconds,
    },
  };
}

/** Made before the cluster exports into it, so that the retention is ours and needs no custom resource. */
function createLogGroup(
  stack: RegionalStack,
  place: Place,
  kind: (typeof EXPORTED_LOGS)[number],
): logs.LogGroup {
  return new logs.LogGroup(stack, `DatabaseLogs-${kind}`, {
    logGroupName: `/aws/rds/cluster/${names.clusterId(place.region)}/${kind}`,
    retention: place.config.logs.retentionDays,
    removalPolicy: place.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

function firstRegion(place: Place): string {
  return place.config.regions[0].name;
}

function acknowledgeDatabase(cluster: rds.CfnDBCluster): void {
  acknowledge(
    cluster,
    'AwsSolutions-RDS6',
    'The application authenticates with the secret; one login, one place.',
  );
  acknowledge(
    cluster,
    'AwsSolutions-RDS11',
    'The architecture fixes port 3306; only the tasks can reach it.',
  );
  acknowledge(cluster, 'AwsSolutions-RDS14', 'Backtrack is not supported in an Aurora global database.');
}
