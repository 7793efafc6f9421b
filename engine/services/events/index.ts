/** EventBridge: rules that run on a schedule or on events, with functions and topics as targets. */

import { nextTime, parseSchedule } from '../../time/schedule-expression.ts';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import type { EventRecords } from './model.ts';
import { createOperations } from './operations.ts';
import { createResources, types } from './resources.ts';
import { createRuntime } from './runtime.ts';

export const events: ServiceDefinition = {
  name: 'events',
  controlPlane: 'regional',
  api: {
    signingName: 'events',
    protocols: ['json-1.1'],
    targetPrefix: 'AWSEvents',
    sdk: () => schemasOf('@aws-sdk/client-eventbridge'),
  },
  types,
  create: (context): Service => {
    const records: EventRecords = { rules: context.store.table('rules') };
    const runtime = createRuntime(context, records);
    const operations = createOperations(context, records, runtime);
    return {
      operations,
      resources: createResources(operations),
      start: async () => runtime.start(),
      stop: async () => runtime.stop(),
      status: () => ({
        rules: records.rules.values().map((rule) => ({
          name: rule.name,
          state: rule.state,
          next:
            rule.scheduleExpression && rule.state === 'ENABLED'
              ? (nextTime(parseSchedule(rule.scheduleExpression), context.clock.now(), rule.createdAtMs) ??
                null)
              : null,
        })),
      }),
    };
  },
};
