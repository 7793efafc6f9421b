/**
 * Everything that the page draws, out of one status report and what was known before it. Pure: the same report
 * and the same knowledge give the same picture, so that a picture can be tested and replayed.
 */
import { absentRegion, deposed, unseenRegion } from './absence.ts';
import type { Box, DrillProgress, EdgePicture, Picture, RegionPicture, Sample, TaskBox } from './api.ts';
import { countsOf } from './counters.ts';
import { type DnsPicture, dnsOf, NO_DNS, silentDns } from './dns-picture.ts';
import { edgesOf } from './edges.ts';
import { answered, type MemberFacts, type Report } from './facts.ts';
import { flowsOf } from './flows.ts';
import { kept, ratesOf, type Snapshot } from './rates.ts';
import { conditionOf, regionOf } from './region-picture.ts';

/** What the next picture needs of this one. */
export interface Known {
  readonly snapshots: readonly Snapshot[];
  readonly regions: Readonly<Record<string, RegionPicture>>;
  readonly edges: readonly EdgePicture[];
  readonly dns: DnsPicture;
  /** When each process answered last, AWS ms. */
  readonly heardMs: Readonly<Record<string, number>>;
  /** Tasks that are gone and since when: they are drawn as lost for a while. */
  readonly gone: Readonly<Record<string, { readonly task: TaskBox; readonly sinceMs: number }[]>>;
}

export const NOTHING_KNOWN: Known = {
  snapshots: [],
  regions: {},
  edges: [],
  dns: NO_DNS,
  heardMs: {},
  gone: {},
};

/** A busy machine answers late: only after this long (real time) is a running process called silent. */
const SILENT_REAL_MS = 6000;
/** How long a task that ended is still drawn. AWS time, but no less than 5 s of real time. */
const GONE_SHOWN_MS = 20_000;
const GONE_SHOWN_REAL_MS = 5000;

export function pictureOf(
  report: Report,
  before: Known,
  drill: DrillProgress | null,
): { readonly picture: Picture; readonly known: Known } {
  const { system } = report;
  const snapshot: Snapshot = { atMs: system.awsNowMs, counts: countsOf(report) };
  const rates = ratesOf(before.snapshots, snapshot);
  const heardMs = { ...before.heardMs };
  for (const { name } of report.members) if (answered(report, name)) heardMs[name] = system.awsNowMs;
  const gone: Record<string, { readonly task: TaskBox; readonly sinceMs: number }[]> = {};
  const regions = system.regions.map((name) => {
    const member = memberOf(report, name);
    const last = before.regions[name];
    const facts = answered(report, name);
    if (!facts || member.state === 'frozen' || member.state === 'lost')
      return absent(report, member, last, heardMs);
    const present = regionOf(report, member, facts);
    gone[name] = goneTasks(report, present, last, before.gone[name] ?? []);
    return present;
  });
  const writes = ({ name, database }: RegionPicture): boolean =>
    database.role === 'writer' && answered(report, name) !== undefined;
  const world = worldOf(report, before, heardMs, () => ({
    dns: dnsOf(report),
    edges: edgesOf(report, rates),
  }));
  const shown = regions.map((region) => ({
    ...(regions.some((other) => other !== region && writes(other)) && !writes(region)
      ? deposed(region)
      : region),
    tasks: inOrder([...region.tasks, ...(gone[region.name] ?? []).map(({ task }) => task)]),
  }));
  const picture: Picture = {
    atMs: system.awsNowMs,
    speed: system.speed,
    phase: system.phase,
    global: world.box,
    dns: world.dns,
    edges: world.edges,
    regions: shown,
    links: report.links.map(({ from, to, cut, delayMs }) => ({ from, to, cut, delayMs })),
    flows: flowsOf(report, rates),
    drill,
  };
  const known: Known = {
    snapshots: kept(before.snapshots, snapshot),
    // As last seen alive, not as drawn: what returns is measured against it.
    regions: Object.fromEntries(
      regions.map((region) => [
        region.name,
        answered(report, region.name) ? region : (before.regions[region.name] ?? region),
      ]),
    ),
    edges: world.edges,
    dns: answered(report, 'global') ? world.dns : before.dns,
    heardMs,
    gone,
  };
  return { picture, known };
}

function memberOf(report: Report, name: string): MemberFacts {
  return (
    report.members.find((member) => member.name === name) ?? {
      name,
      state: 'starting',
      because: 'not started yet',
    }
  );
}

/** A running process that is late is drawn as it was; one that stays silent is not known any more. */
function absent(
  report: Report,
  member: MemberFacts,
  last: RegionPicture | undefined,
  heardMs: Readonly<Record<string, number>>,
): RegionPicture {
  if (!last) return unseenRegion(member.name, member.because);
  if (member.state !== 'running') return absentRegion(last, conditionOf(member), member.because);
  const silent = silentSeconds(report, member.name, heardMs);
  return silent === null ? last : absentRegion(last, 'unknown', `it has not answered for ${silent} s`);
}

function silentSeconds(
  { system }: Report,
  name: string,
  heardMs: Readonly<Record<string, number>>,
): number | null {
  const silentMs = system.awsNowMs - (heardMs[name] ?? system.awsNowMs);
  return silentMs > SILENT_REAL_MS * system.speed ? Math.round(silentMs / 1000) : null;
}

/** The data planes that belong to no region: name servers and edges. */
function worldOf(
  report: Report,
  before: Known,
  heardMs: Readonly<Record<string, number>>,
  seen: () => { readonly dns: DnsPicture; readonly edges: readonly EdgePicture[] },
): { readonly box: Box; readonly dns: DnsPicture; readonly edges: readonly EdgePicture[] } {
  const member = memberOf(report, 'global');
  const box = (condition: Box['condition'], because: string): Box => ({
    ...{ id: 'global', label: 'Route 53 and CloudFront', condition, because },
  });
  const runs = member.state === 'running';
  if (runs && answered(report, 'global')) return { box: box('well', member.because), ...seen() };
  const silent = silentSeconds(report, 'global', heardMs);
  if (runs && silent === null)
    return { box: box('well', member.because), dns: before.dns, edges: before.edges };
  const because = runs ? `it has not answered for ${silent} s` : member.because;
  const condition = runs ? 'unknown' : conditionOf(member);
  return {
    box: box(condition, because),
    dns: silentDns(before.dns, because),
    edges: before.edges.map((edge) => ({
      ...{ ...edge, condition, because },
      ...{ hitRate: null, perSecond: 0, failedPerSecond: 0, refusedPerSecond: 0, origin: null },
    })),
  };
}

function goneTasks(
  { system }: Report,
  now: RegionPicture,
  last: RegionPicture | undefined,
  before: readonly { readonly task: TaskBox; readonly sinceMs: number }[],
): { readonly task: TaskBox; readonly sinceMs: number }[] {
  const shownMs = Math.max(GONE_SHOWN_MS, GONE_SHOWN_REAL_MS * system.speed);
  const present = new Set(now.tasks.map(({ id }) => id));
  const newly = (last?.tasks ?? [])
    .filter(({ id }) => !present.has(id) && !before.some(({ task }) => task.id === id))
    .map((task) => ({
      task: { ...task, condition: 'lost' as const, because: 'it has ended', health: 'unknown' as const },
      sinceMs: system.awsNowMs,
    }));
  return [...before, ...newly].filter(
    ({ task, sinceMs }) => !present.has(task.id) && system.awsNowMs - sinceMs < shownMs,
  );
}

const inOrder = (tasks: readonly TaskBox[]): readonly TaskBox[] =>
  [...tasks].sort((a, b) => a.zone.localeCompare(b.zone) || a.id.localeCompare(b.id));

/** One sample of the charts, out of a picture. */
export function sampleOf(picture: Picture): Sample {
  const sum = (of: (edge: EdgePicture) => number): number =>
    Math.round(picture.edges.reduce((total, edge) => total + of(edge), 0) * 1000) / 1000;
  const failed = sum(({ failedPerSecond }) => failedPerSecond);
  const refused = sum(({ refusedPerSecond }) => refusedPerSecond);
  const alive = picture.regions.filter(({ process }) => process.condition === 'well');
  const lags = alive.flatMap(({ database }) => (database.lagMs === null ? [] : [database.lagMs]));
  return {
    atMs: picture.atMs,
    okPerSecond: Math.max(
      0,
      Math.round((sum(({ perSecond }) => perSecond) - failed - refused) * 1000) / 1000,
    ),
    refusedPerSecond: refused,
    failedPerSecond: failed,
    lagMs: lags.length > 0 ? Math.max(...lags) : null,
    tasks: Object.fromEntries(
      picture.regions.map(({ name, tasks }) => [
        name,
        tasks.filter(({ condition }) => condition === 'well').length,
      ]),
    ),
    active: picture.dns.active,
    writer: alive.find(({ database }) => database.role === 'writer')?.name ?? null,
  };
}
