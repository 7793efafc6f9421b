/** CloudWatch Logs: groups, streams and events in files; metrics out of events by EMF and metric filters. */
import type { Timer } from '../../time/clock.ts';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceContext, ServiceDefinition } from '../contract.ts';
import { openArchive } from './archive.ts';
import { operations } from './operations.ts';
import { propertyFates } from './property-fates.ts';
import { resources } from './resources.ts';

const MAINTENANCE_MS = 60_000;

export const logs: ServiceDefinition = {
  name: 'logs',
  controlPlane: 'regional',
  api: {
    signingName: 'logs',
    protocols: ['json-1.1'],
    targetPrefix: 'Logs_20140328',
    sdk: () => schemasOf('@aws-sdk/client-cloudwatch-logs'),
  },
  types: {
    'AWS::Logs::LogGroup': { fate: 'runs', properties: propertyFates['AWS::Logs::LogGroup'] },
    'AWS::Logs::LogStream': { fate: 'runs', properties: propertyFates['AWS::Logs::LogStream'] },
    'AWS::Logs::MetricFilter': { fate: 'runs', properties: propertyFates['AWS::Logs::MetricFilter'] },
    'AWS::Logs::SubscriptionFilter': { fate: 'recorded', note: 'events are not sent on to its destination' },
  },
  create,
};

function create(context: ServiceContext): Service {
  const archive = openArchive(context);
  const table = operations(context, archive);
  let timer: Timer | undefined;
  return {
    operations: table,
    resources: resources(context, table),
    start: async () => {
      timer = context.clock.every(MAINTENANCE_MS, () => archive.maintain(context.clock.now()));
    },
    stop: async () => {
      timer?.stop();
      archive.maintain(context.clock.now());
    },
    status: () => ({
      groups: archive.groups.values().map(({ name, retentionInDays }) => ({
        name,
        streams: archive.streams(name).length,
        retentionInDays: retentionInDays ?? null,
      })),
    }),
  };
}
