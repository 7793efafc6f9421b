// The SDK clients, one for each service and region that is asked. Endpoints are the SDK's own choice (and so honour
// AWS_ENDPOINT_URL). A region that is gone answers nothing at all, and a tick must not wait for it: a socket on which
// nothing happens, connecting included, is given up. These are the sockets' own timeouts: they bound real work.

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
  /** For what moves the writer: the region to be promoted is asked to fail over, the primary's to switch over. */
  readonly mover: RDSClient;
  readonly peerMover: RDSClient;
  readonly ecs: ECSClient;
  readonly peerEcs: ECSClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly cloudwatch: CloudWatchClient;
  readonly sns: SNSClient;
  readonly s3: S3Client;
}

/** Silence on a look's socket, and on that of a request that moves the writer, which RDS takes seconds to accept. */
export const lookTimeoutMs = 3_000;
const moveTimeoutMs = 10_000;

export function connect(config: Config): Aws {
  const settings = (region: string, maxAttempts: number, socketTimeout: number) => ({
    region,
    maxAttempts,
    requestHandler: { socketTimeout },
  });
  const here = settings(config.region, 2, lookTimeoutMs);
  return {
    rds: new RDSClient(here),
    mover: new RDSClient(settings(config.region, 2, moveTimeoutMs)),
    peerMover: new RDSClient(settings(config.peerRegion, 2, moveTimeoutMs)),
    ecs: new ECSClient(here),
    peerEcs: new ECSClient(settings(config.peerRegion, 1, lookTimeoutMs)),
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
