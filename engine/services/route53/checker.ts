/**
 * One of the checkers of one health check: it turns its state after `FailureThreshold` results in a row of
 * the other kind, in either direction. It begins healthy: “until there’s enough data to determine the actual
 * status, the endpoint is considered healthy”. Pure.
 */
export interface Observation {
  readonly ok: boolean;
  /** What was found, in words: `HTTP 503`, `connection refused`. */
  readonly because: string;
  readonly atMs: number;
}

export interface Checker {
  readonly healthy: boolean;
  /** Results in a row that speak against `healthy`. */
  readonly against: number;
  readonly last: Observation | undefined;
}

export const NEW_CHECKER: Checker = { healthy: true, against: 0, last: undefined };

export function observe(checker: Checker, observation: Observation, failureThreshold: number): Checker {
  if (observation.ok === checker.healthy) return { ...checker, against: 0, last: observation };
  const against = checker.against + 1;
  if (against < failureThreshold) return { ...checker, against, last: observation };
  return { healthy: observation.ok, against: 0, last: observation };
}

/** Two checkers in each of the eight Regions that Route 53 checks from. */
export const CHECKER_REGIONS = [
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'sa-east-1',
] as const;
export const CHECKERS_PER_REGION = 2;

/** Where each of a check's checkers sits. `Regions` of the check narrows it down (three at least, on AWS). */
export function vantages(regions: readonly string[] | undefined): readonly string[] {
  const chosen = regions && regions.length > 0 ? regions : CHECKER_REGIONS;
  return chosen.flatMap((region) => Array.from({ length: CHECKERS_PER_REGION }, () => region));
}
