/**
 * The failover controller: one function in each region, woken every minute, ticking inside. At most one
 * runs at a time and nothing is retried, because the next tick starts from what is true by then.
 * It may promote the database and raise its own service's capacity, look at the other region, and no more.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage, Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { buildSync } from 'esbuild';
import { accountForNag, acknowledge } from './acknowledge.ts';
import type { Data } from './data.ts';
import type { FrontDoor } from './load-balancer.ts';
import * as names from './names.ts';
import type { Place, RegionalStack } from './place.ts';

export interface Controller {
  readonly handler: lambda.Function;
}

const SOURCE = fileURLToPath(new URL('../../controller', import.meta.url));

export function createController(
  stack: RegionalStack,
  place: Place,
  peer: string,
  kept: NonNullable<Data['controller']>,
  topic: sns.ITopic,
  door: FrontDoor,
): Controller {
  const role = new iam.Role(stack, 'ControllerRole', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    description: `Failover controller of ${place.region}`,
  });
  kept.logs.grantWrite(role);
  for (const statement of permissions(stack, place, peer, kept.memory, topic)) role.addToPolicy(statement);
  acknowledgeWildcards(role, stack, place);
  const handler = new lambda.Function(stack, 'Controller', {
    functionName: names.CONTROLLER_FUNCTION_NAME,
    description: 'Decides when this region takes over, and does it',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    handler: 'handler.handler',
    code: bundle(),
    role,
    logGroup: kept.logs,
    // It ticks for just under a minute; the rest is room for the last tick's calls.
    timeout: Duration.seconds(70),
    memorySize: 256,
    // One for the schedule, which holds its place nearly the whole minute, and one for an operator's command. Memory is
    // changed by compare-and-set, so that two at once do no harm.
    reservedConcurrentExecutions: 2,
    retryAttempts: 0,
    maxEventAge: Duration.seconds(60),
    environment: environment(stack, place, peer, kept.memory, topic, door),
  });
  new events.Rule(stack, 'ControllerSchedule', {
    description: `Wakes the failover controller of ${place.region}`,
    schedule: events.Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(handler, { retryAttempts: 0, maxEventAge: Duration.seconds(60) })],
  });
  return { handler };
}

/** One ESM file with the SDK inside: what was tested is what runs. esbuild runs here, never Docker. */
function bundle(): lambda.Code {
  return lambda.Code.fromAsset(SOURCE, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('not-used'),
      local: {
        tryBundle(outputDirectory: string): boolean {
          mkdirSync(outputDirectory, { recursive: true });
          buildSync({
            // Paths in the bundle's comments are relative to this: the same hash wherever it is written.
            absWorkingDir: SOURCE,
            entryPoints: [join(SOURCE, 'handler.ts')],
            outfile: join(outputDirectory, 'handler.mjs'),
            bundle: true,
            platform: 'node',
            target: 'node24',
            format: 'esm',
            mainFields: ['module', 'main'],
            // CommonJS inside the SDK calls require, which an ES module has not got.
            banner: {
              js: "import { createRequire as _createRequire } from 'node:module'; const require = _createRequire(import.meta.url);",
            },
            logLevel: 'error',
          });
          return true;
        },
      },
    },
  });
}

function environment(
  stack: RegionalStack,
  place: Place,
  peer: string,
  memory: s3.IBucket,
  topic: sns.ITopic,
  door: FrontDoor,
): Record<string, string> {
  const { mode, ticksToAct, lagLimitMs } = place.config.failover;
  return {
    PEER_REGION: peer,
    DOMAIN: place.config.domain,
    GLOBAL_CLUSTER_ID: names.GLOBAL_CLUSTER_ID,
    SELF_CLUSTER_ARN: names.clusterArn(stack.account, place.region),
    PEER_CLUSTER_ARN: names.clusterArn(stack.account, peer),
    SELF_CLUSTER_ID: names.clusterId(place.region),
    ECS_CLUSTER: names.ecsClusterName(place.region),
    ECS_SERVICE: names.SERVICE_NAME,
    PEER_ECS_CLUSTER: names.ecsClusterName(peer),
    TARGET_GROUP_ARN: door.targets.targetGroupArn,
    STATE_BUCKET: memory.bucketName,
    TOPIC_ARN: topic.topicArn,
    POLICY: JSON.stringify({ mode, ticksToAct, lagLimitMs }),
  };
}

function permissions(
  stack: RegionalStack,
  place: Place,
  peer: string,
  memory: s3.IBucket,
  topic: sns.ITopic,
): iam.PolicyStatement[] {
  const { account } = stack;
  const allow = (actions: string[], resources: string[], conditions?: Record<string, unknown>) =>
    new iam.PolicyStatement({ actions, resources, ...(conditions === undefined ? {} : { conditions }) });
  const ownService = names.serviceArn(account, place.region);
  return [
    allow(['rds:DescribeGlobalClusters', 'rds:DescribeDBClusters', 'rds:DescribeDBInstances'], ['*']),
    // RDS authorises these on the global cluster and on every member that changes its role.
    allow(
      ['rds:FailoverGlobalCluster', 'rds:SwitchoverGlobalCluster'],
      [
        names.globalClusterArn(account),
        names.clusterArn(account, place.region),
        names.clusterArn(account, peer),
      ],
    ),
    allow(['ecs:DescribeServices'], [ownService, names.serviceArn(account, peer)]),
    allow(['ecs:UpdateService'], [ownService]),
    allow(
      ['application-autoscaling:RegisterScalableTarget'],
      [`arn:aws:application-autoscaling:${place.region}:${account}:scalable-target/*`],
      { StringEquals: { 'application-autoscaling:service-namespace': 'ecs' } },
    ),
    allow(['application-autoscaling:DescribeScalableTargets'], ['*']),
    allow(['elasticloadbalancing:DescribeTargetHealth'], ['*']),
    allow(['s3:GetObject', 's3:PutObject'], [memory.arnForObjects(names.MEMORY_KEY)]),
    // Without it a memory that does not exist yet would answer "forbidden" instead of "not found".
    allow(['s3:ListBucket'], [memory.bucketArn]),
    allow(['sns:Publish'], [topic.topicArn]),
    allow(['cloudwatch:PutMetricData'], ['*'], {
      StringEquals: { 'cloudwatch:namespace': names.LATCH_METRIC.namespace },
    }),
    allow(['cloudwatch:GetMetricData'], ['*']),
  ];
}

function acknowledgeWildcards(role: iam.Role, stack: RegionalStack, place: Place): void {
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'Describe calls and CloudWatch metrics have no resources to name; PutMetricData is bound to one namespace.',
  );
  acknowledge(
    role,
    `AwsSolutions-IAM5[Resource::arn:aws:application-autoscaling:${place.region}:${accountForNag(stack)}:scalable-target/*]`,
    'The id of a scalable target is given by AWS at registration; the statement is bound to the ecs namespace.',
  );
}
