// What the controller remembers between ticks: one JSON value, kept in memory.json in a bucket of its own region.
// It holds decisions and evidence, never the truth about AWS: that is asked anew at every tick.
// Times are milliseconds since 1970 (`…At`); null means never or none.

/** `lead`: the writer is here and belongs here. `moved`: it is here because we took over. Else it is the peer's. */
export type Phase =
  | 'watch'
  | 'lead'
  | 'awaiting-approval'
  | 'failing-over'
  | 'switching-over'
  | 'moved'
  | 'failing-back';

export interface Evidence {
  /** When these counts were last brought up to date; counts from long ago are dropped. */
  readonly at: number;
  /** Consecutive looks: the peer's probe failed / succeeded / DNS said us. */
  readonly probeFails: number;
  readonly probeOks: number;
  readonly worldSaysSelf: number;
  readonly worldSaysSelfSince: number | null;
}

export interface Message {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
}

export interface Capacity {
  /** The scalable target before we raised it; null: unknown then, so it cannot be restored. */
  readonly former: { readonly min: number; readonly max: number } | null;
  readonly wanted: number;
  readonly raised: boolean;
}

export interface Move {
  readonly kind: 'fail-over' | 'switch-over';
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly because: string;
  readonly lagMs: number | null;
}

export interface Memory {
  readonly version: 1;
  /** Rises by one with every decision to move the writer. */
  readonly epoch: number;
  readonly phase: Phase;
  readonly since: number;
  /** The writer is here because we moved it here, and nobody has failed back. */
  readonly moved: boolean;
  readonly move: Move | null;
  /** Since we are on watch DNS has been seen naming the peer, or had ample time to. */
  readonly settled: boolean;
  readonly evidence: Evidence;
  readonly peerOkAt: number | null;
  readonly lag: { readonly lagMs: number; readonly at: number } | null;
  readonly peerDesiredCount: number | null;
  readonly capacity: Capacity | null;
  readonly requestedAt: number | null;
  /** What AWS answered to the last request of this move, when it refused. */
  readonly refusal: string | null;
  readonly runningSince: number | null;
  /** Since when the writer has been seen here, without an operation running. */
  readonly writerSince: number | null;
  readonly latch: { readonly value: 0 | 1; readonly publishedAt: number } | null;
  readonly problem: { readonly name: string; readonly ticks: number } | null;
  readonly paged: Readonly<Record<string, number>>;
  readonly approvedAt: number | null;
  /** An operator said `abandon`: no move until `resume`. */
  readonly heldAt: number | null;
  /** Told to nobody yet. A message leaves this list after SNS has taken it: at least once, never lost. */
  readonly unsent: readonly Message[];
}

/** The answers of whoever keeps it: a compare-and-set cell, whose version is the ETag (null: there is none yet). */
export type Loaded =
  | { readonly kept: true; readonly memory: Memory; readonly etag: string | null }
  | { readonly kept: false; readonly why: string };

export type Saved =
  | { readonly saved: true; readonly etag: string | null }
  | { readonly saved: false; readonly conflict: boolean; readonly why: string };

export function freshMemory(now: number): Memory {
  return {
    version: 1,
    epoch: 0,
    phase: 'watch',
    since: now,
    moved: false,
    move: null,
    settled: false,
    evidence: { at: now, probeFails: 0, probeOks: 0, worldSaysSelf: 0, worldSaysSelfSince: null },
    peerOkAt: null,
    lag: null,
    peerDesiredCount: null,
    capacity: null,
    requestedAt: null,
    refusal: null,
    runningSince: null,
    writerSince: null,
    latch: null,
    problem: null,
    paged: {},
    approvedAt: null,
    heldAt: null,
    unsent: [],
  };
}

export const phases: readonly Phase[] = [
  'watch',
  'lead',
  'awaiting-approval',
  'failing-over',
  'switching-over',
  'moved',
  'failing-back',
];

/** The object's text as a Memory. Anything else is refused: acting on half a memory is worse than holding. */
export function parseMemory(text: string): Memory {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('memory.json: an object is needed');
  const record = value as Record<string, unknown>;
  if (record['version'] !== 1)
    throw new Error(`memory.json: version ${String(record['version'])}; allowed: 1`);
  if (typeof record['phase'] !== 'string' || !(phases as readonly string[]).includes(record['phase']))
    throw new Error(`memory.json: phase ${String(record['phase'])}; allowed: ${phases.join(', ')}`);
  const shape: Record<string, unknown> = { ...freshMemory(0) };
  for (const [name, example] of Object.entries(shape)) {
    if (!(name in record)) throw new Error(`memory.json: ${name} is missing`);
    if (example !== null && typeof record[name] !== typeof example)
      throw new Error(`memory.json: ${name} is ${typeof record[name]}; allowed: ${typeof example}`);
  }
  return record as unknown as Memory;
}

/** A change of these alone is written only every 20 s: they move at every tick and are safe to be behind. */
const restAtMs = 20_000;

type Values = Readonly<Record<string, unknown>>;

/** Equal as JSON. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = Object.keys(a);
  for (const name of names) if (!same((a as Values)[name], (b as Values)[name])) return false;
  return names.length === Object.keys(b).length;
}

export function worthSaving(before: Memory, after: Memory): boolean {
  if (after.evidence.at - before.evidence.at >= restAtMs) return true;
  const rested: Memory = { ...after, peerOkAt: before.peerOkAt };
  return !same(before, { ...rested, evidence: { ...rested.evidence, at: before.evidence.at } });
}
