/** ECS's records in the words of its API. */
import type { Cluster, Deployment, Service, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { containersOf, cpuUnitsOf, memoryMiBOf } from './container.ts';
import type {
  ClusterRecord,
  DeploymentRecord,
  EcsRecords,
  ServiceRecord,
  TaskDefinitionRecord,
  TaskRecord,
} from './model.ts';
import { primaryOf } from './model.ts';

interface Counts {
  readonly runningCount: number;
  readonly pendingCount: number;
}

function count(tasks: readonly TaskRecord[]): Counts {
  const present = tasks.filter((task) => task.lastStatus !== 'STOPPED' && task.desiredStatus === 'RUNNING');
  const runningCount = present.filter((task) => task.lastStatus === 'RUNNING').length;
  return { runningCount, pendingCount: present.length - runningCount };
}

export function describeCluster(records: EcsRecords, cluster: ClusterRecord): Cluster {
  const counts = count(records.tasks.values().filter((task) => task.clusterArn === cluster.arn));
  const services = records.services
    .values()
    .filter((service) => service.clusterArn === cluster.arn && service.status !== 'INACTIVE');
  return {
    clusterName: cluster.name,
    clusterArn: cluster.arn,
    status: 'ACTIVE',
    registeredContainerInstancesCount: 0,
    runningTasksCount: counts.runningCount,
    pendingTasksCount: counts.pendingCount,
    activeServicesCount: services.length,
    settings: [...cluster.settings],
    tags: [...cluster.tags],
    capacityProviders: ['FARGATE'],
    defaultCapacityProviderStrategy: [],
    statistics: [],
  };
}

export function describeDefinition(record: TaskDefinitionRecord): TaskDefinition {
  return { ...record.definition, registeredAt: new Date(record.registeredAtMs) };
}

export function describeService(records: EcsRecords, service: ServiceRecord): Service {
  const own = records.tasks.values().filter((task) => task.serviceArn === service.arn);
  return {
    serviceName: service.name,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    status: service.status,
    desiredCount: service.desiredCount,
    ...count(own),
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    ...(primaryOf(service) ? { taskDefinition: primaryOf(service)!.taskDefinitionArn } : {}),
    deploymentController: { type: 'ECS' },
    deploymentConfiguration: {
      minimumHealthyPercent: service.minimumHealthyPercent,
      maximumPercent: service.maximumPercent,
      deploymentCircuitBreaker: { ...service.circuitBreaker },
      strategy: 'ROLLING',
    },
    deployments: service.deployments.map((one) => describeDeployment(service, one, own)),
    loadBalancers: [...service.loadBalancers],
    serviceRegistries: [...service.serviceRegistries],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...service.subnets],
        securityGroups: [...service.securityGroups],
        assignPublicIp: service.assignPublicIp ? 'ENABLED' : 'DISABLED',
      },
    },
    healthCheckGracePeriodSeconds: service.gracePeriodSeconds,
    schedulingStrategy: 'REPLICA',
    createdAt: new Date(service.createdAtMs),
    events: service.events.map((one) => ({
      id: one.id,
      createdAt: new Date(one.atMs),
      message: one.message,
    })),
    enableExecuteCommand: false,
    tags: [...service.tags],
  };
}

function describeDeployment(
  service: ServiceRecord,
  deployment: DeploymentRecord,
  tasks: readonly TaskRecord[],
): Deployment {
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinitionArn,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : 0,
    ...count(tasks.filter((task) => task.deploymentId === deployment.id)),
    failedTasks: deployment.failedTasks,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    createdAt: new Date(deployment.createdAtMs),
    updatedAt: new Date(deployment.updatedAtMs),
    launchType: 'FARGATE',
  };
}

export function describeTask(records: EcsRecords, task: TaskRecord): Task {
  const definition = records.definitions.get(task.taskDefinitionArn)?.definition;
  const main = definition && containersOf(definition).main;
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.taskDefinitionArn,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: task.health,
    group: task.group,
    launchType: 'FARGATE',
    availabilityZone: task.availabilityZone,
    connectivity: 'CONNECTED',
    createdAt: new Date(task.createdAtMs),
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    ...(task.startedAtMs === undefined ? {} : { startedAt: new Date(task.startedAtMs) }),
    ...(task.stoppingAtMs === undefined ? {} : { stoppingAt: new Date(task.stoppingAtMs) }),
    ...(task.stoppedAtMs === undefined ? {} : { stoppedAt: new Date(task.stoppedAtMs) }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode as NonNullable<Task['stopCode']> }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    ...(definition ? { cpu: String(cpuUnitsOf(definition)), memory: String(memoryMiBOf(definition)) } : {}),
    containers: main
      ? [
          {
            name: main.name,
            image: main.image,
            lastStatus: task.lastStatus,
            taskArn: task.arn,
            containerArn: `${task.arn.replace(':task/', ':container/')}/${main.name}`,
            healthStatus: task.health,
            ...(task.exitCode === undefined ? {} : { exitCode: task.exitCode }),
            networkInterfaces: task.privateAddress
              ? [{ attachmentId: task.networkInterfaceId, privateIpv4Address: task.privateAddress }]
              : [],
          },
        ]
      : [],
    attachments: task.networkInterfaceId
      ? [
          {
            id: task.networkInterfaceId,
            type: 'ElasticNetworkInterface',
            status: task.lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED',
            details: [
              { name: 'subnetId', value: task.subnetId },
              { name: 'networkInterfaceId', value: task.networkInterfaceId },
              { name: 'privateIPv4Address', value: task.privateAddress ?? '' },
            ],
          },
        ]
      : [],
  };
}
