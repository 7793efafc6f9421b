/** What others may read about stacks: facts, no way to change anything. */
import type { Fate } from '../services/contract.ts';
import { exportsOf, type StackExport } from './outputs.ts';
import type { Records, ResourceRecord, StackEvent, StackRecord } from './records.ts';
import type { RegisteredHandler } from './steps.ts';

export interface ResourceView {
  readonly logicalId: string;
  readonly type: string;
  /** Absent until it is made. */
  readonly physicalId?: string;
  readonly status: ResourceRecord['status'];
  readonly reason?: string;
  readonly updatedAtMs: number;
  readonly fate?: Fate;
  /** The service that owns the type. */
  readonly service?: string;
}

export interface StackDescription extends StackRecord {
  readonly resources: readonly ResourceView[];
}

export interface StackView {
  describe(): readonly StackDescription[];
  stack(nameOrId: string): StackDescription | undefined;
  exports(): readonly (StackExport & { readonly importedBy: readonly string[] })[];
  /** Oldest first. */
  events(stackName: string): readonly StackEvent[];
}

export function viewOf(records: Records, handlers: ReadonlyMap<string, RegisteredHandler>): StackView {
  const describeOne = (stack: StackRecord): StackDescription => ({
    ...stack,
    resources: records.resources(stack.name).map((record) => resourceView(record, handlers.get(record.type))),
  });
  return {
    describe: () => records.stacks().map(describeOne),
    stack: (nameOrId) => {
      const found = records.stacks().find(({ name, id }) => name === nameOrId || id === nameOrId);
      return found && describeOne(found);
    },
    exports: () =>
      [...exportsOf(records.stacks()).values()].map((each) => ({
        ...each,
        importedBy: records
          .stacks()
          .filter((stack) => stack.imports.includes(each.name))
          .map((stack) => stack.name),
      })),
    events: (stackName) => records.events(stackName),
  };
}

function resourceView(record: ResourceRecord, handler: RegisteredHandler | undefined): ResourceView {
  const { logicalId, type, status, reason, updatedAtMs, live } = record;
  return {
    logicalId,
    type,
    status,
    updatedAtMs,
    ...(live ? { physicalId: live.physicalId } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(handler ? { fate: handler.fate, service: handler.serviceName } : {}),
  };
}
