// One drill against many simulated runs of its schedule. Times: each milestone's interval since what brings it about
// lies within what the runs show, widened by its stated difference. Order: what brings something about comes before it,
// and where every run has one milestone before another by more than real work could make good, so has the drill; what
// the runs themselves do in either order is free.

import { differences } from './differences.ts';
import { intervalOf, isCausedBy, type Milestone, type Moments, milestones } from './milestones.ts';

/** Real seconds that a line of the drill may be late by. */
const LATE_LINE = 0.5;

export interface Row {
  readonly milestone: Milestone;
  /** Of the drill: since the loss, and since what brings it about. */
  readonly atSeconds: number | null;
  readonly tookSeconds: number | null;
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  readonly allowed: readonly [number, number];
  readonly agrees: boolean;
  readonly because: string;
}

export interface Agreement {
  readonly rows: readonly Row[];
  /** Pairs whose order all runs share. */
  readonly orders: number;
  readonly disagreements: readonly string[];
}

export function agreementOf(drill: Moments, runs: readonly Moments[], speed: number): Agreement {
  const rows: Row[] = [];
  const disagreements: string[] = [];
  for (const milestone of milestones) {
    const simulated = runs.map((run) => intervalOf(milestone, run));
    const missing = simulated.filter((took) => took === undefined).length;
    if (missing > 0) {
      disagreements.push(`${missing} of ${runs.length} simulated runs do not reach “${milestone.name}”`);
      continue;
    }
    const row = rowOf(milestone, drill, simulated as readonly number[], speed);
    rows.push(row);
    if (!row.agrees) disagreements.push(inWords(row));
  }
  const { shared, broken } = orders(drill, runs, speed);
  return { rows, orders: shared, disagreements: [...disagreements, ...broken] };
}

function rowOf(
  milestone: (typeof milestones)[number],
  drill: Moments,
  simulated: readonly number[],
  speed: number,
): Row {
  const { name } = milestone;
  const { shorterBy, longerBy, because } = differences[name];
  const leastSeconds = Math.min(...simulated);
  const mostSeconds = Math.max(...simulated);
  const allowed = [leastSeconds - shorterBy * speed, mostSeconds + longerBy * speed] as const;
  const took = intervalOf(milestone, drill);
  const agrees = took !== undefined && took >= allowed[0] && took <= allowed[1];
  return {
    milestone: name,
    atSeconds: drill[name] ?? null,
    tookSeconds: took ?? null,
    leastSeconds,
    mostSeconds,
    allowed,
    agrees,
    because,
  };
}

function orders(
  drill: Moments,
  runs: readonly Moments[],
  speed: number,
): { readonly shared: number; readonly broken: readonly string[] } {
  const names: readonly Milestone[] = [
    'loss',
    'restoration',
    'failback',
    ...milestones.map(({ name }) => name),
  ];
  const broken: string[] = [];
  let shared = 0;
  for (const earlier of names)
    for (const later of names) {
      if (earlier === later || !isBefore(earlier, later, runs, speed)) continue;
      shared++;
      const [first, second] = [drill[earlier], drill[later]];
      if (first === undefined || second === undefined || second >= first - LATE_LINE * speed) continue;
      broken.push(
        `“${later}” comes ${(first - second).toFixed(1)} s before “${earlier}” in the drill, and after it in every run`,
      );
    }
  return { shared, broken };
}

function isBefore(earlier: Milestone, later: Milestone, runs: readonly Moments[], speed: number): boolean {
  const apart = isCausedBy(later, earlier) ? 0 : latestBy(earlier) * speed;
  return runs.every((run) => {
    const [first, second] = [run[earlier], run[later]];
    return first !== undefined && second !== undefined && second - first >= apart;
  });
}

/** Real seconds by which a milestone may be late, with all that brings it about. */
function latestBy(name: Milestone): number {
  const milestone = milestones.find((one) => one.name === name);
  if (!milestone) return 0;
  return differences[milestone.name].longerBy + Math.max(...milestone.since.map((cause) => latestBy(cause)));
}

/** One milestone of the table, for a person. */
export function inWords({
  milestone,
  atSeconds,
  tookSeconds,
  leastSeconds,
  mostSeconds,
  ...rest
}: Row): string {
  const { allowed, because } = rest;
  const drill =
    tookSeconds === null || atSeconds === null
      ? 'never in the drill'
      : `${tookSeconds.toFixed(1)} s in the drill (at ${atSeconds.toFixed(1)} s)`;
  const model = `${leastSeconds.toFixed(1)} to ${mostSeconds.toFixed(1)} s in the model`;
  const bounds = `allowed ${allowed.map((bound) => bound.toFixed(1)).join(' to ')} s`;
  return `${milestone}: ${drill}, ${model}, ${bounds}: ${because}`;
}
