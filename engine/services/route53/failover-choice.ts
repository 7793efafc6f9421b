/**
 * Which record sets of a group are answered, by the rules of “How Amazon Route 53 chooses records when health
 * checking is configured” (Route 53 Developer Guide). Pure: health comes in as a function, chance as a number.
 */
import type { Group, Member } from './zone-data.ts';

export interface Health {
  readonly healthy: boolean;
  readonly because: string;
}

export interface Choice {
  readonly members: readonly Member[];
  /** In words, for the timeline. */
  readonly because: string;
  /** True where chance had a say: the next query may get another answer. */
  readonly drawn: boolean;
}

/** “Route 53 responds to DNS queries with up to eight healthy records” (multivalue answer routing). */
const MULTIVALUE_LIMIT = 8;

export function choose(group: Group, healthOf: (member: Member) => Health, random: () => number): Choice {
  switch (group.routing) {
    case 'simple':
      return { members: group.members.slice(0, 1), because: 'simple routing', drawn: false };
    case 'failover':
      return chooseFailover(group.members, healthOf);
    case 'weighted':
      return chooseWeighted(group.members, healthOf, random);
    case 'multivalue':
      return chooseMultivalue(group.members, healthOf, random);
  }
}

/** Both unhealthy is answered with PRIMARY. A record without a check counts as healthy. */
function chooseFailover(members: readonly Member[], healthOf: (member: Member) => Health): Choice {
  const primary = members.find((member) => member.failover === 'PRIMARY');
  const secondary = members.find((member) => member.failover === 'SECONDARY');
  const only = primary ?? secondary;
  if (!only) return { members: [], because: 'no failover record', drawn: false };
  if (!primary || !secondary)
    return { members: [only], because: `${only.failover} is the only record of the pair`, drawn: false };
  const first = healthOf(primary);
  if (first.healthy)
    return { members: [primary], because: `PRIMARY is healthy: ${first.because}`, drawn: false };
  const second = healthOf(secondary);
  if (second.healthy)
    return {
      members: [secondary],
      because: `PRIMARY is unhealthy: ${first.because}; SECONDARY is healthy: ${second.because}`,
      drawn: false,
    };
  return {
    members: [primary],
    because: `both are unhealthy, which answers PRIMARY; PRIMARY: ${first.because}; SECONDARY: ${second.because}`,
    drawn: false,
  };
}

/**
 * Healthy records with a weight first; if none, healthy ones of weight 0; if none, every record counts as
 * healthy again.
 */
function chooseWeighted(
  members: readonly Member[],
  healthOf: (member: Member) => Health,
  random: () => number,
): Choice {
  const weighted = members.filter((member) => (member.weight ?? 0) > 0);
  const weightless = members.filter((member) => (member.weight ?? 0) === 0);
  const healthy = (candidates: readonly Member[]): Member[] =>
    candidates.filter((member) => healthOf(member).healthy);
  const tries: readonly (readonly [readonly Member[], string])[] = [
    [healthy(weighted), 'by weight among the healthy'],
    [healthy(weightless), 'no record with a weight is healthy: among healthy records of weight 0'],
    [weighted, 'none is healthy, so all are: by weight'],
    [weightless, 'all weights are 0: each as likely'],
  ];
  const [candidates, because] = tries.find(([found]) => found.length > 0) ?? [[], 'no weighted record'];
  const total = candidates.reduce((sum, member) => sum + (member.weight || 0), 0);
  if (candidates.length === 0) return { members: [], because, drawn: false };
  if (total === 0)
    return { members: [candidates[Math.floor(random() * candidates.length)]!], because, drawn: true };
  let left = random() * total;
  const drawn = candidates.find((member) => {
    left -= member.weight ?? 0;
    return left < 0;
  });
  return { members: [drawn ?? candidates[candidates.length - 1]!], because, drawn: candidates.length > 1 };
}

function chooseMultivalue(
  members: readonly Member[],
  healthOf: (member: Member) => Health,
  random: () => number,
): Choice {
  const healthy = members.filter((member) => healthOf(member).healthy);
  const candidates = healthy.length > 0 ? healthy : members;
  const because = healthy.length > 0 ? `${healthy.length} healthy` : 'none is healthy, so all are';
  if (candidates.length <= MULTIVALUE_LIMIT) return { members: candidates, because, drawn: false };
  const shuffled = candidates
    .map((member) => ({ member, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ member }) => member);
  return { members: shuffled.slice(0, MULTIVALUE_LIMIT), because, drawn: true };
}
