/** console: where the console is, with the token that it needs; --open shows it in the browser. */
import { spawn } from 'node:child_process';
import { connect } from '@understudy/engine/client';
import type { Command } from '../command.ts';
import { directoryOf } from '../project.ts';
import { complain, cyan, say, sayJson } from '../terminal.ts';

export const console: Command = {
  name: 'console',
  summary: 'where the console is: the architecture alive, in a browser',
  usage: '',
  words: [0, 0],
  options: { open: { type: 'boolean', summary: 'show it in the browser' } },
  run: async (given) => {
    const system = connect(directoryOf(given.text('directory')!));
    await system.system();
    const url = system.consoleUrl;
    if (given.flag('json')) sayJson({ url });
    else say(cyan(url));
    return given.flag('open') ? await show(url) : 0;
  },
};

/** The desktop's own way of opening an address. */
async function show(url: string): Promise<number> {
  const [program, ...words] = process.platform === 'darwin' ? ['open', url] : ['xdg-open', url];
  return await new Promise((resolve) => {
    const child = spawn(program!, words, { stdio: 'ignore', detached: true });
    child.once('error', () => {
      complain(`${program} is not there to open it; open the address in a browser`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
