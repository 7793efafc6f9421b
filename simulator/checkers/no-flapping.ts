// After a move the system stays: DNS does not leave a writer's region that is well, until an operator fails back.

import { REGIONS, type Region } from '../faults.ts';
import type { CheckerMaker } from './checker.ts';

const SETTLED_MS = 180_000;
const ALIVE_MS = 90_000;
const RELEASE_MS = 240_000;

export const noFlapping: CheckerMaker = (world) => {
  let answer = world.dns.origin;
  let writer = world.dns.origin;
  let sinceMs = 0;
  /** Route 53 has seen the latch held since the writer came here: from then on no silence releases it. */
  let latched = false;
  return {
    invariant: 'no-flapping',
    step: () => {
      const { nowMs } = world.agenda;
      const leads = leader() ?? writer;
      if (leads !== writer) {
        writer = leads;
        sinceMs = nowMs;
        latched = false;
      }
      if (writer === 1 && !world.dns.latchHealthy) latched = true;
      if (world.dns.origin === answer) return undefined;
      const left = answer;
      answer = world.dns.origin;
      const old = world.regions[left];
      const alive = nowMs - old.controller.lastRanAtMs < ALIVE_MS;
      // Only the region that held the latch can release it. One that was lost with the latch and comes back as a
      // standby may be well before its release counts: a metric's minute must pass (known, and it ends by itself).
      const released = left === 1 || world.dns.latchHealthy || nowMs - world.regions[1].backAtMs > RELEASE_MS;
      // Without its memory, in a new process, a controller holds nothing back: what it had decided it cannot know.
      const remembers = old.controller.memoryAway === 0 || old.controller.blind.remembered !== null;
      const well = world.dns.regionHealthy[left] && old.publishedHealthy && old.opinion.ok;
      const moved = (world.moves.at(-1)?.promotedSeconds ?? Number.NEGATIVE_INFINITY) * 1000;
      const stays =
        writer === left &&
        nowMs - moved > SETTLED_MS &&
        nowMs - sinceMs > SETTLED_MS &&
        old.cluster.move === undefined;
      const kept = left === 1 && latched;
      if (!well || !stays || !released || !(kept || (alive && remembers))) return undefined;
      return `DNS went from ${REGIONS[left]}, which writes and is well, to ${REGIONS[answer]}`;
    },
  };

  /** Who writes in the highest epoch; an old primary that does not know better yet is not it. */
  function leader(): Region | undefined {
    const writers = world.regions.filter(({ writable }) => writable);
    const epoch = Math.max(...writers.map(({ cluster }) => cluster.membership.epoch));
    return writers.find(({ cluster }) => cluster.membership.epoch === epoch)?.index;
  }
};
