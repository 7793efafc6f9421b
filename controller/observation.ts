// What one look at the world found. Every fact is either a value or `unknown` with the reason: a question that
// nobody answered is no evidence for anything. Values only; observe.ts fills them in, decide.ts reads them.

export type Fact<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string };

export type Side = 'self' | 'peer';
export type Role = 'writer' | 'standby';

/** One GET /health/region. `ok` means 2xx from the region that was asked. */
export interface Probe {
  readonly ok: boolean;
  readonly role: Role | null;
  readonly lagMs: number | null;
  readonly because: string;
}

export interface GlobalCluster {
  /** A free string on AWS; seen: available, modifying, failing-over, switching-over, … */
  readonly status: string;
  /** FailoverState.Status as a plain string: the API's enum misses `switching-over`. null: no operation. */
  readonly operation: string | null;
  readonly writer: Side | null;
  /** SynchronizationStatus of each member; null when the region is no member. '' when AWS says nothing. */
  readonly selfSync: string | null;
  readonly peerSync: string | null;
}

export interface Observation {
  readonly self: string;
  readonly peer: string;
  /** Our own name, for the commands that a page spells out. */
  readonly functionName: string;
  /** What Route 53's checkers decided, read from TXT active.<domain>. */
  readonly dns: Fact<Side>;
  readonly peerProbe: Fact<Probe>;
  readonly selfProbe: Fact<Probe>;
  readonly global: Fact<GlobalCluster>;
  readonly database: Fact<{ readonly status: string; readonly availableInstances: number }>;
  readonly targets: Fact<{ readonly healthy: number; readonly registered: number }>;
  readonly service: Fact<{ readonly desired: number; readonly running: number }>;
  readonly scaling: Fact<{ readonly min: number; readonly max: number }>;
  /** Best effort: what the peer region runs. Remembered for the day nobody answers there; evidence.ts says how. */
  readonly peerDesired: Fact<number>;
  /** Newest AuroraGlobalDBRPOLag datapoint of our cluster; `at` is the start of its minute. */
  readonly lag: Fact<{ readonly lagMs: number; readonly at: number }>;
}

export function known<T>(value: T): Fact<T> {
  return { known: true, value };
}

export function unknown(why: string): Fact<never> {
  return { known: false, why };
}

export type Answer = 'ok' | 'fails' | 'unknown';

export function answerOf(probe: Fact<Probe>): Answer {
  if (!probe.known) return 'unknown';
  return probe.value.ok ? 'ok' : 'fails';
}

const inProgress: ReadonlySet<string> = new Set([
  'failing-over',
  'switching-over',
  'modifying',
  'pending',
  'cancelling',
  'promoting',
  'upgrading',
]);

/** The operation under way on the global cluster, in AWS's word, or null. */
export function operationOf(global: Fact<GlobalCluster>): string | null {
  if (!global.known) return null;
  if (global.value.operation !== null) return global.value.operation;
  return inProgress.has(global.value.status) ? global.value.status : null;
}

export function writerOf(global: Fact<GlobalCluster>): Side | 'none' | 'unknown' {
  return global.known ? (global.value.writer ?? 'none') : 'unknown';
}

/** What the standby lacks to serve as the writer's region; empty means able. Lag is judged apart (loss, not service). */
export function missingOf(observation: Observation): readonly string[] {
  const { targets, database, global } = observation;
  const missing: string[] = [];
  if (!targets.known) missing.push(`healthy targets unknown (${targets.why})`);
  else if (targets.value.healthy < 1) missing.push(`no healthy target of ${targets.value.registered}`);
  if (!database.known) missing.push(`database state unknown (${database.why})`);
  else {
    if (database.value.status !== 'available') missing.push(`database cluster is ${database.value.status}`);
    if (database.value.availableInstances < 1) missing.push('no available database instance');
  }
  if (!global.known) missing.push(`global cluster unknown (${global.why})`);
  else if (global.value.selfSync === null) missing.push('this region is no member of the global cluster');
  else if (global.value.selfSync === 'pending-resync')
    missing.push('our copy is being rebuilt (pending-resync)');
  return missing;
}
