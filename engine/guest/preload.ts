/**
 * Loaded by Node into every guest (a task, a function) before its own code: `node --import preload.ts`.
 * It gives a plain process what its own machine would give it on AWS: the system's time, the region's DNS,
 * a network interface of its own, and standard ports where the user may not bind them. It imports nothing but
 * Node, keeps no state and does nothing that the environment does not ask for.
 */
import { applyNames } from './preload/names.ts';
import { applyInterface, applyPortShift } from './preload/sockets.ts';
import { applyTime } from './preload/time.ts';

const environment = process.env;

if (environment['UNDERSTUDY_CLOCK']) applyTime(JSON.parse(environment['UNDERSTUDY_CLOCK']));
if (environment['UNDERSTUDY_RESOLVER'])
  applyNames(environment['UNDERSTUDY_RESOLVER'], environment['UNDERSTUDY_ADDRESS']);
const shift = Number(environment['UNDERSTUDY_PORT_SHIFT']);
if (shift > 0) applyPortShift(shift);
if (environment['UNDERSTUDY_ADDRESS']) applyInterface(environment['UNDERSTUDY_ADDRESS']);
