// The SDK clients, one for each service and region that is asked. Endpoints are the SDK's own choice (and so honour
// AWS_ENDPOINT_URL). A call never lasts longer than its deadline: a region that is gone answers nothing at all, and a
// tick must not wait for it.

import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Config } from './config.ts';

export interface Aws {
  readonly rds: RDSClient;
  /** Only for SwitchoverGlobalCluster, which RDS wants asked in the primary's region. */
  readonly peerRds: RDSClient;
  readonly ecs: ECSClient;
  readonly peerEcs: ECSClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly cloudwatch: CloudWatchClient;
  readonly sns: SNSClient;
  readonly s3: S3Client;
}

/** How long one call may take, all attempts together. Real time: it bounds I/O, not policy. */
export const lookDeadlineMs = 3_000;
export const actDeadlineMs = 10_000;

export function deadline(ms: number): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(ms) };
}

export function connect(config: Config): Aws {
  const settings = (region: string) => ({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  const here = settings(config.region);
  const there = settings(config.peerRegion);
  return {
    rds: new RDSClient(here),
    peerRds: new RDSClient(there),
    ecs: new ECSClient(here),
    peerEcs: new ECSClient(there),
    scaling: new ApplicationAutoScalingClient(here),
    elb: new ElasticLoadBalancingV2Client(here),
    cloudwatch: new CloudWatchClient(here),
    sns: new SNSClient(here),
    s3: new S3Client(here),
  };
}

export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no answer in time';
  const text = error.message.split('\n')[0] ?? '';
  return error.name === 'Error' ? text : `${error.name}: ${text}`;
}
