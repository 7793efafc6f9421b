/** The page built from its sources, once for all of the tests of a process, by the script that `npm start` uses. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'console.mjs');

export async function buildPage(): Promise<void> {
  execFileSync(process.execPath, [SCRIPT], { stdio: ['ignore', 'inherit', 'inherit'] });
}
