/**
 * The phases of an operation on a stack: forward (create and change, dependencies first), restore (undo the
 * changes of a failed update) and cleanup (delete what was replaced, removed or created in vain, dependents
 * first). Each can be cut off anywhere and begun again: it reads from the records what is left to do.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Properties } from '../services/contract.ts';
import type { Graph, GraphNode, RemovalPolicy } from '../template/index.ts';
import { type ChangeRules, changeOf } from './changes.ts';
import type { LiveResource, ResourceRecord } from './records.ts';
import { type Failure, reversed, runInOrder } from './schedule.ts';
import {
  createResource,
  deleteLive,
  failBeforeStep,
  type ResourceFailure,
  reasonOf,
  type StepContext,
  updateResource,
  without,
} from './steps.ts';

export interface ForwardContext extends StepContext {
  /** The properties as the template says them now, functions resolved. */
  wanted(node: GraphNode): Properties;
  rulesOf(type: string): ChangeRules;
}

export async function goForward(context: ForwardContext, graph: Graph): Promise<readonly Failure[]> {
  const dependencies = new Map([...graph.nodes].map(([id, node]) => [id, node.dependencies]));
  return await runInOrder(
    dependencies,
    async (id) => await advance(context, graph.nodes.get(id) as GraphNode),
    'stop',
  );
}

async function advance(context: ForwardContext, node: GraphNode): Promise<void> {
  const { logicalId, type } = node.declaration;
  const found = context.records.resource(context.stack.name, logicalId) ?? newRecord(context, node);
  const wanted = wantedOf(context, node, found);
  const record = declared(await settle(context, found, wanted), node);
  const rules = context.rulesOf(type);
  const change = changeOf(record.live?.properties, wanted, rules);
  const interrupted = record.step?.action === 'update' && rules.canUpdate;
  switch (change.kind) {
    case 'create':
    case 'replace':
      await createResource(context, record, wanted);
      return;
    case 'update':
      await updateResource(context, record, record.live as LiveResource, wanted);
      return;
    case 'keep':
      if (interrupted) await updateResource(context, record, record.live as LiveResource, wanted);
      else {
        if (!isDeepStrictEqual(record, found)) context.records.putResource(record);
        context.report({ logicalId, type, status: 'UNCHANGED' });
      }
  }
}

function wantedOf(context: ForwardContext, node: GraphNode, record: ResourceRecord): Properties {
  try {
    return context.wanted(node);
  } catch (error) {
    throw failBeforeStep(context, record, error);
  }
}

/**
 * A creation that a crash cut off is repeated as it was begun, so that what it made becomes known. If it
 * cannot be done and something else is wanted by now, it is given up.
 */
async function settle(
  context: StepContext,
  record: ResourceRecord,
  wanted: Properties | undefined,
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

/** Takes every resource back to what it was when the operation began; what the operation created leaves. */
export async function restore(context: ForwardContext): Promise<readonly Failure[]> {
  const touched = context.records
    .resources(context.stack.name)
    .filter((record) => record.before !== undefined);
  const dependencies = new Map(touched.map((record) => [record.logicalId, record.dependsOn]));
  return await runInOrder(
    dependencies,
    async (id) => {
      const record = context.records.resource(context.stack.name, id) as ResourceRecord;
      if (record.before) await restoreOne(context, record, record.before);
    },
    'go-on',
  );
}

async function restoreOne(
  context: ForwardContext,
  record: ResourceRecord,
  before: LiveResource,
): Promise<void> {
  const settled = await settle(context, record, undefined);
  const live = settled.live ?? before;
  if (live.physicalId !== before.physicalId) {
    const retired = [...settled.retired.filter((old) => old.physicalId !== before.physicalId), live];
    context.records.putResource({ ...(without(settled, 'step') as ResourceRecord), live: before, retired });
    return;
  }
  if (!settled.step && isDeepStrictEqual(live.properties, before.properties)) return;
  const reached = settled.step?.properties ?? live.properties;
  await updateResource(context, settled, { ...live, properties: reached }, before.properties);
}

/** What the cleanup deletes after success: everything that the template no longer has. */
export function markLeaving(context: StepContext, graph: Graph): void {
  for (const record of context.records.resources(context.stack.name)) {
    const rest = without(record, 'before') as ResourceRecord;
    context.records.putResource(graph.nodes.has(record.logicalId) ? rest : { ...rest, leaving: true });
  }
}

/** What the cleanup deletes after a failed update: everything that the operation created. */
export function markCreatedLeaving(context: StepContext): void {
  for (const record of context.records.resources(context.stack.name)) {
    const rest = without(record, 'before', 'step') as ResourceRecord;
    const created = record.before === null || !record.live;
    context.records.putResource(created ? { ...rest, leaving: true } : rest);
  }
}

export function markAllLeaving(context: StepContext): void {
  for (const record of context.records.resources(context.stack.name))
    context.records.putResource({ ...(without(record, 'before') as ResourceRecord), leaving: true });
}

/** `undoing` what was never complete deletes also what the policy Retain would keep. */
export async function cleanUp(context: StepContext, undoing: boolean): Promise<readonly Failure[]> {
  const records = context.records.resources(context.stack.name);
  const dependencies = new Map(records.map((record) => [record.logicalId, record.dependsOn]));
  return await runInOrder(
    reversed(dependencies),
    async (id) => {
      const record = context.records.resource(context.stack.name, id) as ResourceRecord;
      if (record.leaving || record.retired.length > 0) await cleanUpOne(context, record, undoing);
    },
    'go-on',
  );
}

async function cleanUpOne(context: StepContext, found: ResourceRecord, undoing: boolean): Promise<void> {
  const record = found.leaving ? await settle(context, found, undefined) : found;
  for (const old of record.retired)
    await deleteLive(context, record, old, !undoing && keeps(record.updateReplacePolicy));
  if (!record.leaving) {
    const status = record.status.startsWith('DELETE') ? 'UPDATE_COMPLETE' : record.status;
    context.records.putResource({ ...record, status, retired: [] });
    return;
  }
  if (record.live) await deleteLive(context, record, record.live, !undoing && keeps(record.deletionPolicy));
  context.records.deleteResource(record.stack, record.logicalId);
}

/** Snapshot is not a reason to keep: nothing here makes final snapshots. */
function keeps(policy: RemovalPolicy): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate';
}

function newRecord(context: StepContext, node: GraphNode): ResourceRecord {
  const { logicalId, type, deletionPolicy, updateReplacePolicy } = node.declaration;
  return {
    stack: context.stack.name,
    logicalId,
    type,
    status: 'CREATE_IN_PROGRESS',
    updatedAtMs: context.now(),
    dependsOn: node.dependencies,
    deletionPolicy,
    updateReplacePolicy,
    retired: [],
  };
}

/** What the declaration says beside the properties changes without a handler. */
function declared(record: ResourceRecord, node: GraphNode): ResourceRecord {
  const { deletionPolicy, updateReplacePolicy } = node.declaration;
  const rest = without(record, 'leaving') as ResourceRecord;
  return { ...rest, dependsOn: node.dependencies, deletionPolicy, updateReplacePolicy };
}

export function failuresOf(
  failures: readonly Failure[],
  typeOf: (logicalId: string) => string,
): readonly { logicalId: string; type: string; reason: string }[] {
  return failures.map(({ id, error }) => ({
    logicalId: id,
    type: (error as Partial<ResourceFailure>).type ?? typeOf(id),
    reason: reasonOf(error),
  }));
}
