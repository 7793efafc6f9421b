/** What a template may say: alarms, composite alarms, dashboards. Property names are those of the operations. */
import type { PutCompositeAlarmCommandInput, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
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
  const alarmArn = (name: string): string =>
    `arn:aws:cloudwatch:${context.region}:${context.account}:alarm:${name}`;

  const alarm = (operation: 'PutMetricAlarm' | 'PutCompositeAlarm'): ResourceHandler => {
    const put = async (request: ResourceRequest, name: string): Promise<PhysicalResource> => {
      await call(
        operation,
        operation === 'PutMetricAlarm'
          ? metricAlarm(name, request.properties)
          : compositeAlarm(name, request.properties),
      );
      return { physicalId: name, attributes: { Arn: alarmArn(name) } };
    };
    return {
      create: (request) => put(request, request.properties['AlarmName'] ?? generatedName(request)),
      update: (request) => put(request, request.existing.physicalId),
      delete: ({ existing }) => call('DeleteAlarms', { AlarmNames: [existing.physicalId] }),
      replaceOn: ['AlarmName'],
    };
  };

  const putDashboard = async (request: ResourceRequest, name: string): Promise<PhysicalResource> => {
    await call('PutDashboard', { DashboardName: name, DashboardBody: request.properties['DashboardBody'] });
    return { physicalId: name, attributes: {} };
  };
  return {
    'AWS::CloudWatch::Alarm': alarm('PutMetricAlarm'),
    'AWS::CloudWatch::CompositeAlarm': alarm('PutCompositeAlarm'),
    'AWS::CloudWatch::Dashboard': {
      create: (request) =>
        putDashboard(request, request.properties['DashboardName'] ?? generatedName(request)),
      update: (request) => putDashboard(request, request.existing.physicalId),
      delete: ({ existing }) => call('DeleteDashboards', { DashboardNames: [existing.physicalId] }),
      replaceOn: ['DashboardName'],
    },
  };
}

/** As CloudFormation makes them: stack, logical id and letters that follow from the token. */
function generatedName({ stack, logicalId, clientToken }: ResourceRequest): string {
  return `${stack.name}-${logicalId}-${clientToken
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(-12)
    .toUpperCase()}`;
}

function metricAlarm(name: string, properties: Properties): PutMetricAlarmCommandInput {
  const { Threshold, Period, EvaluationPeriods, DatapointsToAlarm, Metrics, ...rest } = properties;
  return {
    ...(rest as Omit<PutMetricAlarmCommandInput, 'AlarmName'>),
    AlarmName: name,
    ComparisonOperator: rest['ComparisonOperator'],
    // Templates may write numbers as strings.
    ...numbers({ Threshold, Period, EvaluationPeriods, DatapointsToAlarm }),
    EvaluationPeriods: Number(EvaluationPeriods),
    ...(Metrics ? { Metrics } : {}),
  };
}

function compositeAlarm(name: string, properties: Properties): PutCompositeAlarmCommandInput {
  return {
    ...(properties as Omit<PutCompositeAlarmCommandInput, 'AlarmName'>),
    AlarmName: name,
    AlarmRule: properties['AlarmRule'],
  };
}

function numbers(values: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, Number(value)]])),
  );
}
