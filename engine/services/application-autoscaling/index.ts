/** Application Auto Scaling: target tracking of ECS services and Aurora readers, through real alarms. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import type { ScalingRecords } from './model.ts';
import { createOperations } from './operations.ts';
import { createResources, types } from './resources.ts';
import { createScaler } from './scaling.ts';

export const applicationAutoscaling: ServiceDefinition = {
  name: 'application-autoscaling',
  controlPlane: 'regional',
  api: {
    signingName: 'application-autoscaling',
    protocols: ['json-1.1'],
    targetPrefix: 'AnyScaleFrontendService',
    sdk: () => schemasOf('@aws-sdk/client-application-auto-scaling'),
  },
  types,
  create: (context): Service => {
    const records: ScalingRecords = {
      targets: context.store.table('targets'),
      policies: context.store.table('policies'),
      activities: context.store.table('activities'),
      movements: context.store.table('movements'),
    };
    const operations = createOperations(context, records, createScaler(context, records));
    return {
      operations,
      resources: createResources(operations),
      // Alarms act; nothing here keeps time.
      start: async () => {},
      stop: async () => {},
      status: () => ({
        targets: records.targets.values().map((one) => ({
          resource: one.resourceId,
          minimum: one.minCapacity,
          maximum: one.maxCapacity,
        })),
      }),
    };
  },
};
