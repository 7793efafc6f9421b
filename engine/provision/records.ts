/**
 * What a region knows about its stacks, durable at every step. Before a handler is called its step is on
 * disk; after it has answered, its result is. A crash in between leaves a step without a result, which is
 * repeated with the same client token.
 */
import type { Json, JsonObject, Properties, Store, Table } from '../services/contract.ts';
import type { RemovalPolicy } from '../template/index.ts';

export type StackStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_FAILED'
  | 'DELETE_COMPLETE';

export type ResourceStatus =
  | `${'CREATE' | 'UPDATE' | 'DELETE'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'DELETE_SKIPPED';

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly exportName?: string;
  readonly description?: string;
}

/** What a stack was told to be. */
export interface StackTarget {
  readonly templateFile: string;
  readonly template: JsonObject;
  /** Values as bound, hidden ones as ****. */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Of template, bound parameters and tags: equal means there is nothing to do. */
  readonly fingerprint: string;
}

export interface StackRecord {
  readonly name: string;
  readonly id: string;
  readonly status: StackStatus;
  readonly reason?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs?: number;
  /** Counts the operations, so that each one has client tokens of its own. */
  readonly operation: number;
  readonly target: StackTarget;
  /** The last target that was reached: where a failed update goes back to. */
  readonly previous?: StackTarget;
  readonly outputs: readonly StackOutput[];
  /** Names of the exports of other stacks that this one uses. */
  readonly imports: readonly string[];
}

/** A resource as a handler made it. */
export interface LiveResource {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, Json>>;
  /** As resolved, dynamic references still in place. */
  readonly properties: Properties;
  /** What it was made with references to: these are deleted after it. */
  readonly dependsOn: readonly string[];
}

/** What a rollback goes back to. */
export interface Before {
  readonly live: LiveResource;
  readonly deletionPolicy: RemovalPolicy;
  readonly updateReplacePolicy: RemovalPolicy;
}

export interface Step {
  readonly action: 'create' | 'update';
  readonly clientToken: string;
  /** What the step makes it. */
  readonly properties: Properties;
}

export interface ResourceRecord {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly status: ResourceStatus;
  readonly reason?: string;
  readonly updatedAtMs: number;
  /** As the template says now. */
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: RemovalPolicy;
  readonly updateReplacePolicy: RemovalPolicy;
  readonly live?: LiveResource;
  /** Begun and not known to have ended. */
  readonly step?: Step;
  /** What it was when the operation began: null if the operation created it; absent if it was not touched. */
  readonly before?: Before | null;
  /** Replaced ones that wait for the cleanup. */
  readonly retired: readonly LiveResource[];
  /** No longer in the template; the cleanup deletes it. */
  readonly leaving?: boolean;
}

export interface StackEvent {
  readonly id: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly atMs: number;
}

export interface Records {
  stack(name: string): StackRecord | undefined;
  stacks(): readonly StackRecord[];
  putStack(stack: StackRecord): void;
  resource(stack: string, logicalId: string): ResourceRecord | undefined;
  resources(stack: string): readonly ResourceRecord[];
  putResource(resource: ResourceRecord): void;
  deleteResource(stack: string, logicalId: string): void;
  /** Forgets the stack, its resources and its events. */
  forget(stack: string): void;
  event(event: Omit<StackEvent, 'id'>): void;
  events(stack: string): readonly StackEvent[];
  transaction<T>(work: () => T): T;
}

const EVENTS_KEPT = 1000;

export function openRecords(store: Store): Records {
  const stacks = store.table<StackRecord>('stacks');
  const resources = store.table<ResourceRecord>('stack-resources');
  const events = store.table<StackEvent>('stack-events');
  const of = <T>(table: Table<T>, stack: string): (readonly [string, T])[] =>
    table.entries().filter(([id]) => id.startsWith(`${stack}/`));
  const inOrder = (stack: string): (readonly [string, StackEvent])[] =>
    of(events, stack).sort(([a], [b]) => (a < b ? -1 : 1));
  let next = 1 + Math.max(0, ...events.entries().map(([id]) => Number(id.slice(id.indexOf('/') + 1))));
  return {
    stack: (name) => stacks.get(name),
    stacks: () => stacks.values(),
    putStack: (stack) => stacks.put(stack.name, stack),
    resource: (stack, logicalId) => resources.get(`${stack}/${logicalId}`),
    resources: (stack) => of(resources, stack).map(([, resource]) => resource),
    putResource: (resource) => resources.put(`${resource.stack}/${resource.logicalId}`, resource),
    deleteResource: (stack, logicalId) => resources.delete(`${stack}/${logicalId}`),
    forget: (stack) =>
      store.transaction(() => {
        for (const [id] of of(resources, stack)) resources.delete(id);
        for (const [id] of of(events, stack)) events.delete(id);
        stacks.delete(stack);
      }),
    event: (event) => {
      const id = `${event.stackName}/${String(next++).padStart(9, '0')}`;
      events.put(id, { ...event, id });
      const kept = inOrder(event.stackName);
      for (const [old] of kept.slice(0, Math.max(0, kept.length - EVENTS_KEPT))) events.delete(old);
    },
    events: (stack) => inOrder(stack).map(([, event]) => event),
    transaction: (work) => store.transaction(work),
  };
}
