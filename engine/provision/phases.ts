/**
 * The ways of an operation on a stack: forward (create and change, dependencies first) and back (undo the
 * changes of a failed update). Each can be cut off anywhere and begun again: it reads from the records what
 * is left to do. What is to be deleted is left to the cleanup.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Properties } from '../services/contract.ts';
import type { Graph, GraphNode } from '../template/index.ts';
import { type ChangeRules, changeOf } from './changes.ts';
import type { Before, LiveResource, ResourceRecord } from './records.ts';
import { type Failure, runInOrder } from './schedule.ts';
import {
  createResource,
  failBeforeStep,
  type ResourceFailure,
  reasonOf,
  type StepContext,
  settle,
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
  const touched: ResourceRecord = { ...found, before: beforeOf(found) };
  const wanted = wantedOf(context, node, touched);
  const record = declared(await settle(context, touched, wanted), node);
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
        keep(context, record, found);
        context.report({ logicalId, type, status: 'UNCHANGED' });
      }
  }
}

/** Nothing changes but perhaps what the declaration says beside the properties. */
function keep(context: StepContext, record: ResourceRecord, found: ResourceRecord): void {
  if (isDeepStrictEqual(without(record, 'before'), without(found, 'before'))) return;
  const live = record.live as LiveResource;
  context.records.putResource({ ...record, live: { ...live, dependsOn: record.dependsOn } });
}

function wantedOf(context: ForwardContext, node: GraphNode, record: ResourceRecord): Properties {
  try {
    return context.wanted(node);
  } catch (error) {
    throw failBeforeStep(context, record, error);
  }
}

/** Takes every resource back to what it was when the operation began; what the operation created leaves. */
export async function restore(context: ForwardContext): Promise<readonly Failure[]> {
  const touched = context.records
    .resources(context.stack.name)
    .filter((record) => record.before !== undefined);
  const dependencies = new Map(
    touched.map(({ logicalId, before }) => [logicalId, before?.live.dependsOn ?? []]),
  );
  return await runInOrder(
    dependencies,
    async (id) => {
      const record = context.records.resource(context.stack.name, id) as ResourceRecord;
      if (record.before) await restoreOne(context, record, record.before);
    },
    'go-on',
  );
}

async function restoreOne(context: ForwardContext, found: ResourceRecord, before: Before): Promise<void> {
  const settled = await settle(context, found);
  const live = settled.live ?? before.live;
  const record: ResourceRecord = { ...settled, ...before, live, dependsOn: before.live.dependsOn };
  if (live.physicalId !== before.live.physicalId) {
    const retired = [...settled.retired.filter((old) => old.physicalId !== before.live.physicalId), live];
    context.records.putResource({
      ...(without(record, 'step') as ResourceRecord),
      live: before.live,
      retired,
    });
  } else if (record.step || !isDeepStrictEqual(live.properties, before.live.properties)) {
    const reached = record.step?.properties ?? live.properties;
    if (context.rulesOf(record.type).canUpdate)
      await updateResource(context, record, { ...live, properties: reached }, before.live.properties);
    else await createResource(context, record, before.live.properties);
  } else context.records.putResource(record);
}

/** The state at the first touch of this operation. */
function beforeOf(record: ResourceRecord): Before | null {
  if (record.before !== undefined) return record.before;
  const { live, deletionPolicy, updateReplacePolicy } = record;
  return live ? { live, deletionPolicy, updateReplacePolicy } : null;
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
