/** What a template may say about Cloud Map: namespaces and services. Instances are registered by ECS. */
import type { Operations } from '../../wire/types.ts';
import type { Fate, PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedName } from '../recorded.ts';
import { hostedZoneId } from './operations.ts';
import { propertyFates } from './property-fates.ts';

export const types: Readonly<Record<string, Fate>> = {
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {
    fate: 'runs',
    properties: propertyFates['AWS::ServiceDiscovery::PrivateDnsNamespace'],
  },
  'AWS::ServiceDiscovery::HttpNamespace': {
    fate: 'runs',
    properties: propertyFates['AWS::ServiceDiscovery::HttpNamespace'],
  },
  'AWS::ServiceDiscovery::Service': {
    fate: 'runs',
    properties: propertyFates['AWS::ServiceDiscovery::Service'],
  },
};

export function createResources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::ServiceDiscovery::PrivateDnsNamespace': namespace(operations, 'CreatePrivateDnsNamespace'),
    'AWS::ServiceDiscovery::HttpNamespace': namespace(operations, 'CreateHttpNamespace'),
    'AWS::ServiceDiscovery::Service': service(operations),
  };
}

function namespace(operations: Operations, action: string): ResourceHandler {
  return {
    replaceOn: ['Name', 'Vpc'],
    create: async ({ properties, clientToken }) => {
      const { OperationId } = await operations[action]!(
        { ...inputOf(properties), CreatorRequestId: clientToken },
        provisioning,
      );
      const { Namespace } = await operations['GetNamespace']!({ Id: OperationId }, provisioning);
      return {
        physicalId: Namespace.Id,
        attributes: {
          Id: Namespace.Id,
          Arn: Namespace.Arn,
          ...(action === 'CreateHttpNamespace' ? {} : { HostedZoneId: hostedZoneId(Namespace.Id) }),
        },
      };
    },
    update: async ({ existing }) => existing,
    delete: ({ existing }) => gone(operations, 'DeleteNamespace', { Id: existing.physicalId }),
  };
}

function inputOf(properties: Properties): object {
  const { Tags: _tags, Properties: _properties, ...rest } = properties;
  return rest;
}

function service(operations: Operations): ResourceHandler {
  return {
    replaceOn: ['Name', 'NamespaceId', 'HealthCheckCustomConfig', 'Type', 'DnsConfig'],
    create: async (request) => {
      const { properties, clientToken } = request;
      const { Service } = await operations['CreateService']!(
        {
          ...inputOf(properties),
          Name: properties['Name'] ?? generatedName(request).toLowerCase(),
          CreatorRequestId: clientToken,
        },
        provisioning,
      );
      return resource(Service);
    },
    update: async ({ existing }) => existing,
    delete: ({ existing }) => gone(operations, 'DeleteService', { Id: existing.physicalId }),
  };
}

function resource(made: {
  readonly Id: string;
  readonly Arn: string;
  readonly Name: string;
}): PhysicalResource {
  return { physicalId: made.Id, attributes: { Id: made.Id, Arn: made.Arn, Name: made.Name } };
}

async function gone(operations: Operations, name: string, input: object): Promise<void> {
  try {
    await operations[name]!(input, provisioning);
  } catch (error) {
    if (!(error instanceof Error && /^(Namespace|Service)NotFound$/.test(error.name))) throw error;
  }
}
