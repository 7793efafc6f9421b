/** What the metadata endpoint tells a task about itself, in the documents of version 4. */
import type { Usage } from '../../guest/proc.ts';
import type { ServiceContext } from '../contract.ts';
import { containersOf, cpuUnitsOf, memoryMiBOf } from './container.ts';
import type { TaskFacts } from './metadata.ts';
import type { EcsRecords } from './model.ts';

export function taskFacts(
  context: ServiceContext,
  records: EcsRecords,
  taskId: string,
  usage: () => Usage | undefined,
): TaskFacts {
  const first = records.tasks.get(taskId)!;
  const { definition } = records.definitions.get(first.taskDefinitionArn)!;
  const { main } = containersOf(definition);
  const roleArn = definition.taskRoleArn;
  const iso = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString();
  const container = (): object => {
    const task = records.tasks.get(taskId)!;
    return {
      DockerId: `${task.id}-0`,
      Name: main.name,
      DockerName: main.name,
      Image: main.image,
      DesiredStatus: task.desiredStatus,
      KnownStatus: task.lastStatus,
      Limits: { CPU: main.cpu ?? 0, Memory: main.memory ?? memoryMiBOf(definition) },
      CreatedAt: iso(task.createdAtMs),
      StartedAt: iso(task.startedAtMs),
      Type: 'NORMAL',
      ContainerARN: `${task.arn.replace(':task/', ':container/')}/${main.name}`,
      LogDriver: main.logConfiguration?.logDriver,
      LogOptions: main.logConfiguration?.options,
      Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [task.privateAddress] }],
    };
  };
  return {
    ...(roleArn
      ? {
          role: {
            arn: roleArn,
            sessionArn: `arn:aws:sts::${context.account}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${taskId}`,
          },
        }
      : {}),
    task: () => {
      const task = records.tasks.get(taskId)!;
      return {
        Cluster: task.clusterArn,
        TaskARN: task.arn,
        Family: definition.family,
        Revision: String(definition.revision),
        ServiceName: task.group.startsWith('service:') ? task.group.slice('service:'.length) : undefined,
        DesiredStatus: task.desiredStatus,
        KnownStatus: task.lastStatus,
        Limits: { CPU: cpuUnitsOf(definition) / 1024, Memory: memoryMiBOf(definition) },
        AvailabilityZone: task.availabilityZone,
        LaunchType: 'FARGATE',
        Containers: [container()],
      };
    },
    stats: () => {
      const now = usage();
      return {
        read: new Date(context.clock.now()).toISOString(),
        cpu_stats: { cpu_usage: { total_usage: Math.round((now?.cpuSeconds ?? 0) * 1e9) } },
        memory_stats: {
          usage: now?.residentBytes ?? 0,
          limit: memoryMiBOf(definition) * 1024 * 1024,
        },
      };
    },
  };
}
