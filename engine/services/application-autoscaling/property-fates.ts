/** Which properties of scalable targets and scaling policies are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    serves: [
      'ResourceId',
      'ServiceNamespace',
      'ScalableDimension',
      'MinCapacity',
      'MaxCapacity',
      'SuspendedState',
    ],
    keeps: {
      RoleARN: 'permissions are not enforced',
    },
    refuses: {
      ScheduledActions: {
        remedy: 'scheduled actions do not run here: use a schedule of EventBridge Scheduler',
      },
    },
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': {
    serves: [
      'PolicyName',
      'PolicyType',
      'ResourceId',
      'ServiceNamespace',
      'ScalableDimension',
      'ScalingTargetId',
      'TargetTrackingScalingPolicyConfiguration',
    ],
    refuses: {
      StepScalingPolicyConfiguration: {
        remedy: 'only target tracking scales here: use TargetTrackingScalingPolicyConfiguration',
      },
      PredictiveScalingPolicyConfiguration: {
        remedy: 'only target tracking scales here: use TargetTrackingScalingPolicyConfiguration',
      },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
