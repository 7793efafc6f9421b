/**
 * The buckets of a region: static assets, replicated both ways with the other region; the controller's
 * memory, which never leaves its region; and access logs.
 *
 * S3 refuses a replication rule whose destination does not exist yet, and in CloudFormation the rule is
 * a property of the bucket. Two buckets that replicate to each other therefore take two passes on AWS:
 * with `-c firstDeployment=true` the first region's bucket is created without its rule; the next
 * ordinary deployment adds it. No chain: a replica is not replicated on, so the two rules never loop.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { accountForNag, acknowledge, logicalId } from './acknowledge.ts';
import * as names from './names.ts';
import type { Place, RegionalStack } from './place.ts';

/** Names the rule in S3's replication metrics. */
export const REPLICATION_RULE_ID = 'assets';

export function createAssetsBucket(stack: RegionalStack, place: Place, accessLogs: s3.IBucket): s3.IBucket {
  const replicate = place.peer !== undefined && (place.peerExists || !place.first);
  const bucket = new s3.Bucket(stack, 'Assets', {
    ...common(stack, place, 'assets', accessLogs),
    lifecycleRules: [
      {
        id: 'intelligent-tiering',
        transitions: [
          { storageClass: s3.StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) },
        ],
      },
      tidyRule(30),
    ],
    ...(replicate ? { replicationRules: [replicationRule(stack, place.peer)] } : {}),
  });
  bucket.addToResourcePolicy(distributionMayRead(stack, bucket));
  if (replicate) {
    const role = bucket.node.findChild('ReplicationRole');
    const reason =
      'Every object is replicated, so its role reads and writes every object of these two buckets.';
    acknowledge(role, `AwsSolutions-IAM5[Resource::<${logicalId(bucket)}.Arn>/*]`, reason);
    const peerObjects = names.bucketName('assets', accountForNag(stack), place.peer);
    acknowledge(role, `AwsSolutions-IAM5[Resource::arn:aws:s3:::${peerObjects}/*]`, reason);
  }
  return bucket as s3.IBucket;
}

export function createControllerBucket(
  stack: RegionalStack,
  place: Place,
  accessLogs: s3.IBucket,
): s3.IBucket {
  const bucket = new s3.Bucket(stack, 'ControllerMemory', {
    ...common(stack, place, 'controller', accessLogs),
    // Written at every change of mind of the controller; old versions are its diary.
    lifecycleRules: [tidyRule(90)],
  });
  return bucket as s3.IBucket;
}

export function createLogsBucket(stack: RegionalStack, place: Place): s3.IBucket {
  const bucket = new s3.Bucket(stack, 'AccessLogs', {
    ...common(stack, place, 'logs'),
    versioned: false,
    lifecycleRules: [{ id: 'expire', expiration: Duration.days(place.config.logs.retentionDays) }],
  });
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'The bucket that receives access logs does not log access to itself.',
  );
  return bucket as s3.IBucket;
}

function common(
  stack: RegionalStack,
  place: Place,
  use: Parameters<typeof names.bucketName>[0],
  accessLogs?: s3.IBucket,
): s3.BucketProps {
  const props: s3.BucketProps = {
    bucketName: names.bucketName(use, stack.account, place.region),
    versioned: true,
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: place.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  };
  if (accessLogs === undefined) return props;
  return { ...props, serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: `s3/${use}/` };
}

function tidyRule(noncurrentDays: number): s3.LifecycleRule {
  return {
    id: 'tidy',
    noncurrentVersionExpiration: Duration.days(noncurrentDays),
    abortIncompleteMultipartUploadAfter: Duration.days(7),
  };
}

/** Replication time control: most objects in seconds, 99.9 % within 15 minutes, with metrics. */
function replicationRule(stack: RegionalStack, peer: string): s3.ReplicationRule {
  return {
    id: REPLICATION_RULE_ID,
    priority: 0,
    destination: s3.Bucket.fromBucketName(
      stack,
      'PeerAssets',
      names.bucketName('assets', stack.account, peer),
    ),
    replicationTimeControl: s3.ReplicationTimeValue.FIFTEEN_MINUTES,
    metrics: s3.ReplicationTimeValue.FIFTEEN_MINUTES,
    deleteMarkerReplication: true,
    // Without it a change of metadata on a replica would stay where it was made.
    replicaModifications: true,
  };
}

/**
 * The distribution is declared in a global stack, so its ARN is not known here: any distribution of
 * this account may read. No ListBucket: a missing key answers 403, which the origin group fails over on.
 */
function distributionMayRead(stack: RegionalStack, bucket: s3.Bucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'DistributionsOfThisAccount',
    principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects('*')],
    conditions: {
      StringEquals: { 'AWS:SourceAccount': stack.account },
      ArnLike: { 'AWS:SourceArn': `arn:aws:cloudfront::${stack.account}:distribution/*` },
    },
  });
}
