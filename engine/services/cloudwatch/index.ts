/**
 * CloudWatch: metrics in memory, alarms that are evaluated and act, dashboards that are kept. The logs, the
 * balancers, the databases and the tasks put their metrics by PutMetricData like anybody else.
 */

import type { Timer } from '../../time/clock.ts';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceContext, ServiceDefinition } from '../contract.ts';
import { alarmOperations } from './alarm-operations.ts';
import { openAlarms } from './alarms.ts';
import { dashboardOperations } from './dashboard-operations.ts';
import { MINUTE_MS } from './datapoints.ts';
import { metricOperations } from './metric-operations.ts';
import { openMetrics } from './metrics.ts';
import { propertyFates } from './property-fates.ts';
import { resources } from './resources.ts';

/** The shortest evaluation interval; longer ones are multiples of it. */
const TICK_MS = 10_000;

export const cloudwatch: ServiceDefinition = {
  name: 'cloudwatch',
  controlPlane: 'regional',
  api: {
    signingName: 'monitoring',
    protocols: ['query', 'json-1.0', 'rpc-v2-cbor'],
    targetPrefix: 'GraniteServiceVersion20100801',
    sdk: () => schemasOf('@aws-sdk/client-cloudwatch'),
  },
  types: {
    'AWS::CloudWatch::Alarm': { fate: 'runs', properties: propertyFates['AWS::CloudWatch::Alarm'] },
    'AWS::CloudWatch::CompositeAlarm': {
      fate: 'runs',
      properties: propertyFates['AWS::CloudWatch::CompositeAlarm'],
    },
    'AWS::CloudWatch::Dashboard': { fate: 'recorded', note: 'kept and returned; nothing draws it' },
  },
  create,
};

function create(context: ServiceContext): Service {
  const metrics = openMetrics(context.store, context.clock.now());
  const alarms = openAlarms(context, metrics);
  const operations = {
    ...metricOperations(metrics, context.clock),
    ...alarmOperations(context, alarms),
    ...dashboardOperations(context),
  };
  let flushedMs = context.clock.now();
  let timer: Timer | undefined;
  const tick = (): void => {
    const now = context.clock.now();
    alarms.evaluate(now);
    if (now - flushedMs < MINUTE_MS) return;
    flushedMs = now;
    metrics.flush(now);
  };
  return {
    operations,
    resources: resources(context, operations),
    start: async () => {
      timer = context.clock.every(TICK_MS, tick);
    },
    stop: async () => {
      timer?.stop();
      metrics.flush(context.clock.now());
    },
    status: () => ({
      metrics: metrics.all().length,
      alarms: alarms.table.values().map(({ name, state, reason, stateUpdatedMs }) => ({
        name,
        state,
        reason,
        since: new Date(stateUpdatedMs).toISOString(),
      })),
    }),
  };
}
