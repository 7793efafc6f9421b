/** ECS on Fargate: services whose tasks are processes of this machine, each with an address of its own. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Json, Service, ServiceDefinition } from '../contract.ts';
import type { EcsRecords } from './model.ts';
import { clusterOperations, definitionOperations } from './operations.ts';
import { createResources, types } from './resources.ts';
import { createRuntime } from './runtime.ts';
import { serviceOperations } from './service-operations.ts';
import { taskOperations } from './task-operations.ts';

export const ecs: ServiceDefinition = {
  name: 'ecs',
  controlPlane: 'regional',
  api: {
    signingName: 'ecs',
    protocols: ['json-1.1'],
    targetPrefix: 'AmazonEC2ContainerServiceV20141113',
    sdk: () => schemasOf('@aws-sdk/client-ecs'),
  },
  types,
  create: (context): Service => {
    const records: EcsRecords = {
      clusters: context.store.table('clusters'),
      definitions: context.store.table('task-definitions'),
      services: context.store.table('services'),
      tasks: context.store.table('tasks'),
    };
    const runtime = createRuntime(context, records);
    const operations = {
      ...clusterOperations(context, records),
      ...definitionOperations(context, records),
      ...serviceOperations(context, records, runtime),
      ...taskOperations(records, runtime),
    };
    return {
      operations,
      resources: createResources(context, operations),
      start: runtime.start,
      stop: runtime.stop,
      status: () => status(records),
      processes: () =>
        records.tasks
          .values()
          .filter((task) => task.lastStatus !== 'STOPPED' && task.pid !== undefined)
          .map((task) => ({
            kind: 'task' as const,
            id: task.arn.slice(task.arn.lastIndexOf('/') + 1),
            pid: task.pid!,
            zone: task.availabilityZone,
          })),
    };
  },
};

function status(records: EcsRecords): Json {
  const tasks = records.tasks.values();
  return {
    services: records.services
      .values()
      .filter((service) => service.status !== 'INACTIVE')
      .map((service) => ({
        name: service.name,
        cluster: service.clusterArn,
        desired: service.desiredCount,
        running: tasks.filter((one) => one.serviceArn === service.arn && one.lastStatus === 'RUNNING').length,
        healthy: tasks.filter(
          (one) => one.serviceArn === service.arn && one.lastStatus === 'RUNNING' && one.health === 'HEALTHY',
        ).length,
        deployment: service.deployments[0]?.rolloutState ?? null,
      })),
    tasks: tasks
      .filter((task) => task.lastStatus !== 'STOPPED')
      .map((task) => ({
        arn: task.arn,
        status: task.lastStatus,
        health: task.health,
        zone: task.availabilityZone,
        address: task.privateAddress ?? null,
        pid: task.pid ?? null,
      })),
  };
}
