/** `node crash-child.ts <store file> <n>`: goes on with the play and kills itself, really, at its nth instant. */
import { setImmediate } from 'node:timers/promises';
import { openStore } from '../region/store.ts';
import { play, watched } from './crash-script.ts';

const [file = '', instants = ''] = process.argv.slice(2);
let left = Number(instants);
const instant = (): void => {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
};
const store = openStore(file);
await play(watched(store, instant), { pause: async () => void (await setImmediate()) });
store.close();
