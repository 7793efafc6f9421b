/**
 * The static site, put into each region's bucket by that region's own stack. Replication would carry it
 * over as well, but only what was written after the rule existed, and only while the first region is
 * there to deploy to; this way either region can be deployed, or rebuilt, alone. Both write the same
 * keys with the same bytes, so the replicas that cross change nothing.
 */
import { fileURLToPath } from 'node:url';
import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import { accountForNag, acknowledge } from './acknowledge.ts';
import * as names from './names.ts';
import type { Place, RegionalStack } from './place.ts';

const SITE = fileURLToPath(new URL('../../storefront/site', import.meta.url));

export function deploySite(stack: RegionalStack, place: Place): void {
  const logGroup = new logs.LogGroup(stack, 'SiteLogs', {
    logGroupName: names.SITE_LOG_GROUP,
    retention: place.config.logs.retentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const bucketName = names.bucketName('assets', stack.account, place.region);
  const deployment = new s3deploy.BucketDeployment(stack, 'Site', {
    sources: [s3deploy.Source.asset(SITE)],
    destinationBucket: s3.Bucket.fromBucketName(stack, 'Assets', bucketName),
    logGroup,
    // Short instead of an invalidation, which would tie this stack to the distribution's region. When
    // neither bucket answers, edges may go on showing what they have for a day.
    cacheControl: [s3deploy.CacheControl.fromString('public, max-age=60, stale-if-error=86400')],
  });
  acknowledgeDeployment(stack, place, deployment);
}

function acknowledgeDeployment(
  stack: RegionalStack,
  place: Place,
  deployment: s3deploy.BucketDeployment,
): void {
  const provider = deployment.handlerRole.node.scope;
  if (provider === undefined) throw new Error("CDK's BucketDeployment has no provider any more");
  const account = accountForNag(stack);
  const reason =
    "CDK's own BucketDeployment: its function and role are bound to the staging and the asset bucket.";
  const managedPolicy = 'iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  acknowledge(provider, `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:${managedPolicy}]`, reason);
  acknowledge(provider, 'AwsSolutions-L1', reason);
  for (const action of ['GetBucket', 'GetObject', 'List', 'Abort', 'DeleteObject']) {
    acknowledge(provider, `AwsSolutions-IAM5[Action::s3:${action}*]`, reason);
  }
  const staging = `cdk-hnb659fds-assets-${account}-${place.region}`;
  for (const bucket of [staging, names.bucketName('assets', account, place.region)]) {
    acknowledge(provider, `AwsSolutions-IAM5[Resource::arn:aws:s3:::${bucket}/*]`, reason);
  }
}
