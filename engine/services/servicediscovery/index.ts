/** Cloud Map: services found by private names and by API, with the health that ECS tells it. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import type { DiscoveryRecords } from './model.ts';
import { createOperations } from './operations.ts';
import { createResources, types } from './resources.ts';

export const servicediscovery: ServiceDefinition = {
  name: 'servicediscovery',
  controlPlane: 'regional',
  api: {
    signingName: 'servicediscovery',
    protocols: ['json-1.1'],
    targetPrefix: 'Route53AutoNaming_v20170314',
    sdk: () => schemasOf('@aws-sdk/client-servicediscovery'),
  },
  types,
  create: (context): Service => {
    const records: DiscoveryRecords = {
      namespaces: context.store.table('namespaces'),
      services: context.store.table('services'),
      instances: context.store.table('instances'),
    };
    const operations = createOperations(context, records);
    return {
      operations,
      resources: createResources(operations),
      start: async () => {},
      stop: async () => {},
      status: () => ({
        services: records.services.values().map((one) => ({
          name: `${one.name}.${records.namespaces.get(one.namespaceId)?.name ?? ''}`,
          instances: records.instances.values().filter((instance) => instance.serviceId === one.id).length,
        })),
      }),
    };
  },
};
