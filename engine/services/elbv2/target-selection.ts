/**
 * Which target gets the next request. Pure but for the counters it is given. Routable are the healthy ones;
 * if none is, all of them (“fail open”: Application Load Balancer guide, target group health).
 */
export interface Candidate {
  readonly healthy: boolean;
  /** AWS time since when it has been healthy. */
  readonly healthySinceMs: number;
  /** Requests under way from this node. */
  outstanding: number;
  /** Scratch of the round robin. */
  credit: number;
}

export function routable<T extends Candidate>(targets: readonly T[]): readonly T[] {
  const healthy = targets.filter((target) => target.healthy);
  return healthy.length > 0 ? healthy : targets;
}

/** In turn. With slow start, a new target's share grows linearly from a tenth to a whole one. */
export function roundRobin<T extends Candidate>(
  targets: readonly T[],
  slowStartMs: number,
  nowMs: number,
): T | undefined {
  if (targets.length < 2) return targets[0];
  let best: T | undefined;
  let total = 0;
  for (const target of targets) {
    const weight = slowStartMs === 0 ? 1 : slowStartWeight(target, slowStartMs, nowMs);
    total += weight;
    target.credit += weight;
    if (best === undefined || target.credit > best.credit) best = target;
  }
  if (best) best.credit -= total;
  return best;
}

function slowStartWeight(target: Candidate, slowStartMs: number, nowMs: number): number {
  return Math.min(1, Math.max(0.1, (nowMs - target.healthySinceMs) / slowStartMs));
}

/** The least busy; among equals in turn. */
export function leastOutstanding<T extends Candidate>(targets: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const target of targets) {
    const less = best !== undefined && target.outstanding < best.outstanding;
    const longerAgo =
      best !== undefined && target.outstanding === best.outstanding && target.credit < best.credit;
    if (best === undefined || less || longerAgo) best = target;
  }
  if (best) best.credit = Math.max(...targets.map((target) => target.credit)) + 1;
  return best;
}

/** One of several groups by their weights; `uniform` in [0, 1). A weight of 0 gets nothing. */
export function byWeight<T extends { readonly weight: number }>(
  choices: readonly T[],
  uniform: number,
): T | undefined {
  const total = choices.reduce((sum, choice) => sum + choice.weight, 0);
  let left = uniform * total;
  for (const choice of choices) {
    left -= choice.weight;
    if (left < 0) return choice;
  }
  return undefined;
}
