/** Stops the system; its state stays. */
import { connect } from '@understudy/engine/client';
import type { Command } from '../command.ts';
import { directoryOf } from '../project.ts';
import { say, sayJson } from '../terminal.ts';

export const down: Command = {
  name: 'down',
  summary: 'stop the system; its state stays on disk',
  usage: '',
  words: [0, 0],
  options: {},
  run: async (given) => {
    const system = connect(directoryOf(given.text('directory')!));
    await system.stop();
    if (given.flag('json')) sayJson({ stopped: system.directory });
    else say(`stopped; the state stays in ${system.directory} (understudy up goes on from there)`);
    return 0;
  },
};
