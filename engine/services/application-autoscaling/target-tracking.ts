/**
 * How much capacity a target tracking policy wants. Pure. Application Auto Scaling User Guide, “Target
 * tracking scaling policies”: proportional out as fast as possible, gradual in, with cooldowns; AWS does not
 * publish how gradual, so one step in is a tenth of the capacity, and at least one.
 */
export interface TrackingSituation {
  readonly nowMs: number;
  readonly current: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly metricValue: number;
  readonly targetValue: number;
  readonly scaleOutCooldownMs: number;
  readonly scaleInCooldownMs: number;
  /** The latest movement out, with the capacity it started from. */
  readonly lastOut?: { readonly atMs: number; readonly from: number } | undefined;
  readonly lastIn?: { readonly atMs: number } | undefined;
  /** Why nothing may be taken away now: a deployment, another policy, a setting. */
  readonly scaleInBlocked?: string | undefined;
  readonly scaleOutBlocked?: string | undefined;
}

export type Decision =
  | { readonly move: 'out' | 'in'; readonly capacity: number; readonly because: string }
  | { readonly move: 'none'; readonly because: string };

export function decideOut(situation: TrackingSituation): Decision {
  const { nowMs, current, lastOut, metricValue, targetValue } = situation;
  if (situation.scaleOutBlocked) return none(situation.scaleOutBlocked);
  if (current === 0) return none('there is no capacity that the metric could be about');
  const cooling = lastOut !== undefined && nowMs - lastOut.atMs < situation.scaleOutCooldownMs;
  // While the last addition settles, the metric still tells of what was there before it: only a larger need counts.
  const basis = cooling ? lastOut.from : current;
  const wanted = bounded(situation, Math.ceil((basis * metricValue) / targetValue));
  if (wanted <= current)
    return none(
      cooling
        ? `in the cooldown of the last scale-out, and ${wanted} would not be more than ${current}`
        : `${current} is the maximum or already enough`,
    );
  return { move: 'out', capacity: wanted, because: reason(situation, basis) };
}

export function decideIn(situation: TrackingSituation): Decision {
  const { nowMs, current, lastOut, lastIn } = situation;
  if (situation.scaleInBlocked) return none(situation.scaleInBlocked);
  const since = Math.max(lastOut?.atMs ?? Number.NEGATIVE_INFINITY, lastIn?.atMs ?? Number.NEGATIVE_INFINITY);
  if (nowMs - since < situation.scaleInCooldownMs) return none('in the scale-in cooldown');
  const proportional = Math.ceil((current * situation.metricValue) / situation.targetValue);
  const gradual = current - Math.max(1, Math.floor(current / 10));
  const wanted = bounded(situation, Math.max(proportional, gradual));
  if (wanted >= current) return none(`${current} is the minimum or still needed`);
  return { move: 'in', capacity: wanted, because: reason(situation, current) };
}

/** A capacity outside its bounds is brought inside at once; undefined when it is there already. */
export function intoBounds(current: number, minimum: number, maximum: number): number | undefined {
  const inside = Math.min(maximum, Math.max(minimum, current));
  return inside === current ? undefined : inside;
}

function bounded(situation: TrackingSituation, capacity: number): number {
  return Math.min(situation.maximum, Math.max(situation.minimum, capacity));
}

function reason(situation: TrackingSituation, basis: number): string {
  const metric = Math.round(situation.metricValue * 100) / 100;
  return `${metric} at ${basis}, where ${situation.targetValue} is the target`;
}

function none(because: string): Decision {
  return { move: 'none', because };
}
