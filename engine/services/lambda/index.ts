/** Lambda: functions of Node runtimes, each concurrent invocation in a process of its own. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import { isRunnable, type LambdaRecords } from './model.ts';
import { createOperations } from './operations.ts';
import { createResources, types } from './resources.ts';
import { createRuntime } from './runtime.ts';

export const lambda: ServiceDefinition = {
  name: 'lambda',
  controlPlane: 'regional',
  api: { signingName: 'lambda', protocols: ['rest-json'], sdk: () => schemasOf('@aws-sdk/client-lambda') },
  types,
  create: (context): Service => {
    const records: LambdaRecords = {
      functions: context.store.table('functions'),
      events: context.store.table('events'),
    };
    const runtime = createRuntime(context, records);
    const operations = createOperations(context, records, runtime);
    return {
      operations,
      resources: createResources(operations),
      start: async () => runtime.start(),
      stop: () => runtime.stop(),
      status: () => ({
        functions: records.functions
          .values()
          .map((one) => ({ name: one.name, runs: isRunnable(one), logGroup: one.logGroup })),
        environments: runtime.environmentCount(),
        waitingEvents: records.events.values().length,
      }),
    };
  },
};
