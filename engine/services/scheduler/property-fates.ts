/** Which properties of schedules are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::Scheduler::Schedule': {
    serves: [
      'Name',
      'GroupName',
      'Description',
      'State',
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'StartDate',
      'EndDate',
      'Target.Arn',
      'Target.Input',
      'Target.RetryPolicy',
    ],
    keeps: {
      FlexibleTimeWindow: 'the target is invoked at the window’s beginning',
      KmsKeyArn: 'nothing is encrypted',
      'Target.RoleArn': 'permissions are not enforced',
      'Target.DeadLetterConfig': 'what cannot be delivered is dropped with a line on the timeline',
    },
  },
  'AWS::Scheduler::ScheduleGroup': {
    serves: ['Name'],
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
