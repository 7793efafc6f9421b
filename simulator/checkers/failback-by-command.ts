// After a move the writer stays: it is sent back by the region that has it when an operator has said so, never unasked.

import type { CheckerMaker } from './checker.ts';

export const failbackByCommand: CheckerMaker = (world) => ({
  invariant: 'failback-by-command',
  act: (region, action) => {
    if (action.do !== 'switch-over' || action.to !== 'peer') return undefined;
    const asked = world.options.faults.some(
      (fault) =>
        fault.kind === 'operator' &&
        fault.command === 'failback' &&
        fault.region === region.index &&
        fault.atMs <= world.agenda.nowMs,
    );
    return asked ? undefined : `${region.name} sends the writer away and no operator has said so`;
  },
});
