// A schedule of faults, drawn from the seed. An incident is one fault in an otherwise quiet half hour. A storm is a
// handful, close together on purpose: what breaks failovers is the second thing going wrong while the first is being
// dealt with, so moments cluster around an anchor, and lengths reach from seconds to “until it is healed”.

import type { Fault, FaultKind, Region } from './faults.ts';
import type { RunOptions, Setting } from './options.ts';
import { type Random, stream } from './random.ts';

interface Frame {
  readonly safetyMs: number;
  readonly zones: number;
  readonly edges: number;
}

const CHECKERS = 16;
/** Controllers have had time to see that all is well, and the lag has been measured. */
const QUIET_MS = 180_000;

export function drawSchedule(
  seed: number,
  setting: Setting,
  frame: Frame,
): { readonly faults: readonly Fault[]; readonly core: RunOptions['core'] } {
  const draw = stream(seed, 'faults');
  if (setting.faults.length === 0) return { faults: [], core: 'all' };
  if (setting.schedule === 'incident') {
    const kind = draw.pick(setting.faults);
    const atMs = QUIET_MS + draw.between(0, 120_000);
    return { faults: [drawFault(draw, kind, atMs, null, 0, frame)], core: 'all' };
  }
  const count = 1 + Math.min(8, Math.floor(draw.exponential(2.5)));
  const anchorMs = QUIET_MS + draw.between(0, frame.safetyMs * 0.4);
  const faults: Fault[] = [];
  const severe = setting.faults.filter((kind) => SEVERE.has(kind));
  for (let n = 0; n < count; n++) {
    // The first is one that moves regions, as often as not: little else is interesting without it.
    const kind =
      n === 0 && severe.length > 0 && draw.chance(0.7) ? draw.pick(severe) : draw.pick(setting.faults);
    const spread = draw.chance(0.7) ? draw.exponential(120_000) : draw.between(0, frame.safetyMs * 0.5);
    const atMs =
      n === 0 ? anchorMs : Math.min(frame.safetyMs - 60_000, Math.max(QUIET_MS, anchorMs - 60_000 + spread));
    const region: Region = draw.chance(0.6) ? 0 : 1;
    faults.push(drawFault(draw, kind, atMs, drawLength(draw), region, frame));
  }
  faults.sort((a, b) => a.atMs - b.atMs);
  const lasting = faults.filter((fault) => fault.kind === 'region-loss' && fault.forMs === null);
  const lost = lasting.at(-1);
  const core = lost?.kind === 'region-loss' && draw.chance(0.5) ? lost.region : 'all';
  return { faults, core };
}

const SEVERE: ReadonlySet<FaultKind> = new Set([
  'region-loss',
  'region-freeze',
  'region-isolation',
  'world-cut',
] satisfies FaultKind[]);

function drawLength(draw: Random): number | null {
  const chance = draw.next();
  if (chance < 0.25) return Math.round(draw.between(2_000, 60_000));
  if (chance < 0.7) return Math.round(draw.between(60_000, 600_000));
  return chance < 0.85 ? Math.round(draw.between(600_000, 1_200_000)) : null;
}

function drawFault(
  draw: Random,
  kind: FaultKind,
  moment: number,
  forMs: number | null,
  region: Region,
  frame: Frame,
): Fault {
  const atMs = Math.round(moment);
  switch (kind) {
    case 'region-loss':
    case 'region-freeze':
    case 'region-isolation':
    case 'world-cut':
    case 'writer-freeze':
    case 'controller-freeze':
    case 'memory-away':
    case 'rds-api-away':
      return { kind, atMs, forMs, region };
    case 'zone-loss':
      return { kind, atMs, forMs, region, zone: draw.index(frame.zones) };
    case 'task-loss':
      return { kind, atMs, region, share: draw.between(0.2, 1) };
    case 'task-freeze':
      return { kind, atMs, forMs, region, share: draw.between(0.2, 1) };
    case 'writer-loss':
    case 'reader-loss':
      return { kind, atMs, region };
    case 'controller-crash':
      return { kind, atMs, region, afterSteps: draw.index(12) };
    case 'checkers-cut': {
      const cut = draw.between(0.1, 1);
      const checkers = Array.from({ length: CHECKERS }, (_, n) => n).filter(() => draw.chance(cut));
      return { kind, atMs, forMs, region, checkers };
    }
    case 'link-cut':
      return { kind, atMs, forMs, from: draw.chance(0.5) ? 0 : 1, both: draw.chance(0.6) };
    case 'link-slow':
      return { kind, atMs, forMs, delayMs: Math.round(draw.lognormal(400, 1)) };
    case 'link-flap':
      return { kind, atMs, forMs, periodMs: Math.round(draw.between(2_000, 90_000)) };
    case 'lag-spike':
      return { kind, atMs, forMs, lagMs: Math.round(draw.lognormal(3_000, 1.2)) };
    case 'resolvers-hold': {
      const edges = Array.from({ length: frame.edges }, (_, n) => n).filter(() => draw.chance(0.5));
      return { kind, atMs, forMs, edges, holdMs: Math.round(draw.between(30_000, 600_000)) };
    }
    case 'clock-skew':
      return { kind, atMs, forMs, region, skewMs: Math.round(draw.between(-5_000, 5_000)) };
    case 'demand-spike':
      return { kind, atMs, forMs, factor: draw.between(1.5, 5) };
    case 'promotion-slow':
      return { kind, atMs, forMs, factor: draw.between(2, 10) };
    case 'promotion-fails':
      return { kind, atMs, forMs };
    case 'promotion-reports-late':
      return { kind, atMs, forMs, byMs: Math.round(draw.between(5_000, 240_000)) };
    case 'operator':
      return {
        kind,
        atMs,
        region,
        command: draw.pick(['failback', 'approve', 'abandon', 'resume', 'overrule'] as const),
      };
  }
}
