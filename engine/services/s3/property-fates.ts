/** Which properties of a bucket are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::S3::Bucket': {
    serves: ['BucketName', 'VersioningConfiguration', 'ReplicationConfiguration', 'LifecycleConfiguration'],
    keeps: {
      AccessControl: 'whoever has signed may do everything',
      BucketEncryption: 'named on objects; bodies lie on disk as they came',
      PublicAccessBlockConfiguration: 'whoever has signed may do everything',
      OwnershipControls: 'whoever has signed may do everything',
      LoggingConfiguration: 'no access log is written',
      CorsConfiguration: 'no browser speaks to buckets',
      AccelerateConfiguration: 'there is no faster way in',
      AnalyticsConfigurations: 'nothing is counted or moved by it',
      IntelligentTieringConfigurations: 'nothing is counted or moved by it',
      InventoryConfigurations: 'nothing is counted or moved by it',
      MetricsConfigurations: 'nothing is counted or moved by it',
    },
    refuses: {
      NotificationConfiguration: {
        remedy: 'buckets send no events here: call what should happen from the application',
      },
      WebsiteConfiguration: {
        remedy: 'there is no website endpoint here: put CloudFront in front of the bucket',
      },
      ObjectLockEnabled: { remedy: 'objects are not locked here: leave it out' },
      ObjectLockConfiguration: { remedy: 'objects are not locked here: leave it out' },
      MetadataTableConfiguration: { remedy: 'there are no S3 Tables here: leave it out' },
      MetadataConfiguration: { remedy: 'there are no S3 Tables here: leave it out' },
      BucketNamespace: { remedy: 'names are one space here: use BucketName' },
      BucketNamePrefix: { remedy: 'names are one space here: use BucketName' },
      AbacStatus: { remedy: 'permissions are not enforced here: leave it out', unless: ['Disabled'] },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
