// The few statistics that a report of simulated years needs, each with its error.

export interface Estimate {
  readonly value: number;
  /** The 95 % confidence interval: how far the number of simulated years leaves the value open. */
  readonly low: number;
  readonly high: number;
}

const Z = 1.96;

/** By the central limit theorem over independent years. */
export function meanOf(values: Float64Array): Estimate {
  const count = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const value = sum / count;
  let squares = 0;
  for (const one of values) squares += (one - value) ** 2;
  const error = count > 1 ? Z * Math.sqrt(squares / (count - 1) / count) : Number.POSITIVE_INFINITY;
  return { value, low: value - error, high: value + error };
}

/** Wilson's interval, which stays within 0 … 1 and is right near its ends. */
export function shareOf(hits: number, count: number): Estimate {
  const share = hits / count;
  const scale = 1 + Z ** 2 / count;
  const centre = (share + Z ** 2 / (2 * count)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  return { value: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Nearest rank, of values in ascending order. */
export function percentile(sorted: Float64Array | readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
