/** Lambda's actions: functions and their settings, and Invoke in its three types. */

import { randomUUID } from 'node:crypto';
import type {
  CreateFunctionCommandInput,
  DeleteFunctionCommandInput,
  FunctionConfiguration,
  GetFunctionCommandInput,
  GetFunctionCommandOutput,
  GetFunctionConfigurationCommandInput,
  InvokeCommandInput,
  InvokeCommandOutput,
  ListFunctionsCommandOutput,
  PutFunctionConcurrencyCommandInput,
  PutFunctionEventInvokeConfigCommandInput,
  UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import {
  type CodePlace,
  codeSha,
  defaultEventInvoke,
  type FunctionRecord,
  functionNameOf,
  isRunnable,
  type LambdaRecords,
} from './model.ts';
import type { Runtime } from './runtime.ts';

/** In process a payload may be text; over the wire it is bytes. */
export type InvokeInput = Omit<InvokeCommandInput, 'Payload'> & {
  readonly Payload?: InvokeCommandInput['Payload'] | string;
};

const SYNCHRONOUS_BYTES = 6 * 1024 * 1024;
const ASYNCHRONOUS_BYTES = 1024 * 1024;

export function createOperations(
  context: ServiceContext,
  records: LambdaRecords,
  runtime: Runtime,
): Operations {
  const find = (name: string | undefined): FunctionRecord => {
    const found = records.functions.get(functionNameOf(name ?? '').name);
    if (found) return found;
    throw new AwsError(
      'ResourceNotFoundException',
      `Function not found: arn:aws:lambda:${context.region}:${context.account}:function:${functionNameOf(name ?? '').name}`,
      404,
      { Type: 'User' },
    );
  };
  const write = (record: FunctionRecord): FunctionRecord => {
    const next = { ...record, lastModifiedMs: context.clock.now(), revisionId: randomUUID() };
    records.functions.put(next.name, next);
    runtime.retire(next.name);
    return next;
  };

  return {
    ...functionOperations(context, records, find, write),
    Invoke: async (input: InvokeInput): Promise<Output<InvokeCommandOutput>> => {
      const record = find(input.FunctionName);
      const type = input.InvocationType ?? 'RequestResponse';
      const payload = payloadOf(input.Payload, type === 'Event' ? ASYNCHRONOUS_BYTES : SYNCHRONOUS_BYTES);
      if (type === 'DryRun') return { StatusCode: 204 };
      if (!isRunnable(record))
        throw new AwsError(
          'InvalidRuntimeException',
          `${record.name} is kept but does not run here: its runtime is ${record.code.kind === 'image' ? 'an image' : record.runtime}, and only Node runs.`,
          502,
          { Type: 'User' },
        );
      if (type === 'Event') {
        runtime.enqueue(record, payload);
        return { StatusCode: 202, Payload: bytes('') };
      }
      const invoked = await runtime.invoke(record, payload);
      return {
        StatusCode: 200,
        ExecutedVersion: '$LATEST',
        Payload: bytes(invoked.payload),
        ...(invoked.ok ? {} : { FunctionError: 'Unhandled' }),
        ...(input.LogType === 'Tail' ? { LogResult: Buffer.from(invoked.tail).toString('base64') } : {}),
      };
    },
  };
}

type Blob = NonNullable<InvokeCommandOutput['Payload']>;

function bytes(text: string): Blob {
  return new TextEncoder().encode(text) as Blob;
}

function payloadOf(given: InvokeInput['Payload'], limit: number): string {
  const text = typeof given === 'string' ? given : new TextDecoder().decode(given as Uint8Array | undefined);
  if (text.length > limit)
    throw new AwsError(
      'RequestTooLargeException',
      `${text.length} bytes payload is too large: at most ${limit}`,
      413,
    );
  const payload = text === '' ? '{}' : text;
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${error instanceof Error ? error.message : error}`,
      400,
      { Type: 'User' },
    );
  }
  return payload;
}

function functionOperations(
  context: ServiceContext,
  records: LambdaRecords,
  find: (name: string | undefined) => FunctionRecord,
  write: (record: FunctionRecord) => FunctionRecord,
): Operations {
  return {
    CreateFunction: (input: CreateFunctionCommandInput): FunctionConfiguration => {
      const name = functionNameOf(input.FunctionName ?? '').name;
      if (records.functions.get(name))
        throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409, {
          Type: 'User',
        });
      const made = write(newFunction(context, name, input));
      context.journal.record(
        isRunnable(made)
          ? { event: 'function.created', subject: made.arn, because: `${made.runtime} ${made.handler}` }
          : {
              event: 'function.recorded',
              subject: made.arn,
              because: `its runtime is ${made.code.kind === 'image' ? 'an image' : made.runtime}; only Node runs here`,
            },
      );
      return describe(made);
    },
    UpdateFunctionConfiguration: (input: UpdateFunctionConfigurationCommandInput): FunctionConfiguration =>
      describe(write(configured(find(input.FunctionName), input))),
    UpdateFunctionCode: (input: UpdateFunctionCodeCommandInput): FunctionConfiguration => {
      const record = find(input.FunctionName);
      return describe(write({ ...record, code: codeOf(input) }));
    },
    DeleteFunction: (input: DeleteFunctionCommandInput) => {
      const record = find(input.FunctionName);
      write(record);
      records.functions.delete(record.name);
      return {};
    },
    GetFunction: (input: GetFunctionCommandInput): Output<GetFunctionCommandOutput> => {
      const record = find(input.FunctionName);
      return {
        Configuration: describe(record),
        Code: { RepositoryType: 'S3' },
        Tags: { ...record.tags },
        ...(record.reservedConcurrency === undefined
          ? {}
          : { Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency } }),
      };
    },
    GetFunctionConfiguration: (input: GetFunctionConfigurationCommandInput): FunctionConfiguration =>
      describe(find(input.FunctionName)),
    ListFunctions: (): Output<ListFunctionsCommandOutput> => ({
      Functions: records.functions.values().map(describe),
    }),
    PutFunctionConcurrency: (input: PutFunctionConcurrencyCommandInput) => {
      const reservedConcurrency = input.ReservedConcurrentExecutions ?? 0;
      write({ ...find(input.FunctionName), reservedConcurrency });
      return { ReservedConcurrentExecutions: reservedConcurrency };
    },
    DeleteFunctionConcurrency: (input: { readonly FunctionName?: string }) => {
      const { reservedConcurrency: _reserved, ...rest } = find(input.FunctionName);
      write(rest);
      return {};
    },
    PutFunctionEventInvokeConfig: (input: PutFunctionEventInvokeConfigCommandInput) => {
      const record = find(input.FunctionName);
      const eventInvoke = {
        maximumRetryAttempts: input.MaximumRetryAttempts ?? defaultEventInvoke.maximumRetryAttempts,
        maximumEventAgeSeconds: input.MaximumEventAgeInSeconds ?? defaultEventInvoke.maximumEventAgeSeconds,
      };
      write({ ...record, eventInvoke });
      return {
        FunctionArn: record.arn,
        MaximumRetryAttempts: eventInvoke.maximumRetryAttempts,
        MaximumEventAgeInSeconds: eventInvoke.maximumEventAgeSeconds,
      };
    },
    DeleteFunctionEventInvokeConfig: (input: { readonly FunctionName?: string }) => {
      const { eventInvoke: _eventInvoke, ...rest } = find(input.FunctionName);
      write(rest);
      return {};
    },
  };
}

function newFunction(
  context: ServiceContext,
  name: string,
  input: CreateFunctionCommandInput,
): FunctionRecord {
  const base: FunctionRecord = {
    name,
    arn: `arn:aws:lambda:${context.region}:${context.account}:function:${name}`,
    description: '',
    runtime: input.Runtime ?? '',
    handler: input.Handler ?? '',
    role: input.Role ?? '',
    timeoutSeconds: 3,
    memoryMiB: 128,
    architectures: input.Architectures ?? ['x86_64'],
    environment: {},
    logGroup: `/aws/lambda/${name}`,
    logFormat: 'Text',
    code: codeOf(input.Code ?? {}),
    lastModifiedMs: 0,
    revisionId: '',
    tags: input.Tags ?? {},
  };
  return configured(base, input);
}

/** The settings that creation and update have in common; what is absent stays as it was. */
function configured(
  record: FunctionRecord,
  input: Omit<UpdateFunctionConfigurationCommandInput, 'FunctionName'>,
): FunctionRecord {
  return {
    ...record,
    description: input.Description ?? record.description,
    runtime: input.Runtime ?? record.runtime,
    handler: input.Handler ?? record.handler,
    role: input.Role ?? record.role,
    timeoutSeconds: input.Timeout ?? record.timeoutSeconds,
    memoryMiB: input.MemorySize ?? record.memoryMiB,
    environment: input.Environment?.Variables ?? record.environment,
    logGroup: input.LoggingConfig?.LogGroup ?? record.logGroup,
    logFormat: input.LoggingConfig?.LogFormat ?? record.logFormat,
  };
}

interface CodeInput {
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly ZipFile?: Uint8Array | string | undefined;
  readonly ImageUri?: string | undefined;
}

/** A template's ZipFile is the source text itself; the API's is an archive. */
function codeOf(input: CodeInput): CodePlace {
  if (typeof input.ZipFile === 'string') return { kind: 'inline', text: input.ZipFile };
  if (input.ZipFile) return { kind: 'zip', base64: Buffer.from(input.ZipFile).toString('base64') };
  if (input.S3Bucket && input.S3Key) return { kind: 'asset', bucket: input.S3Bucket, key: input.S3Key };
  if (input.ImageUri) return { kind: 'image', uri: input.ImageUri };
  throw new AwsError(
    'InvalidParameterValueException',
    'Code needs S3Bucket and S3Key, ZipFile, or ImageUri.',
  );
}

function describe(record: FunctionRecord): FunctionConfiguration {
  return {
    FunctionName: record.name,
    FunctionArn: record.arn,
    Description: record.description,
    Runtime: record.runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Handler: record.handler,
    Role: record.role,
    Timeout: record.timeoutSeconds,
    MemorySize: record.memoryMiB,
    Architectures: record.architectures as NonNullable<FunctionConfiguration['Architectures']>,
    Environment: { Variables: { ...record.environment } },
    LoggingConfig: { LogFormat: record.logFormat, LogGroup: record.logGroup },
    LastModified: new Date(record.lastModifiedMs).toISOString().replace('Z', '+0000'),
    RevisionId: record.revisionId,
    CodeSha256: codeSha(record.code),
    Version: '$LATEST',
    PackageType: record.code.kind === 'image' ? 'Image' : 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}
