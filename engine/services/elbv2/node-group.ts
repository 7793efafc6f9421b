/**
 * A target group as one node knows it: its targets, what this node's own checks say of each, and which of
 * them may get requests. Checks of a target start soon after registration, in a phase of their own, and keep
 * their interval however long an answer takes.
 */
import { type Destination, destination, type Exchange, type Pool } from '../../network/http/index.ts';
import type { Clock, Timer } from '../../time/clock.ts';
import { checkTarget } from './health-check.ts';
import type { GroupPlan, TargetPlan } from './plan.ts';
import { afterCheck, REGISTERED, type TargetView } from './target-health.ts';
import { type Candidate, leastOutstanding, roundRobin, routable } from './target-selection.ts';

/** Checks of several nodes spread over this much of the first interval. */
const PHASE_MS = 1000;

export interface NodeGroupHost {
  readonly clock: Clock;
  readonly random: () => number;
  readonly address: string;
  /** Connections for health checks: none is kept. */
  readonly probes: Pool;
  /** Connections for requests. */
  readonly pool: Pool;
  changed(group: NodeGroup, target: NodeTarget, before: TargetView): void;
}

/** A request under way to a target, and how to end it when the target's delay is over. */
export interface UnderWay {
  readonly exchange: Exchange;
  expired(): void;
}

export interface NodeTarget extends Candidate {
  readonly plan: TargetPlan;
  readonly to: Destination;
  view: TargetView;
  readonly underWay: Set<UnderWay>;
  /** Requests that it was given since it was registered, by what came of them. */
  readonly served: Served;
}

export interface Served {
  ok: number;
  refused: number;
  failed: number;
}

export function countServed(served: Served, status: number): void {
  if (status === 503) served.refused++;
  else if (status >= 500) served.failed++;
  else served.ok++;
}

interface Entry extends NodeTarget {
  healthy: boolean;
  healthySinceMs: number;
  timer: Timer | undefined;
  drain: Timer | undefined;
}

export class NodeGroup {
  readonly #host: NodeGroupHost;
  readonly #entries = new Map<string, Entry>();
  #plan: GroupPlan;
  #routable: readonly Entry[] = [];

  constructor(host: NodeGroupHost, plan: GroupPlan) {
    this.#host = host;
    this.#plan = plan;
    this.follow(plan);
  }

  get plan(): GroupPlan {
    return this.#plan;
  }

  /** Registered targets, without those that drain. */
  get targets(): readonly NodeTarget[] {
    return [...this.#entries.values()].filter((entry) => !entry.drain);
  }

  view(id: string): TargetView | undefined {
    const entry = this.#entries.get(id);
    return entry?.drain ? undefined : entry?.view;
  }

  /** Of a target that is registered or drains. */
  served(id: string): Served | undefined {
    return this.#entries.get(id)?.served;
  }

  follow(plan: GroupPlan): void {
    const checksAnew = JSON.stringify(plan.healthCheck) !== JSON.stringify(this.#plan.healthCheck);
    this.#plan = plan;
    const kept = new Set(plan.targets.map((target) => target.id));
    for (const [id, entry] of this.#entries) if (!kept.has(id)) this.#remove(id, entry);
    for (const target of plan.targets) {
      const known = this.#entries.get(target.id);
      // A target that came back while draining starts from its registration.
      if (known && known.plan.registeredMs !== target.registeredMs) this.#remove(target.id, known);
      const entry = this.#entries.get(target.id) ?? this.#add(target);
      if (target.drainUntilMs !== undefined) this.#startDrain(entry, target.drainUntilMs);
      else if (checksAnew || !entry.timer) this.#startChecks(entry);
    }
    this.#refresh();
  }

  /** The target for the next request; undefined if none is registered. */
  pick(): NodeTarget | undefined {
    const { algorithm, slowStartMs } = this.#plan.settings;
    return algorithm === 'least_outstanding_requests'
      ? leastOutstanding(this.#routable)
      : roundRobin(this.#routable, slowStartMs, slowStartMs === 0 ? 0 : this.#host.clock.now());
  }

  stop(): void {
    for (const [id, entry] of this.#entries) this.#remove(id, entry);
  }

  #add(plan: TargetPlan): Entry {
    const tls = this.#plan.protocol === 'HTTPS' ? { tls: { servername: plan.host, trust: undefined } } : {};
    const entry: Entry = {
      plan,
      to: destination(plan.host, plan.port, { ...tls, localAddress: this.#host.address }),
      view: REGISTERED,
      healthy: false,
      healthySinceMs: 0,
      outstanding: 0,
      credit: 0,
      underWay: new Set(),
      served: { ok: 0, refused: 0, failed: 0 },
      timer: undefined,
      drain: undefined,
    };
    this.#entries.set(plan.id, entry);
    return entry;
  }

  #remove(id: string, entry: Entry): void {
    entry.timer?.stop();
    entry.drain?.stop();
    this.#entries.delete(id);
    for (const request of [...entry.underWay]) request.expired();
    this.#host.pool.drop(entry.to.key);
  }

  #startDrain(entry: Entry, untilMs: number): void {
    if (entry.drain) return;
    entry.timer?.stop();
    const { clock } = this.#host;
    entry.drain = clock.after(Math.max(0, untilMs - clock.now()), () => {
      for (const request of [...entry.underWay]) request.expired();
      this.#host.pool.drop(entry.to.key);
    });
  }

  #startChecks(entry: Entry): void {
    entry.timer?.stop();
    const { clock, random } = this.#host;
    const check = (): void => void this.#check(entry);
    entry.timer = clock.after(random() * PHASE_MS, () => {
      entry.timer = clock.every(this.#plan.healthCheck.intervalSeconds * 1000, check);
      check();
    });
  }

  async #check(entry: Entry): Promise<void> {
    const { healthCheck } = this.#plan;
    const { clock, probes, address } = this.#host;
    const port = healthCheck.port === 'traffic-port' ? entry.plan.port : Number(healthCheck.port);
    const tls = healthCheck.protocol === 'HTTPS' ? { tls: { servername: '', trust: undefined } } : {};
    const to = destination(entry.plan.host, port, { ...tls, localAddress: address });
    const outcome = await checkTarget(probes, to, entry.plan.name, healthCheck);
    if (this.#entries.get(entry.plan.id) !== entry || entry.drain) return;
    const before = entry.view;
    entry.view = afterCheck(before, outcome, healthCheck, clock.now());
    if (entry.view.health.state === before.health.state) return;
    this.#refresh();
    this.#host.changed(this, entry, before);
  }

  #refresh(): void {
    for (const entry of this.#entries.values()) {
      entry.healthy = entry.view.health.state === 'healthy';
      entry.healthySinceMs = entry.view.healthySinceMs;
    }
    this.#routable = routable([...this.#entries.values()].filter((entry) => !entry.drain));
  }
}
