/**
 * `npm test`: every test of every workspace, a file at a time on each core. Words narrow it to the files whose
 * path holds one of them: `npm test -- rds cloudfront`.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
const files = globSync('{infra,storefront,controller,engine,drills,cli,scripts}/**/*.test.ts', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|cdk\.out)(\/|$)/.test(path),
})
  .filter((file) => !words.length || words.some((word) => file.includes(word)))
  .sort();
if (!files.length) {
  process.stderr.write(`no test file has any of ${words.join(', ')} in its path\n`);
  process.exit(1);
}
const child = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
    '--test-reporter=spec',
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
);
child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
