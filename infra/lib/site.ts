/**
 * The static site, put into each region's bucket by that region's own stack. Replication would carry it
 * over as well, but only what was written after the rule existed, and only while the first region is
 * there to deploy to; this way either region can be deployed, or rebuilt, alone. Both write the same
 * keys with the same bytes, so the replicas that cross change nothing.
 */
import { fileURLToPath } from 'node:url';
import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import { acknowledge } from './acknowledge.ts';
import type { Data } from './data.ts';
import * as names from './names.ts';
import type { Place, RegionalStack } from './place.ts';

const SITE = fileURLToPath(new URL('../../storefront/site', import.meta.url));

export function deploySite(stack: RegionalStack, place: Place, data: Data): void {
  const logGroup = new logs.LogGroup(stack, 'SiteLogs', {
    logGroupName: names.SITE_LOG_GROUP,
    retention: place.config.logs.retentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new s3deploy.BucketDeployment(stack, 'Site', {
    sources: [s3deploy.Source.asset(SITE)],
    destinationBucket: data.assets,
    logGroup,
    // Short instead of an invalidation, which would tie this stack to the distribution's region. When
    // neither bucket answers, edges may go on showing what they have for a day.
    cacheControl: [s3deploy.CacheControl.fromString('public, max-age=60, stale-if-error=86400')],
  });
  acknowledge(
    stack,
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    "The function is CDK's BucketDeployment; its role is not ours to write.",
  );
  acknowledge(stack, 'AwsSolutions-L1', "The function is CDK's BucketDeployment; CDK chooses its runtime.");
}
