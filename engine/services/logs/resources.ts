/** What a template may say: log groups, streams, metric filters; subscription filters are kept. */
import type { Operations } from '../../wire/types.ts';
import type {
  PhysicalResource,
  Properties,
  ResourceHandler,
  ResourceRequest,
  ServiceContext,
} from '../contract.ts';
import { provisioning } from '../provisioning.ts';

export function resources(
  context: ServiceContext,
  operations: Operations,
): Readonly<Record<string, ResourceHandler>> {
  const call = async (operation: string, input: object): Promise<void> => {
    await operations[operation]?.(input, provisioning);
  };
  /** Repeats after a crash and deletes of what is gone find what they want. */
  const unless = (code: string, done: Promise<void>): Promise<void> =>
    done.catch((error: Error & { code?: string }) => {
      if (error.code !== code) throw error;
    });
  const gone = (operation: string, input: object): Promise<void> =>
    unless('ResourceNotFoundException', call(operation, input));
  const retention = (name: string, { RetentionInDays: days }: Properties): Promise<void> =>
    days === undefined
      ? call('DeleteRetentionPolicy', { logGroupName: name })
      : call('PutRetentionPolicy', { logGroupName: name, retentionInDays: Number(days) });
  const group = (name: string): PhysicalResource => ({
    physicalId: name,
    attributes: { Arn: `arn:aws:logs:${context.region}:${context.account}:log-group:${name}:*` },
  });
  const putFilter = async (request: ResourceRequest, name: string): Promise<PhysicalResource> => {
    await call('PutMetricFilter', metricFilter(name, request.properties));
    return { physicalId: name, attributes: {} };
  };
  return {
    'AWS::Logs::LogGroup': {
      create: async (request) => {
        const name = request.properties['LogGroupName'] ?? generatedName(request);
        await unless('ResourceAlreadyExistsException', call('CreateLogGroup', { logGroupName: name }));
        await retention(name, request.properties);
        return group(name);
      },
      update: async ({ properties, existing }) => {
        await retention(existing.physicalId, properties);
        return group(existing.physicalId);
      },
      delete: ({ existing }) => gone('DeleteLogGroup', { logGroupName: existing.physicalId }),
      replaceOn: ['LogGroupName'],
    },
    'AWS::Logs::LogStream': {
      create: async (request) => {
        const { LogGroupName, LogStreamName = generatedName(request) } = request.properties;
        const input = { logGroupName: LogGroupName, logStreamName: LogStreamName };
        await unless('ResourceAlreadyExistsException', call('CreateLogStream', input));
        return { physicalId: LogStreamName, attributes: {} };
      },
      delete: ({ properties, existing }) =>
        gone('DeleteLogStream', {
          logGroupName: properties['LogGroupName'],
          logStreamName: existing.physicalId,
        }),
    },
    'AWS::Logs::MetricFilter': {
      create: (request) => putFilter(request, request.properties['FilterName'] ?? generatedName(request)),
      update: (request) => putFilter(request, request.existing.physicalId),
      delete: ({ properties, existing }) =>
        gone('DeleteMetricFilter', {
          logGroupName: properties['LogGroupName'],
          filterName: existing.physicalId,
        }),
      replaceOn: ['FilterName', 'LogGroupName'],
    },
    'AWS::Logs::SubscriptionFilter': {
      create: async (request) => ({
        physicalId: request.properties['FilterName'] ?? generatedName(request),
        attributes: {},
      }),
      update: async ({ existing }) => existing,
      delete: async () => {},
      replaceOn: ['FilterName', 'LogGroupName'],
    },
  };
}

function generatedName({ stack, logicalId, clientToken }: ResourceRequest): string {
  return `${stack.name}-${logicalId}-${clientToken.replace(/[^A-Za-z0-9]/g, '').slice(-12)}`;
}

function metricFilter(name: string, properties: Properties): object {
  const transformations = (properties['MetricTransformations'] ?? []) as readonly Properties[];
  return {
    logGroupName: properties['LogGroupName'],
    filterName: name,
    filterPattern: properties['FilterPattern'] ?? '',
    metricTransformations: transformations.map((one) => ({
      metricName: one['MetricName'],
      metricNamespace: one['MetricNamespace'],
      metricValue: String(one['MetricValue']),
      ...(one['DefaultValue'] === undefined ? {} : { defaultValue: Number(one['DefaultValue']) }),
      ...(one['Unit'] === undefined ? {} : { unit: one['Unit'] }),
      ...(one['Dimensions'] === undefined
        ? {}
        : {
            dimensions: Object.fromEntries(
              (one['Dimensions'] as readonly { Key: string; Value: string }[]).map(({ Key, Value }) => [
                Key,
                Value,
              ]),
            ),
          }),
    })),
  };
}
