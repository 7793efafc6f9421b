// No move on one witness: the world, read as a DNS answer, and the standby's own probe must agree, in K looks each, and
// what they said must be of now: a process that stood still in between asks them again.

import type { CheckerMaker } from './checker.ts';

/** The controller's own limit is a minute; its clock may be off, and turned in between. */
const OF_NOW_MS = 75_000;

export const twoWitnesses: CheckerMaker = (world) => ({
  invariant: 'two-witnesses',
  act: (region, action, { seen, askedToActMs }) => {
    const { policy } = world.options;
    const takes = action.do === 'promote' || (action.do === 'switch-over' && action.to === 'self');
    if (takes && seen && askedToActMs - seen.atMs > OF_NOW_MS)
      return `${region.name} moves the writer on what was seen ${Math.round((askedToActMs - seen.atMs) / 1_000)} s before`;
    if (action.do === 'promote') {
      if (!seen) return `${region.name} promotes without having looked`;
      const { observation, probeFailRun, worldRun } = seen;
      const dns = observation.dns.known && observation.dns.value === 'self';
      const probe = observation.peerProbe.known && !observation.peerProbe.value.ok;
      if (!dns || !probe)
        return `${region.name} promotes although DNS ${dns ? 'names it' : 'does not name it'} and its probe of the peer ${probe ? 'fails' : 'does not fail'}`;
      if (Math.min(probeFailRun, worldRun) < policy.ticksToAct)
        return `${region.name} promotes after ${worldRun} looks at DNS and ${probeFailRun} failed probes in a row; ${policy.ticksToAct} of each are needed`;
    }
    if (action.do === 'switch-over' && action.to === 'self') {
      const dns = seen?.observation.dns.known && seen.observation.dns.value === 'self';
      if (!seen || !dns || Math.min(seen.probeOkRun, seen.worldRun) < policy.ticksToSwitchOver)
        return `${region.name} takes the writer over by a switchover that the witnesses do not ask for`;
    }
    return undefined;
  },
});
