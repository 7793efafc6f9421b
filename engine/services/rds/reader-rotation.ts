/**
 * Which instances the reader endpoint leads to. A reader that lags is left out until it has caught up well
 * below the limit, so that one at the limit does not come and go; without a reader the endpoint leads to the
 * writer, as on AWS, and without a writer to whatever answers. Pure; times are AWS milliseconds.
 */
export interface ReaderState {
  readonly identifier: string;
  /** The writer, or in a secondary region its head, which follows the other region. */
  readonly leads: boolean;
  /** Behind its leader; undefined: nothing has arrived since it started. */
  readonly lagMs: number | undefined;
}

/**
 * Aurora's readers share the writer's volume and stay within about 100 ms; one that falls far behind restarts
 * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Replication.html). These limits are ours.
 */
export const OUT_BEYOND_MS = 30_000;
export const BACK_WITHIN_MS = 10_000;

/** The readers that lag, given those that lagged before. */
export function laggingReaders(
  readers: readonly ReaderState[],
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  const lags = ({ identifier, leads, lagMs }: ReaderState): boolean =>
    !leads && (lagMs === undefined || lagMs > (before.has(identifier) ? BACK_WITHIN_MS : OUT_BEYOND_MS));
  return new Set(readers.filter(lags).map((reader) => reader.identifier));
}

/**
 * For one new connection, in turn. In a secondary the head reads like any other; in the writer's region the
 * writer is spared as long as a reader is there. Empty only if nothing serves.
 */
export function readerChoices(
  serving: readonly ReaderState[],
  lagging: ReadonlySet<string>,
  clusterRole: 'writer' | 'secondary',
): readonly string[] {
  const fresh = serving.filter(
    (reader) => !lagging.has(reader.identifier) && (clusterRole === 'secondary' || !reader.leads),
  );
  const leader = serving.filter((reader) => reader.leads);
  const choice = [fresh, leader, serving].find((some) => some.length > 0) ?? [];
  return choice.map((reader) => reader.identifier).sort();
}
