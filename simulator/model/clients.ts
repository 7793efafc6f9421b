// Viewers, as flows: each edge location has its share of the traffic, resolves the origin's name for itself and keeps
// the answer for its TTL. What it gets is constant between two changes of the world, so counting is multiplication,
// and every request is counted.

import type { Attempt } from '@understudy/engine/cloudfront/origin-failover';
import { REGIONS, type Region } from '../faults.ts';
import type { Random } from '../random.ts';
import { setRate } from './history.ts';
import {
  type Clients,
  type Counts,
  type Edge,
  type MutableOutage,
  note,
  type RegionState,
  type World,
} from './state.ts';

/** Fewer successes than this is an outage. */
const WELL = 0.99;
const FALLBACK_STATUS = [403, 500, 502, 503, 504];

const noCounts = (): Counts => ({ asked: 0, succeeded: 0, refused: 0, failed: 0 });

export function createClients(shares: readonly number[], random: Random, ttlMs: number): Clients {
  return {
    edges: shares.map((share, n) => ({
      share,
      inside: n < 2 ? (n as Region) : null,
      phaseMs: Math.floor(random.between(0, ttlMs)),
      resolved: 0,
      holdMs: 0,
      writeFails: 0,
      writeRefused: 0,
      readFails: 0,
      assetFails: 0,
    })),
    demandFactor: 1,
    ratesSinceMs: 0,
    writes: noCounts(),
    reads: noCounts(),
    assets: noCounts(),
    acknowledging: [0, 0],
    writeOutages: [],
    readOutages: [],
  };
}

/** The name's answer changed: each edge finds out when what it keeps has expired. */
export function expireAnswers(world: World): void {
  const ttlMs = world.options.dns.aliasTtlSeconds * 1000;
  for (const edge of world.clients.edges) {
    const keptMs = (world.agenda.nowMs - edge.phaseMs + ttlMs) % ttlMs;
    world.agenda.after(ttlMs - keptMs + edge.holdMs, () => resolve(world, edge));
  }
}

export function resolve(world: World, edge: Edge): void {
  const { origin } = world.dns;
  // Cut off with its region: the resolver gets no answer and serves what it has.
  if (edge.inside !== null && world.regions[edge.inside].isolated > 0) return;
  if (edge.resolved === origin) return;
  edge.resolved = origin;
  world.dirty = true;
  const { marks } = world;
  if (marks.lossMs !== null && world.clients.edges.every(({ resolved }) => resolved !== marks.lost))
    marks.redirectedMs ??= world.agenda.nowMs;
  note(world, 'global', 'edge.resolved', `edge-${world.clients.edges.indexOf(edge)}`, REGIONS[origin]);
}

function reachesRegion(world: World, edge: Edge, region: RegionState): boolean {
  const home = edge.inside;
  if (home === region.index) return true;
  if (region.worldCut > 0 || region.isolated > 0) return false;
  return home === null || world.regions[home].isolated === 0;
}

function attemptAt(world: World, edge: Edge, region: RegionState): Attempt {
  if (!reachesRegion(world, edge, region) || !region.up)
    return { kind: 'failed', failure: 'connect-timeout' };
  if (region.frozen > 0) return { kind: 'failed', failure: 'head-timeout' };
  return { kind: 'answered', status: 200 };
}

/** An object of the site: the first bucket's, else the second's where CloudFront may fail over. */
function assetFails(world: World, edge: Edge): number {
  const { laws, regions } = world;
  const first = attemptAt(world, edge, regions[0]);
  if (laws.viewerStatus(first) < 400) return 0;
  if (!laws.mayFailOver('GET', ['GET', 'HEAD']) || !laws.failsOver(first, FALLBACK_STATUS)) return 1;
  return laws.viewerStatus(attemptAt(world, edge, regions[1])) < 400 ? 0 : 1;
}

/** Load over capacity in both regions: what fails comes again, up to the clients' retries. */
function deriveLoad(world: World): void {
  const { clients, options, regions } = world;
  const demand = (options.traffic.writesPerSecond + options.traffic.readsPerSecond) * clients.demandFactor;
  const writesShare =
    options.traffic.writesPerSecond / (options.traffic.writesPerSecond + options.traffic.readsPerSecond);
  for (const region of regions) {
    if (!region.serving) {
      region.service.utilization = 0;
      continue;
    }
    const { capacity } = region;
    const refused = region.writable ? 0 : writesShare;
    let base = 0;
    for (const edge of clients.edges)
      if (edge.resolved === region.index && reachesRegion(world, edge, region)) base += edge.share * demand;
    let utilization = base / capacity;
    for (let n = 0; n < 3; n++) {
      const failing = 1 - (1 - refused) * region.servedShare * Math.min(1, 1 / Math.max(utilization, 1e-9));
      utilization = (base * (1 + options.traffic.retries * failing)) / capacity;
    }
    region.service.utilization = utilization;
  }
}

/** What every edge gets from now on. What it got until now is counted first. */
export function deriveTraffic(world: World): void {
  count(world);
  deriveLoad(world);
  const { clients, options, regions } = world;
  const writesPerMs = (options.traffic.writesPerSecond * clients.demandFactor) / 1000;
  const acknowledging: [number, number] = [0, 0];
  for (const edge of clients.edges) {
    const region = regions[edge.resolved];
    const reached = reachesRegion(world, edge, region) && region.serving;
    const ok = reached ? region.servedShare * Math.min(1, 1 / Math.max(region.service.utilization, 1e-9)) : 0;
    edge.writeRefused = region.writable ? 0 : ok;
    edge.writeFails = 1 - ok;
    edge.readFails = region.readable ? 1 - ok : 1;
    edge.assetFails = assetFails(world, edge);
    if (region.writable) acknowledging[edge.resolved] += edge.share * ok * writesPerMs;
  }
  for (const region of regions) {
    const rate = acknowledging[region.index];
    clients.acknowledging[region.index] = rate;
    const branch = world.histories.branches[region.cluster.head.branch]!;
    if (branch.region === region.index) setRate(branch, rate, world.agenda.nowMs);
  }
  mark(
    world,
    clients.writeOutages,
    shareOf(clients.edges, (edge) => edge.writeFails + edge.writeRefused),
  );
  mark(
    world,
    clients.readOutages,
    shareOf(clients.edges, (edge) => edge.readFails),
  );
}

function shareOf(edges: readonly Edge[], failing: (edge: Edge) => number): number {
  let sum = 0;
  for (const edge of edges) sum += edge.share * failing(edge);
  return 1 - sum;
}

function mark(world: World, outages: MutableOutage[], succeeding: number): void {
  const open = outages.at(-1)?.toSeconds === null ? outages.at(-1) : undefined;
  const seconds = world.agenda.nowMs / 1000;
  if (succeeding < WELL && !open) outages.push({ fromSeconds: seconds, toSeconds: null });
  else if (succeeding >= WELL && open) {
    // It began and ended in the same moment: nobody noticed.
    if (open.fromSeconds === seconds) outages.pop();
    else open.toSeconds = seconds;
  }
}

export function count(world: World): void {
  const { clients, options } = world;
  const { nowMs } = world.agenda;
  const seconds = (nowMs - clients.ratesSinceMs) / 1000;
  if (seconds <= 0) return;
  clients.ratesSinceMs = nowMs;
  const { writesPerSecond, readsPerSecond, assetsPerSecond } = options.traffic;
  for (const edge of clients.edges) {
    const factor = edge.share * clients.demandFactor * seconds;
    add(clients.writes, factor * writesPerSecond, edge.writeFails, edge.writeRefused);
    add(clients.reads, factor * readsPerSecond, edge.readFails, 0);
    add(clients.assets, factor * assetsPerSecond, edge.assetFails, 0);
  }
}

function add(counts: Counts, asked: number, fails: number, refused: number): void {
  counts.asked += asked;
  counts.failed += asked * fails;
  counts.refused += asked * refused;
  counts.succeeded += asked * Math.max(0, 1 - fails - refused);
}
