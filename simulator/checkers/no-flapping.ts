// After a move the system stays: DNS does not leave a writer's region that is well, until an operator fails back.

import { peerOf, REGIONS } from '../faults.ts';
import { isWriterRegion } from '../model/cluster.ts';
import type { CheckerMaker } from './checker.ts';

const SETTLED_MS = 180_000;
const ALIVE_MS = 90_000;

export const noFlapping: CheckerMaker = (world) => {
  let answer = world.dns.origin;
  let writer = world.dns.origin;
  let sinceMs = 0;
  return {
    invariant: 'no-flapping',
    step: () => {
      const { nowMs } = world.agenda;
      const region = world.regions[answer];
      const leads = region.writable && isWriterRegion(region) ? answer : peerOf(answer);
      if (leads !== writer) {
        writer = leads;
        sinceMs = nowMs;
      }
      if (world.dns.origin === answer) return undefined;
      const left = answer;
      answer = world.dns.origin;
      const old = world.regions[left];
      const alive = nowMs - old.controller.lastRanAtMs < ALIVE_MS;
      const well = world.dns.regionHealthy[left] && old.publishedHealthy && old.opinion.ok;
      const stays = writer === left && nowMs - sinceMs > SETTLED_MS && old.cluster.move === undefined;
      if (!well || !stays || !alive) return undefined;
      return `DNS went from ${REGIONS[left]}, which writes and is well, to ${REGIONS[answer]}`;
    },
  };
};
