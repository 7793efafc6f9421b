// The vocabulary of faults: what may happen to the two regions, as values. A schedule of these, the seed and the
// options are all that a run depends on. `forMs: null` lasts until the run's second phase, in which everything heals.

export const REGIONS = ['us-east-1', 'us-west-2'] as const;
/** An index into REGIONS: 0 is where the writer belongs and DNS answers PRIMARY, 1 is the standby. */
export type Region = 0 | 1;

export const peerOf = (region: Region): Region => (region === 0 ? 1 : 0);

interface Timed {
  readonly atMs: number;
  readonly forMs: number | null;
}

interface Moment {
  readonly atMs: number;
}

export type Fault =
  /** Every process of the region dies; restored, they start from what is on disk. */
  | (Timed & { readonly kind: 'region-loss'; readonly region: Region })
  /** Every process stops where it stands: sockets stay open, nothing answers. */
  | (Timed & { readonly kind: 'region-freeze'; readonly region: Region })
  /** The region lives and nobody outside reaches it, nor it them, but for the clients inside it: it goes on writing. */
  | (Timed & { readonly kind: 'region-isolation'; readonly region: Region })
  /** Viewers and health checkers cannot reach the region, its peer can. */
  | (Timed & { readonly kind: 'world-cut'; readonly region: Region })
  | (Timed & { readonly kind: 'zone-loss'; readonly region: Region; readonly zone: number })
  | (Moment & { readonly kind: 'task-loss'; readonly region: Region; readonly share: number })
  | (Timed & { readonly kind: 'task-freeze'; readonly region: Region; readonly share: number })
  | (Moment & { readonly kind: 'writer-loss'; readonly region: Region })
  | (Timed & { readonly kind: 'writer-freeze'; readonly region: Region })
  | (Moment & { readonly kind: 'reader-loss'; readonly region: Region })
  /** The controller's process dies when it has taken so many more steps; the schedule starts it anew. */
  | (Moment & { readonly kind: 'controller-crash'; readonly region: Region; readonly afterSteps: number })
  /** It stops where it stands, and goes on with an old picture of the world. */
  | (Timed & { readonly kind: 'controller-freeze'; readonly region: Region })
  /** The bucket with the controller's memory does not answer. */
  | (Timed & { readonly kind: 'memory-away'; readonly region: Region })
  /** The database's control plane in the region does not answer. */
  | (Timed & { readonly kind: 'rds-api-away'; readonly region: Region })
  /** Some of the sixteen checkers do not reach the region: they disagree with the others. */
  | (Timed & { readonly kind: 'checkers-cut'; readonly region: Region; readonly checkers: readonly number[] })
  | (Timed & { readonly kind: 'link-cut'; readonly from: Region; readonly both: boolean })
  | (Timed & { readonly kind: 'link-slow'; readonly delayMs: number })
  | (Timed & { readonly kind: 'link-flap'; readonly periodMs: number })
  | (Timed & { readonly kind: 'lag-spike'; readonly lagMs: number })
  /** A share of the edges' resolvers keeps answers so much longer than their TTL. */
  | (Timed & { readonly kind: 'resolvers-hold'; readonly edges: readonly number[]; readonly holdMs: number })
  | (Timed & { readonly kind: 'clock-skew'; readonly region: Region; readonly skewMs: number })
  | (Timed & { readonly kind: 'demand-spike'; readonly factor: number })
  /** Promotions that begin meanwhile take so many times as long. */
  | (Timed & { readonly kind: 'promotion-slow'; readonly factor: number })
  /** Promotions that begin meanwhile end without having promoted. */
  | (Timed & { readonly kind: 'promotion-fails' })
  /** Promotions that end meanwhile are shown as running for so much longer. */
  | (Timed & { readonly kind: 'promotion-reports-late'; readonly byMs: number })
  | (Moment & {
      readonly kind: 'operator';
      readonly region: Region;
      readonly command: 'overrule' | 'failback' | 'approve' | 'abandon' | 'resume';
    });

export type FaultKind = Fault['kind'];

export const FAULT_KINDS = [
  'region-loss',
  'region-freeze',
  'region-isolation',
  'world-cut',
  'zone-loss',
  'task-loss',
  'task-freeze',
  'writer-loss',
  'writer-freeze',
  'reader-loss',
  'controller-crash',
  'controller-freeze',
  'memory-away',
  'rds-api-away',
  'checkers-cut',
  'link-cut',
  'link-slow',
  'link-flap',
  'lag-spike',
  'resolvers-hold',
  'clock-skew',
  'demand-spike',
  'promotion-slow',
  'promotion-fails',
  'promotion-reports-late',
  'operator',
] as const satisfies readonly FaultKind[];

/** One fault in words, for timelines: `region-loss of us-east-1 at 120.0 s for 300.0 s`. */
export function describeFault(fault: Fault): string {
  const { kind, atMs, ...rest } = fault;
  const where =
    'region' in fault
      ? ` of ${REGIONS[fault.region]}`
      : 'from' in fault
        ? ` from ${REGIONS[fault.from]}`
        : '';
  const details = Object.entries(rest)
    .filter(([name]) => !['region', 'from', 'forMs'].includes(name))
    .map(([name, value]) => `${name} ${JSON.stringify(value, rounded)}`);
  const length =
    'forMs' in fault ? (fault.forMs === null ? ' until it is healed' : ` for ${seconds(fault.forMs)} s`) : '';
  return `${kind}${where} at ${seconds(atMs)} s${length}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

/** Two digits say enough in words; the options have them all. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toFixed(2)) : value;

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
