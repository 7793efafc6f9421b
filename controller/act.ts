// Carries out one action, as the AWS call it is. Nothing here chooses; an error is an outcome, and the next tick, which
// sees the world as it is, does again what is still needed.

import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { FailoverGlobalClusterCommand, SwitchoverGlobalClusterCommand } from '@aws-sdk/client-rds';
import { PublishCommand } from '@aws-sdk/client-sns';
import type { Action } from './actions.ts';
import type { Aws } from './aws.ts';
import { reason } from './aws.ts';
import type { Config } from './config.ts';
import { metricData } from './metrics.ts';
import type { Done } from './step.ts';

async function registerCapacity(aws: Aws, config: Config, min: number, max: number | null): Promise<void> {
  await aws.scaling.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: `service/${config.ecsCluster}/${config.ecsService}`,
      MinCapacity: min,
      ...(max === null ? {} : { MaxCapacity: max }),
    }),
  );
}

async function raise(
  aws: Aws,
  config: Config,
  action: Extract<Action, { do: 'raise-capacity' }>,
): Promise<void> {
  await registerCapacity(aws, config, action.min, action.max);
  if (action.desired === null) return;
  const service = { cluster: config.ecsCluster, service: config.ecsService, desiredCount: action.desired };
  await aws.ecs.send(new UpdateServiceCommand(service));
}

/** AllowDataLoss must be said: without it FailoverGlobalCluster is a switchover, and waits for a dead region. */
async function promote(aws: Aws, config: Config): Promise<void> {
  await aws.mover.send(
    new FailoverGlobalClusterCommand({
      GlobalClusterIdentifier: config.globalClusterId,
      TargetDbClusterIdentifier: config.selfClusterArn,
      AllowDataLoss: true,
    }),
  );
}

async function switchOver(aws: Aws, config: Config, to: 'self' | 'peer'): Promise<void> {
  const primary = to === 'peer' ? aws.mover : aws.peerMover;
  await primary.send(
    new SwitchoverGlobalClusterCommand({
      GlobalClusterIdentifier: config.globalClusterId,
      TargetDbClusterIdentifier: to === 'peer' ? config.peerClusterArn : config.selfClusterArn,
    }),
  );
}

async function act(aws: Aws, config: Config, action: Action): Promise<void> {
  switch (action.do) {
    case 'raise-capacity':
      return raise(aws, config, action);
    case 'restore-capacity':
      return registerCapacity(aws, config, action.min, action.max);
    case 'promote':
      return promote(aws, config);
    case 'switch-over':
      return switchOver(aws, config, action.to);
    case 'publish':
      await aws.cloudwatch.send(new PutMetricDataCommand(metricData(config.region, action.latch)));
      return;
    case 'tell':
      await aws.sns.send(
        new PublishCommand({
          TopicArn: config.topicArn,
          Subject: action.message.subject.slice(0, 99),
          Message: action.message.text,
        }),
      );
      return;
  }
}

export async function attempt(aws: Aws, config: Config, action: Action): Promise<Done> {
  try {
    await act(aws, config, action);
    return { ok: true, why: null };
  } catch (error) {
    return { ok: false, why: reason(error) };
  }
}
