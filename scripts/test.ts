/**
 * `npm test`: every test of every workspace, a file at a time on each core, then the heavy ones by themselves. Words narrow it to the files whose
 * path holds one of them: `npm test -- rds cloudfront`.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
const files = globSync(
  '{infra,storefront,controller,engine,drills,simulator,cli,console,scripts}/**/*.test.ts',
  {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|cdk\.out)(\/|$)/.test(path),
  },
)
  .filter((file) => !words.length || words.some((word) => file.includes(word)))
  .sort();
if (!files.length) {
  process.stderr.write(`no test file has any of ${words.join(', ')} in its path\n`);
  process.exit(1);
}
/**
 * Whole systems and real databases are timed from outside and want the machine for themselves: on two cores a
 * neighbour's fsync is another's timeout.
 */
const HEAVY = /^(drills\/system|storefront\/test|console\/test)\/|\/(rds|torture)\.test\.ts$/;

async function run(some: readonly string[], concurrency: number): Promise<number> {
  if (!some.length) return 0;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-reporter=spec',
      ...some,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  return await new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

const light = await run(
  files.filter((file) => !HEAVY.test(file)),
  Math.max(2, availableParallelism()),
);
const heavy = await run(
  files.filter((file) => HEAVY.test(file)),
  1,
);
process.exitCode = light || heavy;
