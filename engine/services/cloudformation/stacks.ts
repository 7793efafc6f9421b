/** What this service reads of the region's stacks. The provisioner's own view has this form. */
import type { Fate, Json, JsonObject } from '../contract.ts';

export interface StackFacts {
  readonly name: string;
  readonly id: string;
  readonly status: string;
  readonly reason?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs?: number;
  readonly target: {
    readonly template: JsonObject;
    readonly parameters: Readonly<Record<string, Json>>;
    readonly tags: Readonly<Record<string, string>>;
  };
  readonly outputs: readonly {
    readonly key: string;
    readonly value: string;
    readonly exportName?: string;
    readonly description?: string;
  }[];
  readonly resources: readonly {
    readonly logicalId: string;
    readonly type: string;
    readonly physicalId?: string;
    readonly status: string;
    readonly reason?: string;
    readonly updatedAtMs: number;
    readonly fate?: Fate;
  }[];
}

export interface StackEventFacts {
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

export interface Stacks {
  describe(): readonly StackFacts[];
  stack(nameOrId: string): StackFacts | undefined;
  exports(): readonly {
    readonly name: string;
    readonly value: string;
    readonly stackId: string;
    readonly importedBy: readonly string[];
  }[];
  /** Oldest first. */
  events(stackName: string): readonly StackEventFacts[];
}
