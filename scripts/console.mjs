/**
 * Builds the console's page where its sources are not those that it was built from; otherwise does nothing, in some
 * milliseconds. Several may be asked to at once: each builds beside and puts its folder in place in one step.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const home = join(root, 'console');
const dist = join(home, 'dist');
const stamp = join(dist, '.built-from');
const SOURCES = [
  'package-lock.json',
  'console/index.html',
  'console/vite.config.ts',
  'engine/console/api.ts',
];

const wanted = hash();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) build();

function hash() {
  const sum = createHash('sha256');
  const within = readdirSync(join(home, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...SOURCES.map((path) => join(root, path)), ...within].sort())
    sum.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return sum.digest('hex');
}

function build() {
  process.stderr.write('understudy: building the console’s page\n');
  const beside = join(home, `dist.${process.pid}`);
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const node = join(root, 'node_modules', '.bin', 'node');
  const { status, stderr } = spawnSync(
    node,
    [vite, 'build', home, '--outDir', beside, '--emptyOutDir', '--logLevel', 'error'],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (status !== 0) {
    rmSync(beside, { recursive: true, force: true });
    process.stderr.write(`${stderr}\nunderstudy: the console's page could not be built\n`);
    process.exit(1);
  }
  writeFileSync(join(beside, '.built-from'), wanted);
  rmSync(dist, { recursive: true, force: true });
  try {
    renameSync(beside, dist);
  } catch (error) {
    // Another was quicker with the same sources.
    if (!existsSync(stamp)) throw error;
    rmSync(beside, { recursive: true, force: true });
  }
}
