// Route 53's data plane: sixteen checkers a region, each on its own beat, the latch's metric check, the calculated
// check, and the failover pairs `origin` and `active`, all by the engine's rules. A checker whose next look could not
// change anything is not planned; it wakes when what it would see changes.

import type { World as AliasWorld } from '@understudy/engine/route53/alias';
import { NEW_CHECKER } from '@understudy/engine/route53/checker';
import type { MetricRule } from '@understudy/engine/route53/metric-evaluation';
import { compileZone, type Group } from '@understudy/engine/route53/zone-data';
import type { Region } from '../faults.ts';
import { REGIONS } from '../faults.ts';
import type { Random } from '../random.ts';
import {
  answers,
  type CheckerState,
  type Dns,
  EPOCH_MS,
  note,
  type RegionState,
  type World,
} from './state.ts';

const CHECKERS = 16;
const LATCH_POLL_MS = 10_000;
const DOMAIN = 'storefront.example';
const LATCH_RULE: MetricRule = {
  namespace: 'Understudy/Failover',
  metricName: 'Latch',
  dimensions: [{ name: 'Region', value: REGIONS[1] }],
  statistic: 'Maximum',
  periodSeconds: 60,
  evaluationPeriods: 1,
  threshold: 1,
  comparison: 'GreaterThanOrEqualToThreshold',
};
const LATCH_CONFIG = { InsufficientDataHealthStatus: 'LastKnownStatus' } as const;

const balancerOf = (region: Region): string => `${REGIONS[region]}.elb.amazonaws.com`;

const zone = compileZone({
  id: 'Z1',
  name: DOMAIN,
  nameServers: [],
  records: ([0, 1] as const).flatMap((region) => {
    const half = {
      Failover: region === 0 ? ('PRIMARY' as const) : ('SECONDARY' as const),
      SetIdentifier: REGIONS[region],
      HealthCheckId: region === 0 ? 'unlatched' : 'west',
    };
    return [
      {
        ...half,
        Name: `origin.${DOMAIN}`,
        Type: 'A' as const,
        AliasTarget: { HostedZoneId: 'Z2', DNSName: balancerOf(region), EvaluateTargetHealth: true },
      },
      {
        ...half,
        Name: `active.${DOMAIN}`,
        Type: 'TXT' as const,
        TTL: 10,
        ResourceRecords: [{ Value: `"${REGIONS[region]}"` }],
      },
    ];
  }),
});
const originGroup: Group = zone.nodes.get(`origin.${DOMAIN}`)!.get('A')!;
const activeGroup: Group = zone.nodes.get(`active.${DOMAIN}`)!.get('TXT')!;

export function createDns(random: Random, intervalMs: number): Dns {
  const row = (): readonly CheckerState[] =>
    Array.from({ length: CHECKERS }, () => ({
      phaseMs: Math.floor(random.between(0, intervalMs)),
      checker: NEW_CHECKER,
      cut: 0,
      awake: false,
    }));
  return {
    checkers: [row(), row()],
    regionHealthy: [true, true],
    latchHealthy: true,
    latchLastKnown: undefined,
    latchSeen: [],
    latchMinute: 0,
    origin: 0,
    active: 0,
  };
}

function sees(region: RegionState, state: CheckerState): boolean {
  return region.opinion.ok && region.worldCut === 0 && region.isolated === 0 && state.cut === 0;
}

export function wakeCheckers(world: World, region: RegionState): void {
  for (const state of world.dns.checkers[region.index]) {
    if (state.awake || isSettled(region, state)) continue;
    state.awake = true;
    planLook(world, region, state);
  }
}

function isSettled(region: RegionState, state: CheckerState): boolean {
  return state.checker.against === 0 && state.checker.healthy === sees(region, state);
}

function planLook(world: World, region: RegionState, state: CheckerState): void {
  const intervalMs = world.options.healthCheck.intervalSeconds * 1000;
  const sinceMs = (world.agenda.nowMs - state.phaseMs + intervalMs) % intervalMs;
  world.agenda.after(intervalMs - sinceMs, () => look(world, region, state));
}

function look(world: World, region: RegionState, state: CheckerState): void {
  state.awake = false;
  const before = state.checker.healthy;
  const ok = sees(region, state);
  state.checker = world.laws.observeChecker(
    state.checker,
    { ok, because: region.opinion.because, atMs: world.agenda.nowMs },
    world.options.healthCheck.failureThreshold,
  );
  if (state.checker.healthy !== before) judgeChecks(world);
  if (isSettled(region, state)) return;
  state.awake = true;
  planLook(world, region, state);
}

function judgeChecks(world: World): void {
  const { dns, laws } = world;
  let changed = false;
  for (const index of [0, 1] as const) {
    const states = dns.checkers[index];
    let healthy = 0;
    for (const { checker } of states) if (checker.healthy) healthy++;
    const verdict = laws.endpointVerdict(healthy, states.length);
    if (verdict.healthy === dns.regionHealthy[index]) continue;
    dns.regionHealthy[index] = verdict.healthy;
    changed = true;
    note(world, 'global', 'health-check.changed', REGIONS[index], verdict.because);
  }
  if (changed) world.dirty = true;
}

/** The latch alarm's metric lives in us-west-2; while that region is away what was read last grows old. */
export function pollLatch(world: World): void {
  world.agenda.after(LATCH_POLL_MS, () => pollLatch(world));
  const { dns, laws } = world;
  const west = world.regions[1];
  const nowMs = EPOCH_MS + world.agenda.nowMs;
  const minute = Math.floor(nowMs / 60_000);
  const reachable = answers(west) && west.isolated === 0;
  const fresh = reachable && dns.latchSeen !== west.latchPoints;
  if (!fresh && minute === dns.latchMinute) return;
  if (reachable) dns.latchSeen = west.latchPoints;
  dns.latchMinute = minute;
  const outcome = laws.evaluateMetric(LATCH_RULE, dns.latchSeen, nowMs);
  dns.latchLastKnown = laws.lastKnownAfter(outcome, dns.latchLastKnown);
  const { healthy, because } = laws.metricVerdict(LATCH_CONFIG, true, outcome, dns.latchLastKnown);
  if (healthy === dns.latchHealthy) return;
  dns.latchHealthy = healthy;
  world.dirty = true;
  note(world, 'global', 'health-check.changed', 'latch', because);
}

/** What the pairs answer now. */
export function deriveAnswers(world: World): boolean {
  const { dns, laws, regions } = world;
  const aliases: AliasWorld = {
    published: (name) => {
      const region = regions.find(({ index }) => balancerOf(index) === name);
      return region && { type: 'A', ttlSeconds: 60, targets: [], healthy: region.publishedHealthy };
    },
    healthCheck: (id) =>
      id === 'west'
        ? { healthy: dns.regionHealthy[1], because: 'the check of us-west-2' }
        : laws.calculatedVerdict(
            [
              { name: REGIONS[0], healthy: dns.regionHealthy[0] },
              { name: 'latch', healthy: dns.latchHealthy },
            ],
            2,
          ),
  };
  const answer = (group: Group): readonly [Region, string] => {
    const { members, because } = laws.chooseRecords(
      group,
      (member) => laws.memberHealth(aliases, zone, group, member),
      () => 0,
    );
    return [members[0]?.setIdentifier === REGIONS[1] ? 1 : 0, because];
  };
  const [origin, because] = answer(originGroup);
  const [active] = answer(activeGroup);
  const changed = origin !== dns.origin;
  if (changed && world.marks.lossMs !== null && origin !== world.marks.lost)
    world.marks.answeredMs ??= world.agenda.nowMs;
  if (changed) note(world, 'global', 'answer.changed', `origin.${DOMAIN}`, `${REGIONS[origin]}: ${because}`);
  if (active !== dns.active) note(world, 'global', 'answer.changed', `active.${DOMAIN}`, REGIONS[active]);
  dns.origin = origin;
  dns.active = active;
  return changed;
}
