/** ECS actions on tasks: list, describe, run one by itself, stop one. */
import type {
  DescribeTasksCommandInput,
  DescribeTasksCommandOutput,
  ListTasksCommandInput,
  ListTasksCommandOutput,
  RunTaskCommandInput,
  RunTaskCommandOutput,
  StopTaskCommandInput,
  StopTaskCommandOutput,
} from '@aws-sdk/client-ecs';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import { describeTask } from './describe.ts';
import type { EcsRecords, TaskRecord } from './model.ts';
import { clusterOf, definitionOf } from './operations.ts';
import type { Runtime } from './runtime.ts';
import { serviceOf } from './service-operations.ts';
import { familyOf } from './targets.ts';

function taskOf(records: EcsRecords, clusterArn: string, idOrArn: string): TaskRecord | undefined {
  const task = records.tasks.get(idOrArn.slice(idOrArn.lastIndexOf('/') + 1));
  return task?.clusterArn === clusterArn ? task : undefined;
}

export function taskOperations(records: EcsRecords, runtime: Runtime): Operations {
  return {
    ListTasks: (input: ListTasksCommandInput): Output<ListTasksCommandOutput> => {
      const cluster = clusterOf(records, input.cluster);
      const service = input.serviceName && serviceOf(records, input.cluster, input.serviceName);
      if (input.serviceName && !service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      const wanted = input.desiredStatus ?? 'RUNNING';
      return {
        taskArns: records.tasks
          .values()
          .filter((task) => task.clusterArn === cluster.arn && task.desiredStatus === wanted)
          .filter((task) => !service || task.serviceArn === service.arn)
          .filter((task) => !input.family || familyOf(task.taskDefinitionArn) === input.family)
          .filter((task) => !input.startedBy || task.startedBy === input.startedBy)
          .map((task) => task.arn),
      };
    },
    DescribeTasks: (input: DescribeTasksCommandInput): Output<DescribeTasksCommandOutput> => {
      const cluster = clusterOf(records, input.cluster);
      const asked = input.tasks ?? [];
      const found = asked.map((one) => taskOf(records, cluster.arn, one));
      return {
        tasks: found.flatMap((task) => (task ? [describeTask(records, task)] : [])),
        failures: asked
          .filter((_one, index) => !found[index])
          .map((one) => ({ arn: one, reason: 'MISSING' })),
      };
    },
    StopTask: (input: StopTaskCommandInput): Output<StopTaskCommandOutput> => {
      const cluster = clusterOf(records, input.cluster);
      const task = taskOf(records, cluster.arn, input.task ?? '');
      if (!task) throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
      void runtime.tasks.stop(task.id, {
        code: 'UserInitiated',
        because: input.reason ?? 'Task stopped by user',
      });
      return { task: describeTask(records, records.tasks.get(task.id)!) };
    },
    RunTask: async (input: RunTaskCommandInput): Promise<Output<RunTaskCommandOutput>> => {
      const cluster = clusterOf(records, input.cluster);
      const { definition } = definitionOf(records, input.taskDefinition);
      const subnets = input.networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
      await runtime.zones.know(subnets);
      const places = runtime.zones.of(subnets);
      if (places.length === 0)
        throw new AwsError(
          'InvalidParameterException',
          'Network Configuration must be provided when networkMode awsvpc is specified: no subnets given.',
        );
      const override = input.overrides?.containerOverrides?.[0];
      const tasks = Array.from({ length: input.count ?? 1 }, (_unused, index) => {
        const place = places[index % places.length]!;
        return runtime.newTask({
          clusterArn: cluster.arn,
          taskDefinitionArn: definition.taskDefinitionArn!,
          group: input.group ?? `family:${definition.family}`,
          subnetId: place.subnetId,
          availabilityZone: place.zone,
          ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
          ...(override
            ? {
                overrides: {
                  ...(override.command ? { command: override.command } : {}),
                  ...(override.environment ? { environment: override.environment } : {}),
                },
              }
            : {}),
        });
      });
      for (const task of tasks) runtime.tasks.start(task);
      return { tasks: tasks.map((task) => describeTask(records, task)), failures: [] };
    },
  };
}
