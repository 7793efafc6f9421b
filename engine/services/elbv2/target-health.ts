/**
 * Verdicts about targets, from health checks and thresholds alone. Pure. Each node of a load balancer keeps
 * its own state of each target; what the API and DNS say is drawn from all of them. Rules: Application Load
 * Balancer guide, “Health checks for your target groups”.
 */
import type { HealthCheckSettings } from './model.ts';

export type HealthReason =
  | 'Elb.InitialHealthChecking'
  | 'Elb.RegistrationInProgress'
  | 'Target.ResponseCodeMismatch'
  | 'Target.Timeout'
  | 'Target.FailedHealthChecks'
  | 'Target.NotInUse'
  | 'Target.NotRegistered'
  | 'Target.DeregistrationInProgress';

export type HealthState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining';

export interface Health {
  readonly state: HealthState;
  readonly reason?: HealthReason;
  readonly description?: string;
}

/** What one node knows of one target. */
export interface TargetView {
  readonly health: Health & { readonly state: 'initial' | 'healthy' | 'unhealthy' };
  readonly successes: number;
  readonly failures: number;
  /** Since when it has been healthy: slow start counts from here. */
  readonly healthySinceMs: number;
}

export type CheckOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'failed'; readonly because: string };

export const REGISTERED: TargetView = {
  health: {
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
  },
  successes: 0,
  failures: 0,
  healthySinceMs: 0,
};

/** After registration one success is enough; later `healthyThreshold` in a row are needed. */
export function afterCheck(
  view: TargetView,
  outcome: CheckOutcome,
  settings: HealthCheckSettings,
  nowMs: number,
): TargetView {
  if (outcome.kind === 'answered' && matches(settings.matcher, outcome.status)) {
    const successes = view.successes + 1;
    if (view.health.state === 'healthy') return { ...view, successes, failures: 0 };
    const needed = view.health.state === 'initial' ? 1 : settings.healthyThreshold;
    if (successes < needed) return { ...view, successes, failures: 0 };
    return { health: { state: 'healthy' }, successes, failures: 0, healthySinceMs: nowMs };
  }
  const failures = view.failures + 1;
  if (failures >= settings.unhealthyThreshold || view.health.state === 'unhealthy')
    return { ...view, health: unhealthy(outcome), successes: 0, failures };
  const initial: TargetView['health'] = {
    state: 'initial',
    reason: 'Elb.InitialHealthChecking',
    description: 'Initial health checks in progress',
  };
  return { ...view, health: view.health.state === 'initial' ? initial : view.health, successes: 0, failures };
}

function unhealthy(outcome: CheckOutcome): TargetView['health'] {
  switch (outcome.kind) {
    case 'answered':
      return {
        state: 'unhealthy',
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${outcome.status}]`,
      };
    case 'timed-out':
      return { state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' };
    case 'failed':
      return {
        state: 'unhealthy',
        reason: 'Target.FailedHealthChecks',
        description: `Health checks failed: ${outcome.because}`,
      };
  }
}

/** `200`, `200,202`, `200-299`, and lists of both. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [from, to] = part.trim().split('-').map(Number);
    return from !== undefined && status >= from && status <= (to ?? from);
  });
}

/** One word for what several nodes say: the state that most of them see; undecided, the better one. */
export function agreed(views: readonly TargetView[]): Health {
  const order = ['healthy', 'initial', 'unhealthy'] as const;
  let best: Health | undefined;
  let votes = 0;
  for (const state of order) {
    const same = views.filter((view) => view.health.state === state);
    if (same.length > votes) {
      votes = same.length;
      best = same[0]?.health;
    }
  }
  return best ?? REGISTERED.health;
}

export const NOT_IN_USE: Health = {
  state: 'unused',
  reason: 'Target.NotInUse',
  description: 'Target group is not configured to receive traffic from the load balancer',
};

export const ZONE_NOT_IN_USE: Health = {
  state: 'unused',
  reason: 'Target.NotInUse',
  description: 'Target is in an Availability Zone that is not enabled for the load balancer',
};

export const DRAINING: Health = {
  state: 'draining',
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
};

export const NOT_REGISTERED: Health = {
  state: 'unused',
  reason: 'Target.NotRegistered',
  description: 'Target is not registered to the target group',
};

/** A group as DNS sees it: targets in use, with what the nodes agree on. */
export interface GroupHealth {
  readonly targets: readonly { readonly zone: string | undefined; readonly healthy: boolean }[];
}

/**
 * Route 53's EvaluateTargetHealth of an alias to a load balancer: every group with targets needs a healthy
 * one, and a group without targets is unhealthy (Route 53 guide, “EvaluateTargetHealth”).
 */
export function evaluateTargetHealth(groups: readonly GroupHealth[]): boolean {
  return groups.every((group) => group.targets.some((target) => target.healthy));
}

/**
 * Whether a zone's node stays in the DNS answer: each group that has targets there keeps at least one of
 * them healthy. A zone without targets stays, since its node reaches the other zones'.
 */
export function zoneInDns(zone: string, groups: readonly GroupHealth[]): boolean {
  return groups.every((group) => {
    const here = group.targets.filter((target) => target.zone === zone);
    return here.length === 0 || here.some((target) => target.healthy);
  });
}
