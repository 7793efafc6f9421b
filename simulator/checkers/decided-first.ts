// What is done was written down before: a move follows a saved decision, one operation at a time, and in the mode
// `approve` a person's word.

import { operationOf } from '../model/global-database.ts';
import type { RegionState, World } from '../model/state.ts';
import type { CheckerMaker } from './checker.ts';

const PHASE = { promote: 'failing-over', self: 'switching-over', peer: 'failing-back' } as const;

/** A command takes this long at most, and the controller's clock may be off. */
const SLACK_MS = 75_000;

/** A person's word counts for a while: what is decided later needs another. */
function isApproved(world: World, region: RegionState): boolean {
  const saidMs = world.approvals.get(region.index);
  const decidedMs = world.decided?.atMs ?? world.agenda.nowMs;
  const validMs = world.options.policy.approvalValidSeconds * 1_000;
  return saidMs !== undefined && decidedMs - saidMs <= validMs + SLACK_MS;
}

export const decidedFirst: CheckerMaker = (world) => ({
  invariant: 'decided-first',
  act: (region, action) => {
    if (action.do !== 'promote' && action.do !== 'switch-over') return undefined;
    const { memory } = region.controller;
    const phase = PHASE[action.do === 'promote' ? 'promote' : action.to];
    // An invocation that was stopped in the middle may wake after another one has finished the move, whose decision
    // raised the epoch.
    const over = memory?.phase === 'moved' || memory?.phase === 'watch';
    const done = over && memory.epoch > 0;
    if (memory?.phase !== phase && !done)
      return `${region.name} acts (${action.do}) and its memory says ${memory?.phase ?? 'nothing'}, not ${phase}`;
    const operation = operationOf(world, region);
    if (operation && region.cluster.move === undefined && region.controller.running?.seen) {
      const { observation } = region.controller.running.seen;
      if (observation.global.known && observation.global.value.operation !== null)
        return `${region.name} asks for a move while it sees ${operation}`;
    }
    const needs = world.options.policy.mode === 'approve' && action.do === 'promote' && !done;
    if (needs && !isApproved(world, region))
      return `${region.name} promotes in the mode approve and nobody has approved`;
    return undefined;
  },
});
