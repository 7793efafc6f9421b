/**
 * One operation on one stack, from the state in which the last one ended or was cut off. Success and failure
 * end in CloudFormation's statuses; a process that dies in between is continued by the next request.
 */
import { createHash } from 'node:crypto';
import type { Journal } from '../services/contract.ts';
import { cleanUp, markAllLeaving, markCreatedLeaving, markLeaving } from './cleanup.ts';
import { checkExports, evaluateOutputs } from './outputs.ts';
import { type ForwardContext, failuresOf, goForward, restore } from './phases.ts';
import type { Plan } from './plan.ts';
import type { Records, StackOutput, StackRecord, StackStatus, StackTarget } from './records.ts';
import { reasonOf, without } from './steps.ts';

export interface ResourceProblem {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;
}

export interface Outcome {
  readonly stackName: string;
  readonly stackId: string;
  readonly status: StackStatus;
  readonly succeeded: boolean;
  /** False when there was nothing to do. */
  readonly changed: boolean;
  readonly outputs: readonly StackOutput[];
  readonly failures: readonly ResourceProblem[];
}

export interface OperationContext {
  readonly records: Records;
  readonly journal: Journal;
  readonly now: () => number;
}

export function newStack(
  place: { readonly account: string; readonly region: string },
  name: string,
  nowMs: number,
): StackRecord {
  const hex = createHash('sha256')
    .update(JSON.stringify([place, name, nowMs]))
    .digest('hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  const nothing: StackTarget = { templateFile: '', template: {}, parameters: {}, tags: {}, fingerprint: '' };
  return {
    name,
    id: `arn:aws:cloudformation:${place.region}:${place.account}:stack/${name}/${uuid.join('-')}`,
    status: 'CREATE_IN_PROGRESS',
    createdAtMs: nowMs,
    operation: 1,
    target: nothing,
    outputs: [],
    imports: [],
  };
}

/** The stack's record as the operation begins; the same operation goes on after a crash. */
export function beginDeployment(
  context: OperationContext,
  found: StackRecord | undefined,
  plan: Plan,
  fresh: StackRecord,
): StackRecord {
  if (!found) return setStatus(context, { ...fresh, target: plan.target }, 'CREATE_IN_PROGRESS');
  const target = { target: plan.target };
  if (found.status === 'CREATE_IN_PROGRESS' || found.status === 'UPDATE_IN_PROGRESS')
    return resume(context, { ...found, ...target });
  return setStatus(
    context,
    {
      ...found,
      ...target,
      operation: found.operation + 1,
      updatedAtMs: context.now(),
      // After a failed rollback the last good target stays the one to go back to.
      previous: found.status === 'UPDATE_ROLLBACK_FAILED' ? (found.previous ?? found.target) : found.target,
    },
    'UPDATE_IN_PROGRESS',
  );
}

function resume(context: OperationContext, stack: StackRecord): StackRecord {
  const because = 'the process that was at it ended before it was through';
  context.journal.record({ event: 'stack.resumed', subject: stack.name, because });
  return setStatus(context, stack, stack.status, because);
}

export async function deploy(
  context: OperationContext,
  forward: ForwardContext,
  plan: Plan,
  begun: StackRecord,
): Promise<Outcome> {
  const startedMs = context.now();
  const typeOf = (id: string): string =>
    plan.template.resources.get(id)?.type ?? 'AWS::CloudFormation::Stack';
  let failures = failuresOf(await goForward(forward, plan.graph), typeOf);
  let outputs: readonly StackOutput[] = [];
  if (failures.length === 0)
    try {
      outputs = evaluateOutputs(plan.scope);
      checkExports(begun, outputs, context.records.stacks());
    } catch (error) {
      failures = [{ logicalId: begun.name, type: 'AWS::CloudFormation::Stack', reason: reasonOf(error) }];
    }
  if (failures.length > 0) {
    const ended = await rollBack(context, forward, begun, failures);
    return outcome(ended, { succeeded: false, changed: true, failures });
  }
  const creating = begun.status === 'CREATE_IN_PROGRESS';
  const complete = context.records.transaction(() => {
    markLeaving(forward, plan.graph);
    const kept = without(begun, 'previous', 'reason') as StackRecord;
    return setStatus(
      context,
      { ...kept, outputs, imports: [...plan.imported] },
      creating ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    );
  });
  await cleanUp(forward, false);
  const ended = creating ? complete : setStatus(context, complete, 'UPDATE_COMPLETE');
  const seconds = ((context.now() - startedMs) / 1000).toFixed(1);
  context.journal.record({
    event: creating ? 'stack.created' : 'stack.updated',
    subject: begun.name,
    because: `all ${plan.graph.nodes.size} resources are as ${plan.template.file} says, after ${seconds} s`,
  });
  return outcome(ended, { succeeded: true, changed: true, failures: [] });
}

export async function rollBack(
  context: OperationContext,
  forward: ForwardContext,
  stack: StackRecord,
  failures: readonly ResourceProblem[],
): Promise<StackRecord> {
  const reason = failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('; ');
  const ended =
    stack.status === 'CREATE_IN_PROGRESS' || stack.status === 'ROLLBACK_IN_PROGRESS'
      ? await undoCreation(context, forward, stack, reason)
      : await undoUpdate(context, forward, stack, reason);
  context.journal.record({
    event: 'stack.rolled-back',
    subject: stack.name,
    because: ended.reason ?? reason,
  });
  return ended;
}

async function undoCreation(
  context: OperationContext,
  forward: ForwardContext,
  stack: StackRecord,
  reason: string,
): Promise<StackRecord> {
  const undoing = context.records.transaction(() => {
    markAllLeaving(forward);
    return setStatus(context, stack, 'ROLLBACK_IN_PROGRESS', reason || stack.reason);
  });
  const failed = await cleanUp(forward, true);
  return setStatus(
    context,
    undoing,
    failed.length > 0 ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE',
    undoing.reason,
  );
}

async function undoUpdate(
  context: OperationContext,
  forward: ForwardContext,
  stack: StackRecord,
  reason: string,
): Promise<StackRecord> {
  const undoing = setStatus(context, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason || stack.reason);
  const failed = await restore(forward);
  if (failed.length > 0) {
    const why = failed.map(({ id, error }) => `${id}: ${reasonOf(error)}`).join('; ');
    return setStatus(context, undoing, 'UPDATE_ROLLBACK_FAILED', `${undoing.reason}; back: ${why}`);
  }
  const cleaning = context.records.transaction(() => {
    markCreatedLeaving(forward);
    const back = {
      ...(without(undoing, 'previous') as StackRecord),
      target: undoing.previous ?? undoing.target,
    };
    return setStatus(context, back, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', undoing.reason);
  });
  await cleanUp(forward, true);
  return setStatus(context, cleaning, 'UPDATE_ROLLBACK_COMPLETE', cleaning.reason);
}

/** Deletes every resource; the stack is forgotten when that has succeeded. */
export async function destroy(
  context: OperationContext,
  forward: ForwardContext,
  stack: StackRecord,
  because: string,
): Promise<Outcome> {
  checkExports(stack, [], context.records.stacks());
  const deleting = context.records.transaction(() => {
    markAllLeaving(forward);
    return setStatus(context, stack, 'DELETE_IN_PROGRESS');
  });
  const failed = await cleanUp(forward, stack.status.startsWith('ROLLBACK'));
  if (failed.length > 0) {
    const failures = failuresOf(failed, () => 'unknown');
    const reason = failures.map((each) => `${each.logicalId}: ${each.reason}`).join('; ');
    const ended = setStatus(context, deleting, 'DELETE_FAILED', reason);
    return outcome(ended, { succeeded: false, changed: true, failures });
  }
  context.records.forget(stack.name);
  context.journal.record({
    event: 'stack.deleted',
    subject: stack.name,
    because,
  });
  const ended: StackRecord = { ...deleting, status: 'DELETE_COMPLETE', outputs: [] };
  return outcome(ended, { succeeded: true, changed: true, failures: [] });
}

export function setStatus(
  context: OperationContext,
  stack: StackRecord,
  status: StackStatus,
  reason?: string,
): StackRecord {
  const why = reason === undefined || reason === '' ? {} : { reason };
  const saved: StackRecord = { ...(without(stack, 'reason') as StackRecord), status, ...why };
  const type = 'AWS::CloudFormation::Stack';
  const [stackId, stackName, atMs] = [stack.id, stack.name, context.now()];
  context.records.transaction(() => {
    context.records.putStack(saved);
    context.records.event({
      ...{ stackId, stackName, logicalId: stackName, physicalId: stackId, type, status, atMs, ...why },
    });
  });
  return saved;
}

export function outcome(
  stack: StackRecord,
  result: Pick<Outcome, 'succeeded' | 'changed' | 'failures'>,
): Outcome {
  const { name: stackName, id: stackId, status, outputs } = stack;
  return { stackName, stackId, status, outputs, ...result };
}
