/** Which properties of rules are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::Events::Rule': {
    serves: [
      'Name',
      'Description',
      'EventBusName',
      'EventPattern',
      'ScheduleExpression',
      'State',
      'Targets.Id',
      'Targets.Arn',
      'Targets.Input',
      'Targets.InputPath',
      'Targets.InputTransformer',
      'Targets.RetryPolicy',
    ],
    keeps: {
      RoleArn: 'permissions are not enforced',
      'Targets.RoleArn': 'permissions are not enforced',
      'Targets.DeadLetterConfig': 'what cannot be delivered is dropped with a line on the timeline',
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
