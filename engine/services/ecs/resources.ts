/**
 * What a template may say about ECS. A service's creation and update last until its deployment has
 * completed, as on AWS, and fail with the deployment's reason.
 */
import type { Cluster, Service, TaskDefinition } from '@aws-sdk/client-ecs';
import type { Operations } from '../../wire/types.ts';
import type {
  Fate,
  PhysicalResource,
  Properties,
  ResourceHandler,
  ResourceRequest,
  ServiceContext,
} from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedName, recorded } from '../recorded.ts';
import { propertyFates } from './property-fates.ts';
import { apiShape } from './template-shape.ts';

/** CloudFormation gives up on a service after three hours; nobody watches one machine that long. */
const STEADY_WITHIN_MS = 15 * 60_000;
/** Programs start in real time: a fast clock does not shorten the wait below this. */
const STEADY_WITHIN_REAL_MS = 3 * 60_000;
const LOOK_MS = 500;

async function call<O>(operations: Operations, name: string, input: object): Promise<O> {
  return (await operations[name]!(input, provisioning)) as O;
}

export function createResources(
  context: ServiceContext,
  operations: Operations,
): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::ECS::Cluster': cluster(operations),
    'AWS::ECS::TaskDefinition': taskDefinition(operations),
    'AWS::ECS::Service': service(context, operations),
    'AWS::ECS::ClusterCapacityProviderAssociations': capacityProviders,
  };
}

const capacityProviders = recorded({
  note: 'every task runs on this machine, whatever its capacity provider',
  ref: (properties) => String(properties['Cluster']),
});

export const types: Readonly<Record<string, Fate>> = {
  'AWS::ECS::Cluster': { fate: 'runs', properties: propertyFates['AWS::ECS::Cluster'] },
  'AWS::ECS::TaskDefinition': { fate: 'runs', properties: propertyFates['AWS::ECS::TaskDefinition'] },
  'AWS::ECS::Service': { fate: 'runs', properties: propertyFates['AWS::ECS::Service'] },
  'AWS::ECS::ClusterCapacityProviderAssociations': capacityProviders.fate,
};

function cluster(operations: Operations): ResourceHandler {
  const write = async (name: string, properties: Properties): Promise<PhysicalResource> => {
    const { cluster: made } = await call<{ cluster: Cluster }>(operations, 'CreateCluster', {
      clusterName: name,
      settings: apiShape(properties['ClusterSettings'] ?? []),
      tags: apiShape(properties['Tags'] ?? []),
    });
    return { physicalId: made.clusterName!, attributes: { Arn: made.clusterArn! } };
  };
  return {
    replaceOn: ['ClusterName'],
    create: (request) =>
      write(String(request.properties['ClusterName'] ?? generatedName(request)), request.properties),
    update: ({ existing, properties }) => write(existing.physicalId, properties),
    delete: ({ existing }) => gone(operations, 'DeleteCluster', { cluster: existing.physicalId }),
  };
}

function taskDefinition(operations: Operations): ResourceHandler {
  return {
    create: async (request) => {
      const { Family, Tags: _tags, ...rest } = request.properties;
      const { taskDefinition: made } = await call<{ taskDefinition: TaskDefinition }>(
        operations,
        'RegisterTaskDefinition',
        {
          ...(apiShape(rest) as object),
          family: Family ?? generatedName(request),
          clientToken: request.clientToken,
        },
      );
      return {
        physicalId: made.taskDefinitionArn!,
        attributes: { TaskDefinitionArn: made.taskDefinitionArn! },
      };
    },
    delete: ({ existing }) =>
      gone(operations, 'DeregisterTaskDefinition', { taskDefinition: existing.physicalId }),
  };
}

function service(context: ServiceContext, operations: Operations): ResourceHandler {
  const inputOf = (request: ResourceRequest): object => {
    const { Tags, Role: _role, Cluster, ...rest } = request.properties;
    return {
      ...(apiShape(rest) as object),
      cluster: Cluster,
      ...(Tags ? { tags: apiShape(Tags) } : {}),
    };
  };
  const resource = (made: Service): PhysicalResource => ({
    physicalId: made.serviceArn!,
    attributes: { ServiceArn: made.serviceArn!, Name: made.serviceName! },
  });
  return {
    create: async (request) => {
      const { service: made } = await call<{ service: Service }>(operations, 'CreateService', {
        ...inputOf(request),
        serviceName: request.properties['ServiceName'] ?? generatedName(request),
        clientToken: request.clientToken,
      });
      await steady(context, operations, made, request);
      return resource(made);
    },
    update: async (request) => {
      const { service: made } = await call<{ service: Service }>(operations, 'UpdateService', {
        ...inputOf(request),
        service: request.existing.physicalId,
      });
      await steady(context, operations, made, request);
      return resource(made);
    },
    delete: async ({ existing, properties, progress }) => {
      const names = { cluster: properties['Cluster'], service: existing.physicalId };
      await gone(operations, 'DeleteService', { ...names, force: true });
      for (;;) {
        const now = await describe(operations, names.cluster, names.service);
        if (!now || now.status === 'INACTIVE') return;
        progress(`the ${now.runningCount} tasks of ${now.serviceName} to stop`);
        await context.clock.sleep(context.clock.speed * LOOK_MS);
      }
    },
  };
}

async function describe(
  operations: Operations,
  clusterName: unknown,
  serviceArn: string,
): Promise<Service | undefined> {
  try {
    const { services } = await call<{ services: Service[] }>(operations, 'DescribeServices', {
      cluster: clusterName,
      services: [serviceArn],
    });
    return services[0];
  } catch (error) {
    if (error instanceof Error && error.name === 'ClusterNotFoundException') return undefined;
    throw error;
  }
}

/** Until the newest deployment has completed; its failure is the resource's failure. */
async function steady(
  context: ServiceContext,
  operations: Operations,
  made: Service,
  request: ResourceRequest,
): Promise<void> {
  const wanted = made.deployments?.find((one) => one.status === 'PRIMARY')?.id;
  const patienceMs = Math.max(STEADY_WITHIN_MS, STEADY_WITHIN_REAL_MS * context.clock.speed);
  const deadline = context.clock.now() + patienceMs;
  for (;;) {
    const now = await describe(operations, made.clusterArn, made.serviceArn!);
    if (!now) throw new Error(`service ${made.serviceName} was deleted while it came up`);
    const primary = now.deployments?.find((one) => one.status === 'PRIMARY');
    const why = now.events?.find((event) => event.message?.includes('has stopped'))?.message;
    const failed = now.deployments?.find((one) => one.rolloutState === 'FAILED');
    if (failed && (failed.id === wanted || primary?.id !== wanted))
      throw new Error(
        `service ${now.serviceName}: ${failed.rolloutStateReason}${why ? ` Last: ${why}` : ''}`,
      );
    if (primary?.rolloutState === 'COMPLETED') return;
    if (context.clock.now() > deadline)
      throw new Error(
        `service ${now.serviceName} did not become steady within ${patienceMs / 60_000} minutes: ${now.runningCount} of ${now.desiredCount} tasks run.${why ? ` Last: ${why}` : ''}`,
      );
    request.progress(
      `${now.desiredCount} healthy tasks of ${now.serviceName}, ${now.runningCount} running${why ? `; last: ${why}` : ''}`,
    );
    await context.clock.sleep(context.clock.speed * LOOK_MS);
  }
}

async function gone(operations: Operations, name: string, input: object): Promise<void> {
  try {
    await operations[name]!(input, provisioning);
  } catch (error) {
    const known = ['ClusterNotFoundException', 'ServiceNotFoundException', 'ServiceNotActiveException'];
    const missing =
      error instanceof Error &&
      (known.includes(error.name) || error.message.startsWith('Unable to describe task definition'));
    if (!missing) throw error;
  }
}
