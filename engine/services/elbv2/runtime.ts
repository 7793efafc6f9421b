/**
 * What runs: a node in each zone of every load balancer, following the records. It tells others what it
 * sees: target health to the journal and the API, addresses to DNS, figures to CloudWatch. All of it in this
 * process; the orders are plain data (plan.ts), so that nodes could move into a process of their own.
 */

import type { ExportCertificateCommandOutput } from '@aws-sdk/client-acm';
import type { PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { TlsIdentity } from '../../network/http/index.ts';
import type { Timer } from '../../time/clock.ts';
import type { Json, ServiceContext } from '../contract.ts';
import type { Running } from './load-balancers.ts';
import { type GroupMinute, metricData, newCounters } from './metrics.ts';
import type { Records } from './model.ts';
import { Node, type NodeHost } from './node.ts';
import type { Served } from './node-group.ts';
import { type BalancerPlan, balancerPlans, type GroupPlan } from './plan.ts';
import {
  agreed,
  evaluateTargetHealth,
  type GroupHealth,
  type Health,
  type TargetView,
  zoneInDns,
} from './target-health.ts';

const MINUTE_MS = 60_000;
const STOP_GRACE_MS = 3000;

interface Balancer {
  plan: BalancerPlan;
  readonly nodes: Map<string, Node>;
  published: string;
}

export class Runtime implements Running, NodeHost {
  readonly context: ServiceContext;
  readonly #records: Records;
  readonly #balancers = new Map<string, Balancer>();
  readonly #identities = new Map<string, TlsIdentity>();
  /** Agreed health by target, to notice a change of mind. */
  readonly #agreed = new Map<string, Health['state']>();
  #following: Promise<void> = Promise.resolve();
  #drain: Timer | undefined;
  #minute: Timer | undefined;
  #started = false;

  constructor(context: ServiceContext, records: Records) {
    this.context = context;
    this.#records = records;
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.follow();
    const { clock } = this.context;
    this.#minute = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
      this.#minute = clock.every(MINUTE_MS, () => void this.#report());
      void this.#report();
    });
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#minute?.stop();
    this.#drain?.stop();
    await this.#following;
    const nodes = [...this.#balancers.values()].flatMap((balancer) => [...balancer.nodes.values()]);
    await Promise.all(nodes.map((node) => node.stop(STOP_GRACE_MS)));
    this.#balancers.clear();
  }

  /** One change after the other; each sees the newest records. */
  follow(): Promise<void> {
    if (!this.#started) return Promise.resolve();
    const next = this.#following.then(() => this.#follow());
    this.#following = next.catch(() => {});
    return next;
  }

  isOpen(arn: string): boolean {
    const nodes = [...(this.#balancers.get(arn)?.nodes.values() ?? [])];
    return nodes.length > 0 && nodes.every((node) => node.open);
  }

  /** What the nodes of every load balancer that uses the target agree on. */
  healthOf(id: string): Health | undefined {
    const views: TargetView[] = [];
    for (const { nodes } of this.#balancers.values())
      for (const node of nodes.values())
        for (const group of node.groups.values()) {
          const view = group.view(id);
          if (view) views.push(view);
        }
    return views.length === 0 ? undefined : agreed(views);
  }

  async identities(certificateArns: readonly string[]): Promise<readonly TlsIdentity[]> {
    return await Promise.all(certificateArns.map((arn) => this.#identity(arn)));
  }

  async #identity(arn: string): Promise<TlsIdentity> {
    const known = this.#identities.get(arn);
    if (known) return known;
    const { Certificate, CertificateChain, PrivateKey } = await this.context.invoke<
      { CertificateArn: string },
      ExportCertificateCommandOutput
    >('acm', 'ExportCertificate', { CertificateArn: arn });
    if (!Certificate || !PrivateKey) throw new Error(`certificate ${arn} came without its key`);
    const identity = { certificate: Certificate, chain: CertificateChain, privateKey: PrivateKey };
    this.#identities.set(arn, identity);
    return identity;
  }

  listenersChanged(): void {
    this.#publish();
  }

  targetChanged(
    _node: Node,
    group: { readonly plan: GroupPlan },
    target: { readonly plan: { readonly id: string; readonly name: string } },
  ): void {
    const health = this.healthOf(target.plan.id);
    const before = this.#agreed.get(target.plan.id) ?? 'initial';
    if (health && health.state !== before) {
      this.#agreed.set(target.plan.id, health.state);
      this.context.journal.record({
        event: 'target.health-changed',
        subject: `${group.plan.name} ${target.plan.name}`,
        because: health.description ?? 'health checks passed',
        data: { from: before, to: health.state, reason: health.reason ?? null, targetGroup: group.plan.arn },
      });
    }
    this.#publish();
  }

  async #follow(): Promise<void> {
    this.#forgetDrained();
    const plans = balancerPlans(this.#records, this.context.network);
    for (const [arn, balancer] of this.#balancers)
      if (!plans.some((plan) => plan.arn === arn)) await this.#remove(arn, balancer);
    await Promise.all(plans.map((plan) => this.#followBalancer(plan)));
    const known = new Set(this.#records.targets.entries().map(([id]) => id));
    for (const id of this.#agreed.keys()) if (!known.has(id)) this.#agreed.delete(id);
    this.#publish();
  }

  async #followBalancer(plan: BalancerPlan): Promise<void> {
    let balancer = this.#balancers.get(plan.arn);
    if (!balancer) {
      balancer = { plan, nodes: new Map(), published: '' };
      this.#balancers.set(plan.arn, balancer);
    }
    balancer.plan = plan;
    for (const [host, node] of balancer.nodes)
      if (!plan.nodes.some((one) => one.host === host)) {
        balancer.nodes.delete(host);
        void node.stop(STOP_GRACE_MS);
      }
    for (const place of plan.nodes)
      if (!balancer.nodes.has(place.host)) balancer.nodes.set(place.host, new Node(this, plan, place));
    await Promise.all([...balancer.nodes.values()].map((node) => node.follow(plan)));
  }

  async #remove(arn: string, balancer: Balancer): Promise<void> {
    this.#balancers.delete(arn);
    this.context.publish(documentKey(balancer.plan), null);
    await Promise.all([...balancer.nodes.values()].map((node) => node.stop(STOP_GRACE_MS)));
  }

  /** Drops targets whose delay is over, and comes back for the next one. */
  #forgetDrained(): void {
    const { clock } = this.context;
    const { targets } = this.#records;
    this.#drain?.stop();
    let next = Number.POSITIVE_INFINITY;
    for (const [id, target] of targets.entries()) {
      if (target.drainUntilMs === undefined) continue;
      if (target.drainUntilMs <= clock.now()) targets.delete(id);
      else next = Math.min(next, target.drainUntilMs);
    }
    if (next < Number.POSITIVE_INFINITY)
      this.#drain = clock.after(next - clock.now() + 1, () => void this.follow());
  }

  #publish(): void {
    for (const balancer of this.#balancers.values()) {
      const groups = this.#groupHealth(balancer);
      const document = {
        type: 'A',
        ttlSeconds: 60,
        targets: [...balancer.nodes.values()].map((node) => ({
          address: node.address,
          zone: node.zone,
          healthy: node.open && zoneInDns(node.zone, groups),
        })),
        healthy: evaluateTargetHealth(groups),
      };
      const text = JSON.stringify(document);
      if (text === balancer.published) continue;
      balancer.published = text;
      this.context.publish(documentKey(balancer.plan), document);
    }
  }

  #groupHealth(balancer: Balancer): GroupHealth[] {
    return balancer.plan.groups.map((group) => ({
      targets: group.targets
        .filter((target) => target.drainUntilMs === undefined)
        .map((target) => ({ zone: target.zone, healthy: this.healthOf(target.id)?.state === 'healthy' })),
    }));
  }

  /** A minute's figures. CloudWatch being away loses the minute, nothing else. */
  async #report(): Promise<void> {
    const timestamp = new Date(Math.floor((this.context.clock.now() - MINUTE_MS) / 1000) * 1000);
    for (const balancer of this.#balancers.values()) {
      const nodes = [...balancer.nodes.values()].map((node) => {
        const { counters } = node;
        node.counters = newCounters();
        return { zone: node.zone, counters, activeConnections: node.connections };
      });
      const data = metricData(balancer.plan.fullName, timestamp, nodes, this.#groupMinutes(balancer));
      try {
        for (let from = 0; from < data.length; from += 1000) {
          const input: PutMetricDataCommandInput = {
            Namespace: 'AWS/ApplicationELB',
            MetricData: data.slice(from, from + 1000),
          };
          await this.context.invoke('cloudwatch', 'PutMetricData', input);
        }
      } catch (error) {
        this.context.journal.record({
          event: 'metrics.lost',
          subject: balancer.plan.name,
          because: error instanceof Error ? error.message : String(error),
        });
      }
    }
  }

  #groupMinutes(balancer: Balancer): GroupMinute[] {
    const zones = [...balancer.nodes.values()].map((node) => node.zone);
    return balancer.plan.groups.map((group) => ({
      fullName: group.fullName,
      zones: zones.map((zone) => {
        const states = group.targets
          .filter((target) => target.zone === zone && target.drainUntilMs === undefined)
          .map((target) => this.healthOf(target.id)?.state);
        return {
          zone,
          healthy: states.filter((state) => state === 'healthy').length,
          unhealthy: states.filter((state) => state === 'unhealthy').length,
        };
      }),
    }));
  }

  status(): Json {
    return [...this.#balancers.values()].map(({ plan, nodes }) => ({
      name: plan.name,
      dnsName: plan.dnsName,
      nodes: [...nodes.values()].map((node) => ({
        zone: node.zone,
        address: node.address,
        requests: node.requests,
        connections: node.connections,
        listeners: [...node.listeners.values()].map(({ plan: listener, server }) => ({
          port: listener.port,
          openPort: listener.openPort,
          protocol: listener.protocol,
          open: server !== undefined,
        })),
      })),
      targetGroups: plan.groups.map((group) => ({
        name: group.name,
        targets: group.targets.map((target) => ({
          target: target.name,
          ...servedBy([...nodes.values()].map((node) => node.groups.get(group.arn)?.served(target.id))),
          zone: target.zone ?? null,
          state:
            target.drainUntilMs === undefined ? (this.healthOf(target.id)?.state ?? 'unused') : 'draining',
        })),
      })),
    }));
  }
}

/** One target's requests through every node. */
function servedBy(nodes: readonly (Served | undefined)[]): { ok: number; refused: number; failed: number } {
  const sum = { ok: 0, refused: 0, failed: 0 };
  for (const served of nodes) {
    sum.ok += served?.ok ?? 0;
    sum.refused += served?.refused ?? 0;
    sum.failed += served?.failed ?? 0;
  }
  return sum;
}

function documentKey(plan: BalancerPlan): string {
  return `route53/name/${plan.dnsName.toLowerCase()}`;
}
