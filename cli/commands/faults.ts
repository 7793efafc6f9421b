/** lose, freeze, restore: faults that are real. */
import { connect } from '@understudy/engine/client';
import type { Command } from '../command.ts';
import { directoryOf } from '../project.ts';
import { say, sayJson } from '../terminal.ts';

const TARGETS = 'us-east-1 | global | link/us-east-1..us-west-2 | zone/us-east-1a | task/ID | database/ID';

function fault(name: 'lose' | 'freeze' | 'restore', summary: string): Command {
  return {
    name,
    summary,
    usage: `TARGET        TARGET: ${TARGETS}`,
    words: [1, 1],
    options: {},
    run: async (given) => {
      const system = connect(directoryOf(given.text('directory')!));
      const result = await system.fault(name, given.words[0]!);
      if (given.flag('json')) sayJson(result);
      else {
        say(result.done);
        if (name !== 'restore') say('watch it: understudy events --follow');
      }
      return 0;
    },
  };
}

export const lose = fault('lose', 'kill a region (or a task, a database, a link), as a disaster would');
export const freeze = fault('freeze', 'stop it where it stands: sockets stay open, nothing answers');
export const restore = fault('restore', 'bring back what was lost or frozen');
