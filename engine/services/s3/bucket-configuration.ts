/**
 * What a bucket is told about itself: versioning, replication and lifecycle, which change what it does, and
 * the rest, which is kept and returned.
 */
import type {
  DeleteBucketReplicationCommandInput,
  GetBucketLifecycleConfigurationCommandOutput,
  GetBucketPolicyCommandOutput,
  GetBucketReplicationCommandOutput,
  GetBucketVersioningCommandOutput,
  PutBucketLifecycleConfigurationCommandInput,
  PutBucketPolicyCommandInput,
  PutBucketReplicationCommandInput,
  PutBucketTaggingCommandInput,
  PutBucketVersioningCommandInput,
  ReplicationConfiguration,
} from '@aws-sdk/client-s3';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import { owner } from './buckets.ts';
import { failures, theBucket } from './failures.ts';
import type { Bucket } from './model.ts';
import { checkedTags } from './object-facts.ts';
import { bucketOfArn } from './replication-rules.ts';
import type { House } from './storage.ts';

type Named = { readonly Bucket?: string | undefined };

export function change(house: House, input: Named, to: (bucket: Bucket) => Bucket): Promise<Bucket> {
  return house.storage.buckets.put(input.Bucket ?? '', () => to(theBucket(house, input.Bucket)));
}

export function bucketConfiguration(house: House): Operations {
  const changed = async (input: Named, to: (bucket: Bucket) => Bucket): Promise<object> => {
    await change(house, input, to);
    return {};
  };
  return {
    PutBucketVersioning: (input: PutBucketVersioningCommandInput) =>
      changed(input, (bucket) => withVersioning(bucket, input.VersioningConfiguration?.Status)),
    GetBucketVersioning: (input: Named): Output<GetBucketVersioningCommandOutput> => {
      const { versioning } = theBucket(house, input.Bucket);
      return versioning === 'Unversioned' ? {} : { Status: versioning };
    },
    PutBucketReplication: (input: PutBucketReplicationCommandInput) =>
      changed(input, (bucket) => withReplication(bucket, input.ReplicationConfiguration)),
    GetBucketReplication: (input: Named): Output<GetBucketReplicationCommandOutput> => {
      const { replication, name } = theBucket(house, input.Bucket);
      if (!replication)
        throw failures.notConfigured(
          'ReplicationConfigurationNotFoundError',
          'The replication configuration was not found',
          name,
        );
      return { ReplicationConfiguration: replication };
    },
    DeleteBucketReplication: (input: DeleteBucketReplicationCommandInput) =>
      changed(input, ({ replication: _, ...bucket }) => bucket),
    PutBucketLifecycleConfiguration: (input: PutBucketLifecycleConfigurationCommandInput) =>
      changed(input, (bucket) => withLifecycle(bucket, input.LifecycleConfiguration)),
    GetBucketLifecycleConfiguration: (input: Named): Output<GetBucketLifecycleConfigurationCommandOutput> => {
      const { lifecycle, name } = theBucket(house, input.Bucket);
      if (!lifecycle)
        throw failures.notConfigured(
          'NoSuchLifecycleConfiguration',
          'The lifecycle configuration does not exist',
          name,
        );
      return { Rules: lifecycle.Rules ?? [] };
    },
    DeleteBucketLifecycle: (input: Named) => changed(input, ({ lifecycle: _, ...bucket }) => bucket),
    PutBucketPolicy: (input: PutBucketPolicyCommandInput) =>
      changed(input, (bucket) => ({ ...bucket, policy: checkedPolicy(input.Policy) })),
    GetBucketPolicy: (input: Named): Output<GetBucketPolicyCommandOutput> => {
      const { policy, name } = theBucket(house, input.Bucket);
      if (policy === undefined)
        throw failures.notConfigured('NoSuchBucketPolicy', 'The bucket policy does not exist', name);
      return { Policy: policy };
    },
    DeleteBucketPolicy: (input: Named) => changed(input, ({ policy: _, ...bucket }) => bucket),
    PutBucketTagging: (input: PutBucketTaggingCommandInput) =>
      changed(input, (bucket) => ({ ...bucket, tags: checkedTags(input.Tagging?.TagSet ?? [], 50) })),
    GetBucketTagging: (input: Named) => {
      const { tags, name } = theBucket(house, input.Bucket);
      if (!tags) throw failures.notConfigured('NoSuchTagSet', 'The TagSet does not exist', name);
      return { TagSet: tags };
    },
    DeleteBucketTagging: (input: Named) => changed(input, ({ tags: _, ...bucket }) => bucket),
    GetBucketAcl: (input: Named) => {
      theBucket(house, input.Bucket);
      const ID = owner(house.context.account);
      return {
        Owner: { ID },
        Grants: [{ Grantee: { ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }],
      };
    },
    GetBucketEncryption: (input: Named) => {
      const bucket = theBucket(house, input.Bucket);
      return { ServerSideEncryptionConfiguration: bucket.encryption ?? everyBucketsEncryption };
    },
  };
}

/** Since January 2023 every new bucket encrypts with SSE-S3. */
const everyBucketsEncryption = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

export function withVersioning(bucket: Bucket, status: string | undefined): Bucket {
  if (status !== 'Enabled' && status !== 'Suspended')
    throw failures.invalid(
      'IllegalVersioningConfigurationException',
      `Status must be Enabled or Suspended, found ${status}`,
    );
  if (status === 'Suspended' && bucket.replication)
    throw new AwsError(
      'InvalidBucketState',
      'A replication configuration is present on this bucket, so the versioning state cannot be changed.',
      409,
      { BucketName: bucket.name },
    );
  return { ...bucket, versioning: status };
}

export function withReplication(bucket: Bucket, configuration: ReplicationConfiguration | undefined): Bucket {
  if (bucket.versioning !== 'Enabled')
    throw failures.invalid(
      'InvalidRequest',
      "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    );
  const rules = configuration?.Rules ?? [];
  if (!configuration || rules.length === 0)
    throw failures.invalid('MalformedXML', 'A replication configuration has one rule at least');
  for (const { Destination, ID } of rules) {
    const destination = bucketOfArn(Destination?.Bucket);
    if (!destination || destination === bucket.name)
      throw failures.invalid(
        'InvalidArgument',
        `Destination of rule ${ID ?? ''} must be the ARN of another bucket, found ${Destination?.Bucket}`,
      );
  }
  const named = rules.map((rule, index) => ({ ...rule, ID: rule.ID ?? `rule-${index + 1}` }));
  return { ...bucket, replication: { ...configuration, Rules: named } };
}

export function withLifecycle(
  bucket: Bucket,
  configuration: { readonly Rules?: NonNullable<Bucket['lifecycle']>['Rules'] } | undefined,
): Bucket {
  const rules = (configuration?.Rules ?? []).map((rule, index) => ({
    ...rule,
    ID: rule.ID ?? `rule-${index + 1}`,
  }));
  if (rules.length === 0)
    throw failures.invalid('MalformedXML', 'A lifecycle configuration has one rule at least');
  for (const rule of rules)
    if (rule.Expiration?.Date || rule.Transitions?.some((transition) => transition.Date))
      throw new AwsError('NotImplemented', `Rule ${rule.ID} counts by date; here it must count by days`, 501);
  return { ...bucket, lifecycle: { Rules: rules } };
}

export function checkedPolicy(policy: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(policy ?? '');
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('not an object');
  } catch {
    throw failures.invalid('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'");
  }
  return policy as string;
}
