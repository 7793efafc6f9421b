/** Elastic Load Balancing (Application Load Balancers): a node in each zone, on real sockets. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import type { Records } from './model.ts';
import { createOperations } from './operations.ts';
import { createResources, types } from './resources.ts';
import { Runtime } from './runtime.ts';

export const elbv2: ServiceDefinition = {
  name: 'elbv2',
  controlPlane: 'regional',
  api: {
    signingName: 'elasticloadbalancing',
    protocols: ['query'],
    sdk: () => schemasOf('@aws-sdk/client-elastic-load-balancing-v2'),
  },
  types,
  create: (context): Service => {
    const records: Records = {
      loadBalancers: context.store.table('load-balancers'),
      targetGroups: context.store.table('target-groups'),
      targets: context.store.table('targets'),
      listeners: context.store.table('listeners'),
      rules: context.store.table('rules'),
    };
    const runtime = new Runtime(context, records);
    const operations = createOperations(context, records, runtime, (id) => runtime.healthOf(id));
    return {
      operations,
      resources: createResources(operations),
      start: () => runtime.start(),
      stop: () => runtime.stop(),
      status: () => runtime.status(),
    };
  },
};
