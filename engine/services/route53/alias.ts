/**
 * Alias records: what they stand for (a load balancer's or a distribution's name, or another record of the
 * zone) and whether that is healthy (EvaluateTargetHealth). Pure.
 *
 * A load balancer's health is what its region last published. A region that is gone publishes nothing, so its
 * last word stands: not knowing is not unhealthy. Telling that a region is gone is the health checkers' part.
 */
import { choose, type Health } from './failover-choice.ts';
import type { NameDocument } from './model.ts';
import type { Group, Member, Zone } from './zone-data.ts';

export interface World {
  /** A name that an AWS service owns: …elb.amazonaws.com, …cloudfront.net. */
  published(name: string): NameDocument | undefined;
  /** The verdict on a health check; unknown ones count as healthy. */
  healthCheck(id: string): Health;
}

/** How deep alias records may point at one another. */
const MAX_DEPTH = 8;

const HEALTHY: Health = { healthy: true, because: 'it has no health check' };

/** Both must pass where a record has a health check and evaluates its target. */
export function memberHealth(world: World, zone: Zone, group: Group, member: Member, depth = 0): Health {
  const checked = member.healthCheckId === undefined ? undefined : world.healthCheck(member.healthCheckId);
  if (checked && !checked.healthy) return checked;
  if (!member.alias?.evaluateTargetHealth) return checked ?? HEALTHY;
  const target = targetHealth(world, zone, group, member.alias.target, depth);
  if (!target.healthy || !checked) return target;
  return { healthy: true, because: `${checked.because}; ${target.because}` };
}

function targetHealth(world: World, zone: Zone, group: Group, target: string, depth: number): Health {
  const published = world.published(target);
  if (published)
    return published.healthy
      ? { healthy: true, because: `${target} has healthy targets` }
      : { healthy: false, because: `${target} has no healthy targets` };
  const inner = zone.nodes.get(target)?.get(group.type);
  if (!inner || depth >= MAX_DEPTH) return { healthy: false, because: `alias target ${target} is not there` };
  const states = inner.members.map((member) => memberHealth(world, zone, inner, member, depth + 1));
  const healthy = states.find((state) => state.healthy);
  return healthy ?? { healthy: false, because: states[0]?.because ?? `${target} has no records` };
}

/** The addresses of a published name: those of healthy targets, all of them when none is (ELB's fail-open). */
export function addressesOf(document: NameDocument): readonly string[] {
  const healthy = document.targets.filter((target) => target.healthy);
  return (healthy.length > 0 ? healthy : document.targets).map((target) => target.address);
}

export interface Resolved {
  readonly ttlSeconds: number;
  readonly values: Member['values'];
  readonly drawn: boolean;
}

/** What an alias record answers, in its own name. An alias to nothing answers nothing. */
export function resolveAlias(
  world: World,
  zone: Zone,
  group: Group,
  target: string,
  random: () => number,
  depth = 0,
): readonly Resolved[] {
  const published = world.published(target);
  if (published) {
    if (group.type !== 'A') return [];
    const values = addressesOf(published).map((data) => ({ type: 'A' as const, data }));
    return [{ ttlSeconds: published.ttlSeconds, values, drawn: false }];
  }
  const inner = zone.nodes.get(target)?.get(group.type);
  if (!inner || depth >= MAX_DEPTH) return [];
  return resolveGroup(world, zone, inner, random, depth + 1).resolved;
}

export function resolveGroup(
  world: World,
  zone: Zone,
  group: Group,
  random: () => number,
  depth = 0,
): { readonly resolved: readonly Resolved[]; readonly because: string; readonly chosen: readonly Member[] } {
  const choice = choose(group, (member) => memberHealth(world, zone, group, member, depth), random);
  const resolved = choice.members.flatMap((member): readonly Resolved[] => {
    if (!member.alias) return [{ ttlSeconds: member.ttlSeconds, values: member.values, drawn: choice.drawn }];
    const inner = resolveAlias(world, zone, group, member.alias.target, random, depth);
    return inner.map((one) => ({ ...one, drawn: one.drawn || choice.drawn }));
  });
  return { resolved, because: choice.because, chosen: choice.members };
}
