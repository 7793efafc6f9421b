/**
 * Bucket configurations that are accepted, kept and returned, and change nothing here: one line each. What
 * would be missed if it did not happen (notifications, website hosting) is not among them.
 */
import { AwsError, type Operations } from '../../wire/types.ts';
import { change } from './bucket-configuration.ts';
import { failures, theBucket } from './failures.ts';
import type { House } from './storage.ts';

interface RecordedConfiguration {
  /** As in Put<name>, Get<name>, Delete<name>. */
  readonly name: string;
  /** Member of the input that holds it. */
  readonly input: string;
  /** Member of the output; '' spreads it. */
  readonly output: string;
  readonly deleteAs?: string;
  /** What Get answers when it was never set. */
  readonly absent: { readonly code: string; readonly message: string } | Readonly<Record<string, unknown>>;
}

const recordedConfigurations: readonly RecordedConfiguration[] = [
  {
    name: 'PublicAccessBlock',
    input: 'PublicAccessBlockConfiguration',
    output: 'PublicAccessBlockConfiguration',
    deleteAs: 'DeletePublicAccessBlock',
    absent: {
      code: 'NoSuchPublicAccessBlockConfiguration',
      message: 'The public access block configuration was not found',
    },
  },
  {
    name: 'BucketOwnershipControls',
    input: 'OwnershipControls',
    output: 'OwnershipControls',
    deleteAs: 'DeleteBucketOwnershipControls',
    absent: {
      code: 'OwnershipControlsNotFoundError',
      message: 'The bucket ownership controls were not found',
    },
  },
  {
    name: 'BucketLogging',
    input: 'BucketLoggingStatus',
    output: '',
    absent: {},
  },
  {
    name: 'BucketCors',
    input: 'CORSConfiguration',
    output: '',
    deleteAs: 'DeleteBucketCors',
    absent: { code: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' },
  },
  {
    name: 'BucketRequestPayment',
    input: 'RequestPaymentConfiguration',
    output: '',
    absent: { Payer: 'BucketOwner' },
  },
  {
    name: 'BucketAccelerateConfiguration',
    input: 'AccelerateConfiguration',
    output: '',
    absent: {},
  },
];

/** CloudFormation's and the service's own way in: the same place that the operations write to. */
export function recordedName(name: string): string {
  if (!recordedConfigurations.some((known) => known.name === name))
    throw new Error(`no recorded configuration ${name}`);
  return name;
}

export function recordedConfiguration(house: House): Operations {
  const operations: Record<string, Operations[string]> = {
    GetBucketNotificationConfiguration: (input: { Bucket?: string }) => {
      theBucket(house, input.Bucket);
      return {};
    },
  };
  for (const { name, input: member, output, deleteAs, absent } of recordedConfigurations) {
    operations[`Put${name}`] = async (input: { Bucket?: string; [member: string]: unknown }) => {
      await change(house, input, (bucket) => ({
        ...bucket,
        recorded: { ...bucket.recorded, [name]: input[member] },
      }));
      return {};
    };
    operations[`Get${name}`] = (input: { Bucket?: string }) => {
      const bucket = theBucket(house, input.Bucket);
      const kept = bucket.recorded[name] as object | undefined;
      if (kept) return output === '' ? kept : { [output]: kept };
      if ('code' in absent)
        throw failures.notConfigured(String(absent.code), String(absent['message']), bucket.name);
      return absent;
    };
    if (deleteAs)
      operations[deleteAs] = async (input: { Bucket?: string }) => {
        await change(house, input, (bucket) => {
          const { [name]: _, ...recorded } = bucket.recorded;
          return { ...bucket, recorded };
        });
        return {};
      };
  }
  operations['PutBucketEncryption'] = async (input) => {
    await change(house, input, (bucket) => ({
      ...bucket,
      encryption: input.ServerSideEncryptionConfiguration,
    }));
    return {};
  };
  operations['DeleteBucketEncryption'] = async (input) => {
    await change(house, input, ({ encryption: _, ...bucket }) => bucket);
    return {};
  };
  operations['PutBucketNotificationConfiguration'] = () => {
    throw new AwsError('NotImplemented', 'S3 sends no event notifications here', 501);
  };
  return operations;
}
