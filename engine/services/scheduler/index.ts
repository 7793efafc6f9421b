/** EventBridge Scheduler: functions and topics at their times, in a time zone of the user's choosing. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import type { SchedulerRecords } from './model.ts';
import { createOperations } from './operations.ts';
import { createResources, types } from './resources.ts';
import { createRuntime, nextOf } from './runtime.ts';

export const scheduler: ServiceDefinition = {
  name: 'scheduler',
  controlPlane: 'regional',
  api: {
    signingName: 'scheduler',
    protocols: ['rest-json'],
    sdk: () => schemasOf('@aws-sdk/client-scheduler'),
  },
  types,
  create: (context): Service => {
    const records: SchedulerRecords = {
      schedules: context.store.table('schedules'),
      groups: context.store.table('schedule-groups'),
    };
    const runtime = createRuntime(context, records);
    const operations = createOperations(context, records, runtime);
    return {
      operations,
      resources: createResources(operations),
      start: async () => runtime.start(),
      stop: async () => runtime.stop(),
      status: () => ({
        schedules: records.schedules
          .values()
          .map((one) => ({ name: one.name, next: nextOf(one, context.clock.now()) ?? null })),
      }),
    };
  },
};
