// What is done was written down before: a move follows a saved decision, one operation at a time, and in the mode
// `approve` a person's word.

import { operationOf } from '../model/global-database.ts';
import type { CheckerMaker } from './checker.ts';

const PHASE = { promote: 'failing-over', self: 'switching-over', peer: 'failing-back' } as const;

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
    const approved = memory?.approvedAt !== null && memory?.approvedAt !== undefined;
    const needs = world.options.policy.mode === 'approve' && action.do === 'promote' && !done;
    if (needs && !approved && !world.approvals.has(region.index))
      return `${region.name} promotes in the mode approve and nobody has approved`;
    return undefined;
  },
});
