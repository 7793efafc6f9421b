/** Which properties of functions are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::Lambda::Function': {
    serves: [
      'FunctionName',
      'Description',
      'Runtime',
      'Handler',
      'Role',
      'Timeout',
      'MemorySize',
      'ReservedConcurrentExecutions',
      'PackageType',
      'Environment',
      'LoggingConfig.LogGroup',
      'LoggingConfig.LogFormat',
      'Code.S3Bucket',
      'Code.S3Key',
      'Code.ZipFile',
      'Code.ImageUri',
    ],
    keeps: {
      Architectures: 'the machine’s own',
      Layers: 'the function’s own code is all there is',
      VpcConfig: 'every function reaches every address of its region',
      DeadLetterConfig: 'failed events are dropped with a line on the timeline',
      TracingConfig: 'nothing is traced',
      KmsKeyArn: 'variables are not encrypted',
      EphemeralStorage: 'the disk is the machine’s',
      ImageConfig: 'image functions are kept and do not run',
      RuntimeManagementConfig: 'the Node of the engine runs',
      SnapStart: 'environments start from nothing',
      CodeSigningConfigArn: 'code is not checked for signatures',
      RecursiveLoop: 'loops are not detected',
      'LoggingConfig.ApplicationLogLevel': 'every line is kept',
      'LoggingConfig.SystemLogLevel': 'every line is kept',
      'Code.S3ObjectVersion': 'assets have one version',
      'Code.SourceKMSKeyArn': 'nothing is encrypted',
    },
    refuses: {
      FileSystemConfigs: { remedy: 'functions have no file systems here: keep state in a bucket' },
      DurableConfig: { remedy: 'only plain functions run here: leave it out' },
      CapacityProviderConfig: { remedy: 'only plain functions run here: leave it out' },
      TenancyConfig: { remedy: 'only plain functions run here: leave it out' },
      FunctionScalingConfig: { remedy: 'only plain functions run here: leave it out' },
      PublishToLatestPublished: { remedy: 'only plain functions run here: leave it out' },
    },
  },
  'AWS::Lambda::EventInvokeConfig': {
    serves: ['FunctionName', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds'],
    keeps: {
      Qualifier: 'every version runs the newest code',
      DestinationConfig: 'results are delivered nowhere',
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
