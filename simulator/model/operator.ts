// The person who is paged: reads what SNS sends, and after a while types the command that the page spells out.

import type { Command } from '@understudy/controller/commands';
import type { Message } from '@understudy/controller/memory';
import { peerOf } from '../faults.ts';
import { drawDuration } from './durations.ts';
import type { RegionState, World } from './state.ts';

export function hearMessage(world: World, message: Message, invoke: (command: Command) => void): void {
  if (world.marks.lossMs !== null) world.toldAtMs ??= world.agenda.nowMs;
  if (world.operatorBusy || !message.text.includes('"command":"approve"')) return;
  world.operatorBusy = true;
  world.agenda.after(drawDuration(world, 'operator'), () => {
    world.operatorBusy = false;
    invoke({ command: 'approve' });
  });
}

/**
 * A region that waits for another one's takeover, and that one is gone: only a person can know that it will not come,
 * and has the writer's region write again. Looked after in the second phase, when somebody is certainly there.
 */
export function overruleWhereGone(world: World, overrule: (region: RegionState) => void): void {
  for (const region of world.regions) {
    const gone = !world.regions[peerOf(region.index)].up;
    if (!gone || (!region.cluster.fence && region.cluster.move?.phase !== 'asked')) continue;
    world.agenda.after(drawDuration(world, 'operator'), () => overrule(region));
  }
}
