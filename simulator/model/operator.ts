// The person who is paged: reads what SNS sends, and after a while types the command that the page spells out.

import type { Command } from '@understudy/controller/commands';
import type { Message } from '@understudy/controller/memory';
import { drawDuration } from './durations.ts';
import type { World } from './state.ts';

export function hearMessage(world: World, message: Message, invoke: (command: Command) => void): void {
  if (world.marks.lossMs !== null) world.toldAtMs ??= world.agenda.nowMs;
  if (world.operatorBusy || !message.text.includes('"command":"approve"')) return;
  world.operatorBusy = true;
  world.agenda.after(drawDuration(world, world.options.timings.operator), () => {
    world.operatorBusy = false;
    invoke({ command: 'approve' });
  });
}
