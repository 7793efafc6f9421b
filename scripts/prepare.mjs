/**
 * Makes a fresh clone able to run: dependencies as the lock file says, MariaDB, and the console's page. Runs on the
 * machine's own Node (20 or later) without any dependency; what follows runs on the Node that it installs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PROGRAMS = ['mariadbd', 'mariadb-install-db', 'mariadb-backup', 'mbstream', 'mariadb-binlog'];
const PACKAGES = ['mariadb-server', 'mariadb-backup'];
const PLACES = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
];

installDependencies();
installMariaDb();
buildConsole();

function installDependencies() {
  const stamp = join(root, 'node_modules', '.installed');
  const wanted = () =>
    createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex');
  const isThere = existsSync(join(root, 'node_modules', '.bin', 'node'));
  if (isThere && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted()) return;
  say(
    isThere ? 'dependencies are not those of package-lock.json: installing them' : 'installing dependencies',
  );
  // `install` and not `ci`: a registry that mirrors only some platforms' optional packages makes `ci` refuse a
  // lock file that names the others. Versions are the lock file's either way.
  const { status } = spawnSync('npm', ['install', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) fail(`npm install ended with ${status}`);
  writeFileSync(stamp, wanted());
}

function installMariaDb() {
  const missing = PROGRAMS.filter((program) => !find(program));
  if (missing.length === 0) return;
  say(`not found: ${missing.join(', ')}`);
  const commands = aptCommands();
  if (!commands)
    fail(`MariaDB is needed (10.6 or later). Install it with\n\n  ${byHand()}\n\nand try again.`);
  for (const command of commands) {
    say(command.join(' '));
    const [program, ...rest] = command;
    const { status } = spawnSync(program, rest, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) fail(`${command.join(' ')} ended with ${status}. By hand:\n\n  ${byHand()}\n`);
  }
  const still = PROGRAMS.filter((program) => !find(program));
  if (still.length) fail(`the packages are installed, but these programs are not there: ${still.join(', ')}`);
}

/** A page that cannot be built is said and keeps nobody from the rest. */
function buildConsole() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'console.mjs')], {
    stdio: 'inherit',
  });
  if (status !== 0) say('going on without the console’s page');
}

/** Only where it may: Debian's packages, as root or with a sudo that asks nothing. */
function aptCommands() {
  if (process.platform !== 'linux' || !find('apt-get')) return undefined;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return undefined;
  const sudo = isRoot ? [] : ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive'];
  return [
    [...sudo, 'apt-get', 'update', '-qq'],
    [...sudo, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...PACKAGES],
  ];
}

function byHand() {
  if (process.platform === 'darwin') return 'brew install mariadb';
  if (find('apt-get')) return `sudo apt-get update && sudo apt-get install -y ${PACKAGES.join(' ')}`;
  if (find('dnf')) return 'sudo dnf install -y mariadb-server mariadb-backup';
  if (find('pacman')) return 'sudo pacman -S mariadb';
  return 'your package manager: the MariaDB server and mariadb-backup';
}

function find(program) {
  const places = [...(process.env.PATH ?? '').split(':'), ...PLACES];
  return places.map((place) => join(place, program)).find((path) => existsSync(path));
}

function say(text) {
  process.stderr.write(`understudy: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

// Node may come as a package that only its own install script completes.
try {
  execFileSync(join(root, 'node_modules', '.bin', 'node'), ['--version'], { stdio: 'ignore' });
} catch {
  fail('node_modules/.bin/node does not run; remove node_modules and try again');
}
