/**
 * One step of one resource: on disk before the handler is called, its result on disk after. The client token
 * follows from stack, resource, operation and properties, so that a repeat after a crash is the same request
 * and a later change is another one.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  Fate,
  PhysicalResource,
  Properties,
  ResourceHandler,
  ResourceRequest,
  StackIdentity,
} from '../services/contract.ts';
import type { ProgressEvent } from './progress.ts';
import type { LiveResource, Records, ResourceRecord, ResourceStatus, Step } from './records.ts';

export interface RegisteredHandler {
  readonly handler: ResourceHandler;
  readonly serviceName: string;
  readonly fate: Fate;
}

export interface StepContext {
  readonly stack: StackIdentity;
  readonly operation: number;
  readonly records: Records;
  readonly now: () => number;
  handlerOf(type: string): ResourceHandler;
  /** Fills in dynamic references. */
  withSecrets(record: Pick<ResourceRecord, 'logicalId'>, properties: Properties): Promise<Properties>;
  report(event: Pick<ProgressEvent, 'logicalId' | 'type' | 'status' | 'waitingFor' | 'reason'>): void;
}

/** A failure that is already in the records; its message names the resource. */
export class ResourceFailure extends Error {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;

  constructor(record: Pick<ResourceRecord, 'logicalId' | 'type'>, reason: string) {
    super(`${record.logicalId} (${record.type}): ${reason}`);
    this.name = 'ResourceFailure';
    this.logicalId = record.logicalId;
    this.type = record.type;
    this.reason = reason;
  }
}

/** Creates the resource, or its replacement: then the one there was is retired. */
export async function createResource(
  context: StepContext,
  record: ResourceRecord,
  properties: Properties,
): Promise<ResourceRecord> {
  const verb = record.live ? 'UPDATE' : 'CREATE';
  const step = stepOf(context, record, 'create', properties);
  const begun = save(context, { ...record, step }, `${verb}_IN_PROGRESS`);
  return await attempt(context, begun, verb, async (handler, request) => {
    const made = await handler.create(request);
    return {
      ...without(begun, 'step'),
      live: liveOf(made, properties, record),
      retired: retiredBy(made, record),
    };
  });
}

/**
 * A creation that a crash cut off is repeated as it was begun, so that what it made becomes known. If it
 * cannot be done it is given up, unless it is what is wanted.
 */
export async function settle(
  context: StepContext,
  record: ResourceRecord,
  wanted?: Properties,
): Promise<ResourceRecord> {
  const { step } = record;
  if (step?.action !== 'create') return record;
  try {
    return await createResource(context, record, step.properties);
  } catch (error) {
    if (wanted && isDeepStrictEqual(step.properties, wanted)) throw error;
    return without(record, 'step') as ResourceRecord;
  }
}

/** Changes the resource in place, from what it is (or was half way to) to `properties`. */
export async function updateResource(
  context: StepContext,
  record: ResourceRecord,
  live: LiveResource,
  properties: Properties,
): Promise<ResourceRecord> {
  const step = stepOf(context, record, 'update', properties);
  const begun = save(context, { ...record, step }, 'UPDATE_IN_PROGRESS');
  return await attempt(context, begun, 'UPDATE', async (handler, request) => {
    if (!handler.update) throw new Error('this type cannot be updated in place');
    const previous = await context.withSecrets(record, live.properties).catch(() => live.properties);
    const changed = await handler.update({ ...request, previous, existing: live });
    return { ...without(begun, 'step'), live: liveOf(changed, properties, record) };
  });
}

/** Its properties cannot be had: nothing was asked of a handler, and the records say why. */
export function failBeforeStep(
  context: StepContext,
  record: ResourceRecord,
  error: unknown,
): ResourceFailure {
  const reason = reasonOf(error);
  save(context, record, record.live ? 'UPDATE_FAILED' : 'CREATE_FAILED', reason);
  return new ResourceFailure(record, reason);
}

/** Deletes one physical resource, unless its policy keeps it. The record's other facts stay. */
export async function deleteLive(
  context: StepContext,
  record: ResourceRecord,
  live: LiveResource,
  kept: boolean,
): Promise<void> {
  if (kept) {
    const reason = `${live.physicalId} stays, as its policy says`;
    save(context, record, 'DELETE_SKIPPED', reason, live.physicalId);
    return;
  }
  const begun = save(context, record, 'DELETE_IN_PROGRESS', undefined, live.physicalId);
  const properties = await context.withSecrets(record, live.properties).catch(() => live.properties);
  const clientToken = tokenOf([context.stack.id, record.logicalId, live.physicalId, 'delete']);
  try {
    const request = requestOf(context, record, properties, clientToken, 'DELETE_IN_PROGRESS');
    await context.handlerOf(record.type).delete({ ...request, existing: live });
  } catch (error) {
    const reason = reasonOf(error);
    save(context, begun, 'DELETE_FAILED', reason, live.physicalId);
    throw new ResourceFailure(record, reason);
  }
  save(context, begun, 'DELETE_COMPLETE', undefined, live.physicalId);
}

export function without<T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
}

export function reasonOf(error: unknown): string {
  if (error instanceof ResourceFailure) return error.reason;
  if (!(error instanceof Error)) return String(error);
  const named = error.name !== 'Error' && error.name !== 'TemplateError';
  return named ? `${error.name}: ${error.message}` : error.message;
}

async function attempt(
  context: StepContext,
  begun: ResourceRecord,
  verb: 'CREATE' | 'UPDATE',
  work: (handler: ResourceHandler, request: ResourceRequest) => Promise<ResourceRecord>,
): Promise<ResourceRecord> {
  const step = begun.step as Step;
  try {
    const properties = await context.withSecrets(begun, step.properties);
    const request = requestOf(context, begun, properties, step.clientToken, `${verb}_IN_PROGRESS`);
    return save(context, await work(context.handlerOf(begun.type), request), `${verb}_COMPLETE`);
  } catch (error) {
    const reason = reasonOf(error);
    // A failed creation has made nothing; a failed update may have done half of it, and its step says so.
    const failed = step.action === 'create' ? (without(begun, 'step') as ResourceRecord) : begun;
    save(context, failed, `${verb}_FAILED`, reason);
    throw new ResourceFailure(begun, reason);
  }
}

function requestOf(
  context: StepContext,
  record: Pick<ResourceRecord, 'logicalId' | 'type'>,
  properties: Properties,
  clientToken: string,
  status: ResourceStatus,
): ResourceRequest {
  const { logicalId, type } = record;
  return {
    stack: context.stack,
    logicalId,
    properties,
    clientToken,
    progress: (waitingFor) => context.report({ logicalId, type, status, waitingFor }),
  };
}

/** Record and event are written together, then told. */
function save(
  context: StepContext,
  record: ResourceRecord,
  status: ResourceStatus,
  reason?: string,
  physicalId = record.live?.physicalId ?? '',
): ResourceRecord {
  const atMs = context.now();
  const saved: ResourceRecord = {
    ...(without(record, 'reason') as ResourceRecord),
    status,
    updatedAtMs: atMs,
    ...(reason === undefined ? {} : { reason }),
  };
  const { logicalId, type } = record;
  const { id: stackId, name: stackName } = context.stack;
  const why = reason === undefined ? {} : { reason };
  context.records.transaction(() => {
    context.records.putResource(saved);
    context.records.event({ stackId, stackName, logicalId, physicalId, type, status, atMs, ...why });
  });
  context.report({ logicalId, type, status, ...why });
  return saved;
}

function stepOf(
  context: StepContext,
  record: ResourceRecord,
  action: 'create' | 'update',
  properties: Properties,
): Step {
  const begun = record.step;
  if (begun?.action === action && isDeepStrictEqual(begun.properties, properties)) return begun;
  const { stack, operation } = context;
  const clientToken = tokenOf([stack.id, record.logicalId, operation, action, properties]);
  return { action, clientToken, properties };
}

function tokenOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function liveOf(made: PhysicalResource, properties: Properties, record: ResourceRecord): LiveResource {
  const { physicalId, attributes } = made;
  return { physicalId, attributes, properties, dependsOn: record.dependsOn };
}

/** A replacement under the same physical id has taken the old one's place: there is nothing to delete. */
function retiredBy(made: PhysicalResource, { live, retired }: ResourceRecord): readonly LiveResource[] {
  return live && live.physicalId !== made.physicalId ? [...retired, live] : retired;
}
