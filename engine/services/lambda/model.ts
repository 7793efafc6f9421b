/**
 * What Lambda keeps: functions with their code's place and settings, and the asynchronous events it has
 * accepted and not yet delivered.
 */
import { createHash } from 'node:crypto';
import type { Table } from '../contract.ts';

export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly architectures: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly reservedConcurrency?: number;
  readonly code: CodePlace;
  readonly lastModifiedMs: number;
  readonly revisionId: string;
  readonly eventInvoke?: EventInvokeRecord;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where the code came from; `ImageUri` is kept and never runs. */
export type CodePlace =
  | { readonly kind: 'asset'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'inline'; readonly text: string }
  | { readonly kind: 'zip'; readonly base64: string }
  | { readonly kind: 'image'; readonly uri: string };

export interface EventInvokeRecord {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
}

/** Lambda Developer Guide, “Asynchronous invocation”: two retries, six hours. */
export const defaultEventInvoke: EventInvokeRecord = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 6 * 3600,
};

export interface AcceptedEvent {
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  readonly acceptedAtMs: number;
  /** Times the function itself failed on it. */
  readonly failures: number;
  /** Times Lambda had no environment for it. */
  readonly throttles: number;
  readonly nextAtMs: number;
}

export interface LambdaRecords {
  readonly functions: Table<FunctionRecord>;
  readonly events: Table<AcceptedEvent>;
}

/** Node runs here; a function of another runtime is kept and cannot be invoked. */
export function isRunnable(record: Pick<FunctionRecord, 'runtime' | 'code'>): boolean {
  return record.runtime.startsWith('nodejs') && record.code.kind !== 'image';
}

export function codeSha(place: CodePlace): string {
  return createHash('sha256').update(JSON.stringify(place)).digest('base64');
}

/** A name, a partial ARN (`123456789012:function:name`) or an ARN, each with or without `:qualifier`. */
export function functionNameOf(text: string): { readonly name: string; readonly qualifier?: string } {
  const parts = text.split(':');
  const at = parts.lastIndexOf('function');
  const [name = '', qualifier] = at >= 0 ? parts.slice(at + 1) : parts;
  return qualifier ? { name, qualifier } : { name };
}
