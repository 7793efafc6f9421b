/** Which properties of log groups, streams and filters are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::Logs::LogGroup': {
    serves: ['LogGroupName', 'RetentionInDays'],
    keeps: {
      KmsKeyId: 'events are not encrypted',
      LogGroupClass: 'every group is of the standard class',
      FieldIndexPolicies: 'events are read one by one',
      ResourcePolicyDocument: 'permissions are not enforced',
    },
    refuses: {
      DataProtectionPolicy: { remedy: 'events are not masked here: leave the sensitive data out' },
      DeletionProtectionEnabled: {
        remedy: 'a deleted stack takes its groups with it here: use DeletionPolicy Retain',
      },
      BearerTokenAuthenticationEnabled: { remedy: 'requests must be signed here: leave it out' },
    },
  },
  'AWS::Logs::LogStream': {
    serves: ['LogGroupName', 'LogStreamName'],
  },
  'AWS::Logs::MetricFilter': {
    serves: ['LogGroupName', 'FilterName', 'FilterPattern', 'MetricTransformations'],
    refuses: {
      ApplyOnTransformedLogs: { remedy: 'filters see events as they came: leave it out' },
      EmitSystemFieldDimensions: { remedy: 'filters see events as they came: leave it out' },
      FieldSelectionCriteria: { remedy: 'filters see events as they came: leave it out' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
