/**
 * Cleanup: deletes what was replaced, what the template no longer has and what was created in vain, each
 * physical resource after those that were made with a reference to it. Which ones is in the records, so a
 * cleanup that was cut off is simply begun again.
 */
import type { Graph, RemovalPolicy } from '../template/index.ts';
import type { LiveResource, ResourceRecord } from './records.ts';
import { type Failure, reversed, runInOrder } from './schedule.ts';
import { deleteLive, type StepContext, settle, without } from './steps.ts';

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

interface Leaving {
  readonly logicalId: string;
  readonly live: LiveResource;
  readonly policy: RemovalPolicy;
}

/** `undoing` what was never complete deletes also what the policy Retain would keep. */
export async function cleanUp(context: StepContext, undoing: boolean): Promise<readonly Failure[]> {
  const { records, stack } = context;
  for (const record of records.resources(stack.name)) if (record.leaving) await settle(context, record);
  const leaving = new Map<string, Leaving>();
  for (const record of records.resources(stack.name)) {
    for (const live of whatLeaves(record)) {
      const policy = live === record.live ? record.deletionPolicy : record.updateReplacePolicy;
      leaving.set(`${record.logicalId}/${live.physicalId}`, { logicalId: record.logicalId, live, policy });
    }
    forgetIfEmpty(context, record.logicalId);
  }
  const dependencies = new Map(
    [...leaving].map(([key, { live }]) => [
      key,
      [...leaving].filter(([, other]) => live.dependsOn.includes(other.logicalId)).map(([each]) => each),
    ]),
  );
  const failures = await runInOrder(
    reversed(dependencies),
    async (key) => {
      const { logicalId, live, policy } = leaving.get(key) as Leaving;
      const record = records.resource(stack.name, logicalId) as ResourceRecord;
      await deleteLive(context, record, live, !undoing && keeps(policy));
      release(context, logicalId, live);
    },
    'go-on',
  );
  return failures.map(({ id, error }) => ({ id: leaving.get(id)?.logicalId ?? id, error }));
}

function whatLeaves(record: ResourceRecord): readonly LiveResource[] {
  return record.leaving && record.live ? [...record.retired, record.live] : record.retired;
}

/** The record goes on without the deleted one. */
function release(context: StepContext, logicalId: string, gone: LiveResource): void {
  const record = context.records.resource(context.stack.name, logicalId) as ResourceRecord;
  const same = (live: LiveResource | undefined): boolean => live?.physicalId === gone.physicalId;
  const rest = (record.leaving && same(record.live) ? without(record, 'live') : record) as ResourceRecord;
  const retired = record.retired.filter((live) => !same(live));
  // A resource that stays shows its own state again, not that of the one it has replaced.
  context.records.putResource({ ...rest, retired, status: rest.leaving ? rest.status : 'UPDATE_COMPLETE' });
  forgetIfEmpty(context, logicalId);
}

function forgetIfEmpty(context: StepContext, logicalId: string): void {
  const record = context.records.resource(context.stack.name, logicalId);
  if (record?.leaving && !record.live && record.retired.length === 0)
    context.records.deleteResource(context.stack.name, logicalId);
}

/** Snapshot is not a reason to keep: nothing here makes final snapshots. */
function keeps(policy: RemovalPolicy): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate';
}
