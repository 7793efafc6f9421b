/** Samples of the charts: fewer of them where a chart has no more room. Pure. */
import type { Sample } from './api.ts';

/** One for each stretch of time: rates averaged, lags at their worst, the state of the last one. */
export function thinned(samples: readonly Sample[], stepMs: number): readonly Sample[] {
  const found: Sample[] = [];
  let bucket: Sample[] = [];
  let step = Number.NaN;
  const close = (): void => {
    const one = merged(bucket);
    if (one) found.push(one);
    bucket = [];
  };
  for (const sample of samples) {
    const now = Math.floor(sample.atMs / stepMs);
    if (now !== step) close();
    step = now;
    bucket.push(sample);
  }
  close();
  return found;
}

/** At most so many, over the time that they cover. */
export function atMost(samples: readonly Sample[], points: number): readonly Sample[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length <= points) return samples;
  // One step more than points, so that a stretch that begins between two steps does not make one too many.
  return thinned(samples, Math.ceil((last.atMs - first.atMs + 1) / Math.max(1, points - 1)));
}

function merged(samples: readonly Sample[]): Sample | undefined {
  const last = samples.at(-1);
  if (!last || samples.length === 1) return last;
  const average = (of: (sample: Sample) => number): number =>
    Math.round((samples.reduce((sum, one) => sum + of(one), 0) / samples.length) * 1000) / 1000;
  const lags = samples.flatMap(({ lagMs }) => (lagMs === null ? [] : [lagMs]));
  return {
    ...last,
    okPerSecond: average(({ okPerSecond }) => okPerSecond),
    refusedPerSecond: average(({ refusedPerSecond }) => refusedPerSecond),
    failedPerSecond: average(({ failedPerSecond }) => failedPerSecond),
    lagMs: lags.length > 0 ? Math.max(...lags) : null,
  };
}
