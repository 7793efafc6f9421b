// What GET /health/region says: the application's own judgement (its pure rules) over what its probe would find now.

import { peerOf } from '../faults.ts';
import { isUp, leaderOf } from './cluster.ts';
import { clockOf, type Opinion, type RegionState, type World } from './state.ts';

/** The application's limits, as its configuration has them. */
const LIMITS = { probeIntervalMs: 2_000, writerAwayLimitMs: 60_000, lagLimitMs: 10_000 } as const;

const SILENT: Opinion = { ok: false, role: null, lagMs: null, because: 'no answer' };
const NO_TARGET: Opinion = { ok: false, role: null, lagMs: null, because: 'status 503' };

export function judgeRegion(world: World, region: RegionState): Opinion {
  if (!region.up || region.frozen > 0) return SILENT;
  if (!region.serving) return NO_TARGET;
  const { cluster } = region;
  const now = clockOf(world, region);
  const writer = region.writable ? 'writable' : isUp(region, leaderOf(region)) ? 'read-only' : 'unreachable';
  // Whose heartbeat is the newest here: the writer's that is followed, else whoever wrote the last of what is on disk.
  const source = cluster.following
    ? world.regions[peerOf(region.index)]
    : world.regions[world.histories.branches[cluster.head.branch]!.region];
  region.role = world.laws.regionRole(region.name, writer, source.name, region.role);
  const seenAtMs = cluster.following ? now : now - (world.agenda.nowMs - cluster.lagSeenAtMs);
  const lag = {
    newest: { region: source.name, atMs: seenAtMs - (cluster.lagMs ?? 0), ageMs: cluster.lagMs ?? 0 },
    newestSeenAtMs: seenAtMs,
    polledAtMs: now,
    lagMs: cluster.lagMs,
    measuredAtMs: cluster.lagMs === null ? null : seenAtMs,
  };
  const { healthy, because, role, lagMs } = world.laws.judgeRegion(
    {
      region: region.name,
      probedAtMs: now,
      writer,
      readerAnswers: region.readable,
      readsAnswer: region.readable,
      schemaCurrent: true,
      lastWritableAtMs:
        region.lastWritableAtMs === null ? null : now - (world.agenda.nowMs - region.lastWritableAtMs),
      lag,
      role: region.role,
    },
    LIMITS,
    now,
  );
  return { ok: healthy, role, lagMs, because };
}

/** When the opinion may turn by time alone: a writer that stays away, a lag that becomes history. */
export function turnsAtMs(world: World, region: RegionState): number | null {
  const { nowMs } = world.agenda;
  const away =
    region.role === 'writer' && !region.writable && region.lastWritableAtMs !== null
      ? region.lastWritableAtMs + LIMITS.writerAwayLimitMs + 1
      : null;
  if (away !== null && away > nowMs) return away;
  const { following, lagMs, lagSeenAtMs } = region.cluster;
  const stale = !following && lagMs !== null && lagMs > LIMITS.lagLimitMs ? lagSeenAtMs + 15_001 : null;
  return stale !== null && stale > nowMs ? stale : null;
}

/** The peer's answer to a probe over the link between the regions. */
export function probedByPeer(world: World, region: RegionState): Opinion {
  const from = peerOf(region.index);
  const { links, regions } = world;
  const cut = links.cut[0] > 0 || links.cut[1] > 0 || region.isolated > 0 || regions[from].isolated > 0;
  return cut ? SILENT : region.opinion;
}
