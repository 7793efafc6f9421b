/**
 * A node: a load balancer's presence in one zone. It opens the listeners on its own address, opens one again
 * whose socket is lost, probes every target by itself and sends requests to targets of all zones.
 */
import { type HttpServer, Pool, serveHttp, type TlsIdentity } from '../../network/http/index.ts';
import type { Timer } from '../../time/clock.ts';
import type { ServiceContext } from '../contract.ts';
import { type CompiledRule, compileRules } from './listener-rules.ts';
import { type NodeCounters, newCounters } from './metrics.ts';
import { NodeGroup, type NodeTarget } from './node-group.ts';
import type { BalancerPlan, ListenerPlan } from './plan.ts';
import { answerRefusal, handleRequest } from './request-path.ts';
import type { TargetView } from './target-health.ts';

/** AWS allows a target ten seconds to accept a connection. */
const CONNECT_MS = 10_000;
const REOPEN_MS = 1000;
/** What answers under way get when a listener goes. */
const CLOSE_GRACE_MS = 5000;

export interface NodeHost {
  readonly context: ServiceContext;
  identities(certificateArns: readonly string[]): Promise<readonly TlsIdentity[]>;
  targetChanged(node: Node, group: NodeGroup, target: NodeTarget, before: TargetView): void;
  listenersChanged(): void;
}

/** One open (or opening) port, with the rules as they are now. */
export interface OpenListener {
  plan: ListenerPlan;
  rules: readonly CompiledRule[];
  server: HttpServer | undefined;
  identities: readonly TlsIdentity[] | undefined;
  closed: boolean;
  retry: Timer | undefined;
}

export class Node {
  readonly zone: string;
  readonly address: string;
  readonly pool: Pool;
  readonly groups = new Map<string, NodeGroup>();
  readonly listeners = new Map<string, OpenListener>();
  counters: NodeCounters = newCounters();
  /** Requests since the start, for the status page. */
  requests = 0;
  plan: BalancerPlan;
  readonly host: NodeHost;
  readonly #probes: Pool;

  constructor(host: NodeHost, plan: BalancerPlan, place: { readonly zone: string; readonly host: string }) {
    this.host = host;
    this.plan = plan;
    this.zone = place.zone;
    this.address = place.host;
    const { clock } = host.context;
    this.pool = new Pool({ clock, idleMs: plan.settings.idleMs });
    this.#probes = new Pool({ clock, maxIdle: 0 });
  }

  get timeouts(): { readonly connectMs: number; readonly headMs: number; readonly bodyMs: number } {
    const { idleMs } = this.plan.settings;
    return { connectMs: CONNECT_MS, headMs: idleMs, bodyMs: idleMs };
  }

  get connections(): number {
    return [...this.listeners.values()].reduce((sum, one) => sum + (one.server?.connections ?? 0), 0);
  }

  get open(): boolean {
    return [...this.listeners.values()].every((listener) => listener.server !== undefined);
  }

  /** Resolves when every listener is open, or has been tried and will be tried again. */
  async follow(plan: BalancerPlan): Promise<void> {
    this.plan = plan;
    this.#followGroups(plan);
    for (const [arn, listener] of this.listeners)
      if (!plan.listeners.some((one) => one.arn === arn && samePlace(one, listener.plan)))
        this.#close(arn, listener);
    await Promise.all(plan.listeners.map((listener) => this.#followListener(listener)));
  }

  async stop(graceMs: number): Promise<void> {
    const servers = [...this.listeners.values()].map((listener) => {
      listener.closed = true;
      listener.retry?.stop();
      return listener.server;
    });
    await Promise.all(servers.map((server) => server?.close(graceMs)));
    for (const group of this.groups.values()) group.stop();
    this.listeners.clear();
    this.pool.destroy();
    this.#probes.destroy();
  }

  #followGroups(plan: BalancerPlan): void {
    for (const [arn, group] of this.groups)
      if (!plan.groups.some((one) => one.arn === arn)) {
        group.stop();
        this.groups.delete(arn);
      }
    for (const wanted of plan.groups) {
      const known = this.groups.get(wanted.arn);
      if (known) known.follow(wanted);
      else this.groups.set(wanted.arn, this.#newGroup(wanted));
    }
  }

  #newGroup(plan: BalancerPlan['groups'][number]): NodeGroup {
    const { clock, random } = this.host.context;
    return new NodeGroup(
      {
        clock,
        random,
        address: this.address,
        pool: this.pool,
        probes: this.#probes,
        changed: (group, target, before) => this.host.targetChanged(this, group, target, before),
      },
      plan,
    );
  }

  async #followListener(plan: ListenerPlan): Promise<void> {
    const rules = compileRules(plan.rules);
    const known = this.listeners.get(plan.arn);
    if (!known) {
      const listener: OpenListener = {
        plan,
        rules,
        server: undefined,
        identities: undefined,
        closed: false,
        retry: undefined,
      };
      this.listeners.set(plan.arn, listener);
      await this.#open(listener);
      return;
    }
    const certificatesBefore = known.plan.certificateArns.join();
    known.plan = plan;
    known.rules = rules;
    const { idleMs, clientKeepAliveMs } = this.plan.settings;
    known.server?.setTimeouts({ idleMs, headMs: idleMs, lifetimeMs: clientKeepAliveMs });
    if (known.server && plan.certificateArns.join() !== certificatesBefore)
      known.server.setIdentities(await this.host.identities(plan.certificateArns));
  }

  async #open(listener: OpenListener): Promise<void> {
    const { context } = this.host;
    const { idleMs, clientKeepAliveMs } = this.plan.settings;
    try {
      const tls =
        listener.plan.protocol === 'HTTPS'
          ? await this.host.identities(listener.plan.certificateArns)
          : undefined;
      const server = await serveHttp({
        host: this.address,
        port: listener.plan.openPort,
        clock: context.clock,
        tls,
        timeouts: { idleMs, headMs: idleMs, lifetimeMs: clientKeepAliveMs },
        onConnection: () => void this.counters.newConnections++,
        onTlsFailure: () => void this.counters.tlsErrors++,
        onRequest: (request, reply) => handleRequest(this, listener, request, reply),
        onRefused: (refusal, reply) => answerRefusal(this, refusal, reply),
        onError: (error) => this.#journal('request.failed', listener, String(error)),
        onDown: (because) => this.#lost(listener, because),
      });
      if (listener.closed) {
        server.destroy();
        return;
      }
      listener.server = server;
      this.#journal('listener.opened', listener, `${this.plan.name} answers in ${this.zone}`);
      this.host.listenersChanged();
    } catch (error) {
      this.#retry(listener, error instanceof Error ? error.message : String(error));
    }
  }

  #lost(listener: OpenListener, because: string): void {
    if (listener.closed) return;
    listener.server = undefined;
    this.#journal('listener.lost', listener, because);
    this.host.listenersChanged();
    void this.#open(listener);
  }

  #retry(listener: OpenListener, because: string): void {
    if (listener.closed) return;
    if (!listener.retry)
      this.#journal('listener.not-opened', listener, `${because}; tried again each second`);
    listener.retry = this.host.context.clock.after(REOPEN_MS, () => void this.#open(listener));
  }

  #close(arn: string, listener: OpenListener): void {
    listener.closed = true;
    listener.retry?.stop();
    void listener.server?.close(CLOSE_GRACE_MS);
    this.listeners.delete(arn);
  }

  #journal(event: string, listener: OpenListener, because: string): void {
    const { port, openPort, protocol } = listener.plan;
    this.host.context.journal.record({
      event,
      subject: `${this.plan.name} ${this.zone} ${this.address}:${openPort}`,
      because,
      data: { port, protocol, zone: this.zone },
    });
  }
}

function samePlace(some: ListenerPlan, other: ListenerPlan): boolean {
  return some.openPort === other.openPort && some.protocol === other.protocol;
}
