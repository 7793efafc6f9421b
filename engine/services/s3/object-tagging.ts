/** Tags of objects; a change travels to the replicas, and back from them where a rule syncs modifications. */
import type {
  DeleteObjectTaggingCommandInput,
  GetObjectTaggingCommandInput,
  GetObjectTaggingCommandOutput,
  PutObjectTaggingCommandInput,
  PutObjectTaggingCommandOutput,
} from '@aws-sdk/client-s3';
import type { Caller, Output } from '../../wire/types.ts';
import { theBucket, theKey, theVersion } from './failures.ts';
import type { Tag } from './model.ts';
import { checkedTags, versionIdFor } from './object-facts.ts';
import { isReplication } from './replica-notice.ts';
import type { House } from './storage.ts';
import { enqueue } from './write-version.ts';

export function getObjectTagging(
  house: House,
  input: GetObjectTaggingCommandInput,
): Output<GetObjectTaggingCommandOutput> {
  const bucket = theBucket(house, input.Bucket);
  const version = theVersion(house, bucket.name, theKey(input.Key), input.VersionId);
  return { ...versionIdFor(bucket, version), TagSet: [...version.facts.tags] };
}

export function putObjectTagging(
  house: House,
  input: PutObjectTaggingCommandInput,
  caller: Caller,
): Promise<Output<PutObjectTaggingCommandOutput>> {
  return setTags(house, input, checkedTags(input.Tagging?.TagSet ?? []), caller);
}

export function deleteObjectTagging(
  house: House,
  input: DeleteObjectTaggingCommandInput,
  caller: Caller,
): Promise<Output<PutObjectTaggingCommandOutput>> {
  return setTags(house, input, [], caller);
}

async function setTags(
  house: House,
  input: { Bucket?: string | undefined; Key?: string | undefined; VersionId?: string | undefined },
  tags: readonly Tag[],
  caller: Caller,
): Promise<{ VersionId?: string }> {
  const { storage, context } = house;
  return await storage.database.commit(() => {
    const bucket = theBucket(house, input.Bucket);
    const version = theVersion(house, bucket.name, theKey(input.Key), input.VersionId);
    const facts = { ...version.facts, tags };
    // What replication itself brings goes no further.
    const travels =
      !isReplication(caller, context.account) && enqueue(house, bucket, 'tags', { ...version, facts });
    const source = version.replication !== 'REPLICA';
    storage.versions.amend(version, { facts, ...(travels && source ? { replication: 'PENDING' } : {}) });
    return versionIdFor(bucket, version);
  });
}
