/**
 * A template's AWS::S3::Bucket in the words of the API. What is done, kept and refused of it is said in
 * property-fates.ts.
 */
import type {
  Tag as ApiTag,
  BucketLifecycleConfiguration,
  LifecycleRule,
  ReplicationConfiguration,
  ReplicationRule,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3';
import type { Properties } from '../contract.ts';
import { withLifecycle, withReplication, withVersioning } from './bucket-configuration.ts';
import type { Bucket, Tag } from './model.ts';
import { recordedName } from './recorded-configuration.ts';

/** Kept under the template's name and shown nowhere: the API for them is not here. */
const kept = [
  'AnalyticsConfigurations',
  'IntelligentTieringConfigurations',
  'InventoryConfigurations',
  'MetricsConfigurations',
] as const;

export function withProperties(bucket: Bucket, properties: Properties): Bucket {
  checkAccess(properties['AccessControl']);
  const { encryption: _e, lifecycle: _l, replication: _r, tags: _t, ...rest } = bucket;
  let next: Bucket = { ...rest, recorded: recordedFrom(properties) };
  const versioning: unknown = properties['VersioningConfiguration']?.Status;
  if (typeof versioning === 'string') next = withVersioning(next, versioning);
  // A versioned bucket never becomes unversioned again.
  else if (next.versioning === 'Enabled') next = { ...next, versioning: 'Suspended' };
  if (properties['BucketEncryption'])
    next = { ...next, encryption: encryption(properties['BucketEncryption']) };
  if (properties['LifecycleConfiguration'])
    next = withLifecycle(next, lifecycle(properties['LifecycleConfiguration']));
  if (properties['ReplicationConfiguration'])
    next = withReplication(next, replication(properties['ReplicationConfiguration']));
  if (properties['Tags']) next = { ...next, tags: properties['Tags'] as Tag[] };
  return next;
}

function checkAccess(access: unknown): void {
  if (typeof access === 'string' && /^Public|^Authenticated/.test(access))
    throw new Error(`AccessControl: requests must be signed here, found ${access}`);
}

function recordedFrom(properties: Properties): Record<string, unknown> {
  const recorded: Record<string, unknown> = {};
  const record = (name: string, value: unknown): void => {
    if (value !== undefined) recorded[name] = value;
  };
  record(recordedName('PublicAccessBlock'), properties['PublicAccessBlockConfiguration']);
  record(recordedName('BucketOwnershipControls'), properties['OwnershipControls']);
  const logging = properties['LoggingConfiguration'];
  if (logging)
    record(recordedName('BucketLogging'), {
      LoggingEnabled: {
        TargetBucket: logging.DestinationBucketName,
        TargetPrefix: logging.LogFilePrefix ?? '',
      },
    });
  const accelerate = properties['AccelerateConfiguration'];
  if (accelerate)
    record(recordedName('BucketAccelerateConfiguration'), { Status: accelerate.AccelerationStatus });
  // biome-ignore lint/suspicious/noExplicitAny: a template's rule, already checked against the type's schema
  const cors = properties['CorsConfiguration']?.CorsRules as readonly any[] | undefined;
  if (cors)
    record(recordedName('BucketCors'), {
      CORSRules: cors.map((rule) => ({
        ...(rule.Id ? { ID: rule.Id } : {}),
        ...(rule.MaxAge ? { MaxAgeSeconds: rule.MaxAge } : {}),
        AllowedHeaders: rule.AllowedHeaders,
        AllowedMethods: rule.AllowedMethods,
        AllowedOrigins: rule.AllowedOrigins,
        ExposeHeaders: rule.ExposedHeaders,
      })),
    });
  for (const name of kept) record(name, properties[name]);
  return recorded;
}

function encryption(property: Properties): ServerSideEncryptionConfiguration {
  return {
    Rules: (property['ServerSideEncryptionConfiguration'] as readonly Properties[]).map((rule) => ({
      ApplyServerSideEncryptionByDefault: rule['ServerSideEncryptionByDefault'],
      BucketKeyEnabled: rule['BucketKeyEnabled'] ?? false,
    })),
  };
}

function replication({ Role, Rules }: Properties): ReplicationConfiguration {
  return {
    Role,
    Rules: (Rules as readonly Properties[]).map(({ Id, Filter, ...rule }): ReplicationRule => {
      const { TagFilter, And, ...filter } = Filter ?? {};
      return {
        ...rule,
        ...(Id ? { ID: Id } : {}),
        ...(Filter
          ? {
              Filter: {
                ...filter,
                ...(TagFilter ? { Tag: TagFilter } : {}),
                ...(And ? { And: { Prefix: And.Prefix, Tags: And.TagFilters } } : {}),
              },
            }
          : {}),
      } as ReplicationRule;
    }),
  };
}

function lifecycle({ Rules }: Properties): BucketLifecycleConfiguration {
  return { Rules: (Rules as readonly Properties[]).map(lifecycleRule) };
}

function lifecycleRule(rule: Properties): LifecycleRule {
  const transitions = [...(rule['Transitions'] ?? []), ...(rule['Transition'] ? [rule['Transition']] : [])];
  const noncurrent = [
    ...(rule['NoncurrentVersionTransitions'] ?? []),
    ...(rule['NoncurrentVersionTransition'] ? [rule['NoncurrentVersionTransition']] : []),
  ];
  const expiration = {
    ...(rule['ExpirationInDays'] === undefined ? {} : { Days: Number(rule['ExpirationInDays']) }),
    ...(rule['ExpirationDate'] === undefined ? {} : { Date: new Date(rule['ExpirationDate']) }),
    ...(rule['ExpiredObjectDeleteMarker'] ? { ExpiredObjectDeleteMarker: true } : {}),
  };
  const noncurrentExpiration =
    rule['NoncurrentVersionExpiration'] ??
    (rule['NoncurrentVersionExpirationInDays'] === undefined
      ? undefined
      : { NoncurrentDays: rule['NoncurrentVersionExpirationInDays'] });
  return {
    ...(rule['Id'] ? { ID: rule['Id'] } : {}),
    Status: rule['Status'],
    Filter: filterOf(rule),
    ...(Object.keys(expiration).length > 0 ? { Expiration: expiration } : {}),
    ...(transitions.length > 0
      ? {
          Transitions: transitions.map(({ StorageClass, TransitionInDays, TransitionDate }) => ({
            StorageClass,
            ...(TransitionDate ? { Date: new Date(TransitionDate) } : { Days: Number(TransitionInDays) }),
          })),
        }
      : {}),
    ...(noncurrent.length > 0
      ? {
          NoncurrentVersionTransitions: noncurrent.map(({ StorageClass, TransitionInDays }) => ({
            StorageClass,
            NoncurrentDays: Number(TransitionInDays),
          })),
        }
      : {}),
    ...(noncurrentExpiration ? { NoncurrentVersionExpiration: noncurrentExpiration } : {}),
    ...(rule['AbortIncompleteMultipartUpload']
      ? { AbortIncompleteMultipartUpload: rule['AbortIncompleteMultipartUpload'] }
      : {}),
  };
}

function filterOf(rule: Properties): NonNullable<LifecycleRule['Filter']> {
  const tags = rule['TagFilters'] as ApiTag[] | undefined;
  const over = rule['ObjectSizeGreaterThan'] as number | string | undefined;
  const under = rule['ObjectSizeLessThan'] as number | string | undefined;
  const prefix = (rule['Prefix'] as string | undefined) ?? '';
  if (!tags && over === undefined && under === undefined) return { Prefix: prefix };
  return {
    And: {
      Prefix: prefix,
      ...(tags ? { Tags: tags } : {}),
      ...(over === undefined ? {} : { ObjectSizeGreaterThan: Number(over) }),
      ...(under === undefined ? {} : { ObjectSizeLessThan: Number(under) }),
    },
  };
}
