/** Buckets themselves: CreateBucket, DeleteBucket, HeadBucket, ListBuckets, GetBucketLocation. */
import type {
  BucketLocationConstraint,
  CreateBucketCommandInput,
  CreateBucketCommandOutput,
  DeleteBucketCommandInput,
  GetBucketLocationCommandInput,
  GetBucketLocationCommandOutput,
  HeadBucketCommandInput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError, type Output } from '../../wire/types.ts';
import { failures, theBucket } from './failures.ts';
import type { Bucket } from './model.ts';
import type { House } from './storage.ts';

export async function createBucket(
  house: House,
  input: CreateBucketCommandInput,
): Promise<Output<CreateBucketCommandOutput>> {
  const name = checkedName(input.Bucket);
  const { region } = house.context;
  const wanted = input.CreateBucketConfiguration?.LocationConstraint ?? 'us-east-1';
  if (wanted !== region)
    throw failures.invalid(
      'IllegalLocationConstraintException',
      `The ${wanted} location constraint is incompatible for the region specific endpoint this request was sent to (${region}).`,
    );
  if (input.ObjectLockEnabledForBucket)
    throw new AwsError('NotImplemented', 'Object Lock is not available here', 501);
  await house.storage.buckets.put(name, (existing) => {
    if (existing)
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
        { BucketName: name },
      );
    return newBucket(name, house.context.clock.now());
  });
  return { Location: `/${name}` };
}

export function newBucket(name: string, nowMs: number): Bucket {
  return { name, createdMs: Math.floor(nowMs), versioning: 'Unversioned', recorded: {} };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function checkedName(name: string | undefined): string {
  const good = /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/.test(name ?? '');
  if (!good || /\.\.|^\d+\.\d+\.\d+\.\d+$|^xn--|-s3alias$/.test(name ?? ''))
    throw failures.invalid(
      'InvalidBucketName',
      `The specified bucket is not valid: a name has 3 to 63 lower-case letters, digits, dots and hyphens, found ${JSON.stringify(name)}`,
      { BucketName: name },
    );
  return name as string;
}

export async function deleteBucket(
  house: House,
  input: Pick<DeleteBucketCommandInput, 'Bucket'>,
): Promise<Record<string, never>> {
  const { buckets, versions, uploads } = house.storage;
  const { name } = theBucket(house, input.Bucket);
  await buckets.delete(name, () => {
    theBucket(house, name);
    if (versions.anyIn(name))
      throw new AwsError(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
        409,
        { BucketName: name },
      );
    for (const { id } of uploads.ofBucket(name)) uploads.remove(id, new Set());
  });
  return {};
}

export function headBucket(
  house: House,
  input: Pick<HeadBucketCommandInput, 'Bucket'>,
): Output<HeadBucketCommandOutput> {
  const { name } = theBucket(house, input.Bucket);
  return {
    BucketRegion: house.context.region,
    BucketArn: `arn:aws:s3:::${name}`,
    AccessPointAlias: false,
  };
}

export function getBucketLocation(
  house: House,
  input: GetBucketLocationCommandInput,
): Output<GetBucketLocationCommandOutput> {
  theBucket(house, input.Bucket);
  const { region } = house.context;
  // us-east-1 answers with an empty element, since it is older than the constraint.
  return region === 'us-east-1' ? {} : { LocationConstraint: region as BucketLocationConstraint };
}

export function listBuckets(house: House, input: ListBucketsCommandInput): Output<ListBucketsCommandOutput> {
  const { context, storage } = house;
  const prefix = input.Prefix ?? '';
  const after = input.ContinuationToken ?? '';
  const all = storage.buckets.all().filter(({ name }) => name.startsWith(prefix) && name > after);
  const page = all.slice(0, input.MaxBuckets ?? 10_000);
  const last = page.at(-1);
  return {
    Buckets: page.map(({ name, createdMs }) => ({
      Name: name,
      CreationDate: new Date(createdMs),
      BucketRegion: context.region,
    })),
    Owner: { ID: owner(context.account) },
    ...(input.Prefix ? { Prefix: input.Prefix } : {}),
    ...(last && page.length < all.length ? { ContinuationToken: last.name } : {}),
  };
}

/** A canonical user id is 64 hexadecimal digits. */
export function owner(account: string): string {
  return account.padStart(64, '0');
}
