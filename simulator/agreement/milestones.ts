// The milestones of a region that is lost, replaced, restored and led back to, and how to recognize each one: the
// engine's journal and a simulated timeline use the same words for what happens in both. Three are given: the loss, the
// restoration and the operator's command are the schedule itself.

export type Given = 'loss' | 'restoration' | 'failback';
export type Milestone = Given | (typeof milestones)[number]['name'];
/** Seconds since the loss. */
export type Moments = Readonly<Partial<Record<Milestone, number>>>;

/** A line of a journal or of a timeline. */
export interface Happening {
  readonly atSeconds: number;
  readonly where: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string;
}

interface Recognized {
  readonly name: string;
  /** What brings it about: its interval begins with the latest of these. */
  readonly since: readonly string[];
  readonly where: RegExp;
  readonly event: RegExp;
  readonly subject?: RegExp;
  readonly because?: RegExp;
  /** Complete when it has happened at every edge location. */
  readonly atEveryEdge?: true;
}

const EAST = /^us-east-1$/;
const WEST = /^us-west-2$/;
const GLOBAL = /^global$/;
const ORIGIN = /^origin\./;
const REGION_CHECK = /^us-east-1(?! is healthy)/;
const LATCH_CHECK = /latch(?!ed)/;
const EDGE = /^(edge\.resolved|origin\.changed)$/;

export const milestones = [
  {
    name: 'detected',
    since: ['loss'],
    where: GLOBAL,
    event: /^health-check\.changed$/,
    subject: REGION_CHECK,
    because: /\b[0-2] of 16 checkers say healthy/,
  },
  {
    name: 'answered',
    since: ['detected'],
    where: GLOBAL,
    event: /^answer\.changed$/,
    subject: ORIGIN,
    because: /PRIMARY is unhealthy/,
  },
  {
    name: 'decided',
    since: ['answered'],
    where: WEST,
    event: /^controller\.transition$/,
    subject: /→ failing-over$/,
  },
  { name: 'promotion began', since: ['decided'], where: WEST, event: /^cluster\.failover-began$/ },
  { name: 'promoted', since: ['promotion began'], where: WEST, event: /^cluster\.promoted$/ },
  { name: 'moved', since: ['promoted'], where: WEST, event: /^controller\.transition$/, subject: /→ moved$/ },
  {
    name: 'latch held',
    since: ['moved'],
    where: GLOBAL,
    event: /^health-check\.changed$/,
    subject: LATCH_CHECK,
    because: /Maximum is 1/,
  },
  { name: 'edges follow', since: ['answered'], where: GLOBAL, event: EDGE, atEveryEdge: true },
  /** The viewers': nobody in the system writes it down. */
  { name: 'writes succeed', since: ['promoted', 'edges follow'], where: /^viewers$/, event: /^recovered$/ },
  { name: 'old writer demoted', since: ['restoration'], where: EAST, event: /^cluster\.demoted$/ },
  {
    name: 'old writer follows',
    since: ['old writer demoted'],
    where: WEST,
    event: /^cluster\.connected$/,
    subject: /us-east-1/,
  },
  {
    name: 'tasks healthy again',
    since: ['restoration'],
    where: EAST,
    event: /^target\.health-changed$/,
    because: /passed|→ healthy/,
  },
  {
    name: 'region healthy again',
    since: ['tasks healthy again', 'old writer follows'],
    where: GLOBAL,
    event: /^health-check\.changed$/,
    subject: REGION_CHECK,
    because: /\b([3-9]|1[0-6]) of 16 checkers say healthy/,
  },
  { name: 'switchover began', since: ['failback'], where: WEST, event: /^cluster\.switchover-began$/ },
  {
    name: 'writes held',
    since: ['switchover began'],
    where: WEST,
    event: /^cluster\.writes-held$/,
    because: /^switching over/,
  },
  { name: 'promoted back', since: ['writes held'], where: EAST, event: /^cluster\.promoted$/ },
  {
    name: 'led back',
    since: ['promoted back'],
    where: WEST,
    event: /^controller\.transition$/,
    subject: /^failing-back → watch$/,
  },
  {
    name: 'latch released',
    since: ['led back'],
    where: GLOBAL,
    event: /^health-check\.changed$/,
    subject: LATCH_CHECK,
    because: /Maximum is 0/,
  },
  {
    name: 'answered back',
    since: ['latch released', 'region healthy again'],
    where: GLOBAL,
    event: /^answer\.changed$/,
    subject: ORIGIN,
    because: /PRIMARY is healthy/,
  },
  { name: 'edges back', since: ['answered back'], where: GLOBAL, event: EDGE, atEveryEdge: true },
] as const satisfies readonly Recognized[];

/** Processes write with clocks of one machine, and a line may arrive after the one that it caused. */
const UNORDERED_SECONDS = 5;

/** When each milestone was reached, the one after what brings it about. `happenings` come in the order of time. */
export function momentsIn(
  happenings: readonly Happening[],
  given: Readonly<Record<Given, number>>,
  edges: number,
): Moments {
  const found: Partial<Record<string, number>> = { ...given };
  for (const milestone of milestones as readonly Recognized[]) {
    const causes = milestone.since.map((name) => found[name]);
    if (causes.includes(undefined)) continue;
    const fromSeconds = Math.max(...(causes as readonly number[])) - UNORDERED_SECONDS;
    const seen = happenings.filter((one) => one.atSeconds >= fromSeconds && isIt(milestone, one));
    found[milestone.name] = seen[milestone.atEveryEdge ? edges - 1 : 0]?.atSeconds;
  }
  return found as Moments;
}

function isIt({ where, event, subject, because }: Recognized, happening: Happening): boolean {
  return (
    where.test(happening.where) &&
    event.test(happening.event) &&
    (subject?.test(happening.subject) ?? true) &&
    (because?.test(happening.because) ?? true)
  );
}

/** Which milestones bring which about, over any number of steps. */
export function isCausedBy(later: Milestone, earlier: Milestone): boolean {
  const causes: readonly string[] =
    (milestones as readonly Recognized[]).find(({ name }) => name === later)?.since ?? [];
  return causes.some((cause) => cause === earlier || isCausedBy(cause as Milestone, earlier));
}

/** From the latest of what brings it about; undefined where one of them, or the milestone, was not reached. */
export function intervalOf(milestone: (typeof milestones)[number], moments: Moments): number | undefined {
  const at = moments[milestone.name];
  const causes = milestone.since.map((name) => moments[name]);
  if (at === undefined || causes.includes(undefined)) return undefined;
  return at - Math.max(...(causes as readonly number[]));
}
