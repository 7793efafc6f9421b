/** What the supervisor says to a region's process and to the global one, and what they say back. */
import type { KeyPairPem } from '../network/certificates.ts';
import type { LinkState } from '../network/links.ts';
import type { Fate, GuestProcess, Json } from '../services/contract.ts';
import type { ClockSetting } from '../time/clock.ts';

export type Timing = 'aws' | 'none';

/** Everything that is the same for every process of one system. */
export interface SystemSetting {
  readonly account: string;
  /** Primary first. */
  readonly regions: readonly string[];
  /** The block of loopback addresses; see network/addresses.ts. */
  readonly block: number;
  readonly mayBindLow: boolean;
  readonly clock: ClockSetting;
  readonly timing: Timing;
  readonly seed: number;
  /** Hex; credentials are derived from it, and the processes of the system know each other by it. */
  readonly secret: string;
  readonly authority: KeyPairPem;
  readonly trustFile: string;
  /** The cloud assembly; absent until there is one. */
  readonly assembly: string;
  /** Facts of AWS's published resource schema for the types in the assembly. */
  readonly schemaFile: string;
}

export interface RegionSetting extends SystemSetting {
  readonly region: string;
  readonly directory: string;
  readonly links: readonly LinkState[];
  /** False while the system first comes up: then nobody waits as AWS would. */
  readonly settled: boolean;
}

export interface GlobalSetting extends SystemSetting {
  readonly directory: string;
}

/** Input of `invoke`: an operation, called in process for the CLI and the console. */
export interface InvokeRequest {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
}

export interface DeployRequest {
  /** The stack's artifact id in the assembly. */
  readonly artifactId: string;
}

export interface DeployAnswer {
  readonly ok: boolean;
  /** CloudFormation's stack status. */
  readonly status: string;
  readonly because?: string;
}

/** The part of a service definition that says which resource types it takes. */
export interface TypeOwner {
  readonly name: string;
  readonly types: Readonly<Record<string, Fate>>;
}

/** A notice while stacks deploy. */
export interface ProgressNotice {
  readonly region: string;
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly done: number;
  readonly total: number;
  readonly waitingFor?: string;
}

/** Answer of `status`: each service's facts, by service. */
export interface ProcessStatus {
  readonly services: Readonly<Record<string, Json>>;
  readonly guests: readonly GuestProcess[];
  readonly pid: number;
}
