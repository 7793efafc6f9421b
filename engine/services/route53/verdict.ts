/**
 * From what was observed to healthy or unhealthy: the 18 % rule over checkers, calculated checks, inversion,
 * disabled checks. “How Amazon Route 53 determines whether a health check is healthy” (Route 53 Developer
 * Guide). Pure.
 */
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import type { MetricOutcome } from './metric-evaluation.ts';

/** More than this share of checkers must report healthy. */
const HEALTHY_SHARE = 0.18;

export interface Verdict {
  readonly healthy: boolean;
  readonly because: string;
}

export function endpointVerdict(healthyCheckers: number, checkers: number): Verdict {
  return {
    healthy: healthyCheckers > checkers * HEALTHY_SHARE,
    because: `${healthyCheckers} of ${checkers} checkers say healthy`,
  };
}

/** A threshold of 0 is always healthy, one above the number of children never. A disabled child is healthy. */
export function calculatedVerdict(
  children: readonly { readonly name: string; readonly healthy: boolean }[],
  threshold: number,
): Verdict {
  const unhealthy = children.filter((child) => !child.healthy);
  const healthy = children.length - unhealthy.length;
  const who = unhealthy.length > 0 ? ` (not: ${unhealthy.map((child) => child.name).join(', ')})` : '';
  return {
    healthy: healthy >= threshold,
    because: `${healthy} of ${children.length} checks are healthy${who}, ${threshold} must be`,
  };
}

/** Not enough data to say: the check's own setting decides; a check without history is healthy. */
export function insufficientVerdict(
  setting: HealthCheckConfig['InsufficientDataHealthStatus'],
  lastKnown: boolean | undefined,
): Verdict {
  switch (setting ?? 'Healthy') {
    case 'Healthy':
      return { healthy: true, because: 'insufficient data counts as healthy' };
    case 'Unhealthy':
      return { healthy: false, because: 'insufficient data counts as unhealthy' };
    default: {
      const healthy = lastKnown ?? true;
      const word = healthy ? 'healthy' : 'unhealthy';
      return { healthy, because: `insufficient data: last known status is ${word}` };
    }
  }
}

/** A metric's data as a verdict. `settled`: the alarm's region was asked at least once, with whatever result. */
export function metricVerdict(
  config: Pick<HealthCheckConfig, 'InsufficientDataHealthStatus'>,
  settled: boolean,
  { outcome, because }: MetricOutcome,
  lastKnown: boolean | undefined,
): Verdict {
  if (outcome !== 'insufficient') return { healthy: outcome === 'ok', because };
  // Before anything was read, a restart must not look like a metric that stopped.
  const setting = settled ? config.InsufficientDataHealthStatus : 'LastKnownStatus';
  const verdict = insufficientVerdict(setting, lastKnown);
  return { ...verdict, because: `${verdict.because}; ${because}` };
}

/** The last status that rested on data: insufficient data change nothing about it. */
export function lastKnownAfter({ outcome }: MetricOutcome, before: boolean | undefined): boolean | undefined {
  return outcome === 'insufficient' ? before : outcome === 'ok';
}

/**
 * What DNS goes by. A disabled check counts as healthy, whatever was seen; inversion comes last, so that a
 * disabled and inverted check is unhealthy.
 */
export function finalVerdict(config: HealthCheckConfig, seen: Verdict): Verdict {
  const before = config.Disabled ? { healthy: true, because: 'the check is disabled' } : seen;
  if (!config.Inverted) return before;
  return { healthy: !before.healthy, because: `inverted: ${before.because}` };
}
