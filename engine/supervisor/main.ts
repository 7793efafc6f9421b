/**
 * The supervisor's process: started by `understudy up`, which watches it. Argument: one JSON object, see
 * `SupervisorArguments`. It says how far it is over IPC, and stops everything when its parent goes away.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAssembly } from '../assembly/index.ts';
import { addressBook, BLOCK_COUNT, mayBindLowPorts, portMap } from '../network/addresses.ts';
import { createChannel } from '../region/channel.ts';
import type { SystemSetting, Timing, TypeOwner } from '../region/messages.ts';
import { createIdentity } from '../wire/identity.ts';
import { claimBlock } from './block.ts';
import { fatesOf, propertyProblems, withoutRepeats } from './check.ts';
import { createConsole } from './console-parts.ts';
import { type SystemSummary, serveControl } from './control.ts';
import { deployStacks } from './deployment.ts';
import type { DrillCommand } from './drill-runs.ts';
import { awaitSite } from './front-door.ts';
import { serveGateway } from './gateway.ts';
import { openJournal } from './journal-store.ts';
import { endLeftovers } from './leftovers.ts';
import { startTicksOf } from './process-table.ts';
import { stateDirectory } from './state-directory.ts';
import { createSystem } from './system.ts';

export interface SupervisorArguments {
  readonly directory: string;
  readonly assembly: string;
  readonly speed: number;
  readonly timing: Timing;
  /** How drills are run from the console; without it there are none to start. */
  readonly drills?: DrillCommand;
}

/** What the console's workspace builds. */
const PAGE = fileURLToPath(new URL('../../console/dist/', import.meta.url));
const CLOCK_SAVED_EVERY_MS = 2000;
/** How far ahead it is saved (real time), so that AWS time does not go back after a kill; saving may be late. */
const CLOCK_SAVED_AHEAD_MS = 5000;

const channel = createChannel(process, 'understudy up');
const say = (name: string, data: unknown): void => channel.notify(name, data);

async function run(given: SupervisorArguments): Promise<void> {
  const directory = stateDirectory(given.directory);
  await endLeftovers(directory.path, directory.run()?.groups ?? []);
  const identity = await directory.identity();
  const assembly = readAssembly(given.assembly);
  const regions = [...new Set(assembly.stacks.map((stack) => stack.region))];
  const checked = propertyProblems(assembly, join(directory.path, 'schema.json'));
  checked.catch(() => {});
  const had = directory.run()?.block;
  const bound = regions.some((region) =>
    existsSync(join(directory.regionDirectory(region), 'stacks.sqlite')),
  );
  const claim = await claimBlock(BLOCK_COUNT - 2, had === undefined ? undefined : { block: had, bound });
  const book = addressBook(claim.block, regions);
  const journal = openJournal(join(directory.path, 'journal.sqlite'));
  const mayBindLow = await mayBindLowPorts(book.global('control', 0));
  const realNow = Date.now();
  const setting: SystemSetting = {
    account: identity.account,
    regions,
    block: claim.block,
    mayBindLow,
    clock: {
      realOriginMs: realNow,
      awsOriginMs: Math.max(realNow, directory.clock()),
      speed: given.speed,
    },
    timing: given.timing,
    seed: identity.seed,
    secret: identity.secret,
    authority: identity.authority,
    trustFile: directory.trustFile,
    assembly: given.assembly,
    schemaFile: join(directory.path, 'schema.json'),
  };
  let phase: SystemSummary['phase'] = 'starting';
  let because = 'starting the processes';
  let site: readonly string[] = [];
  let controlUrl = '';
  let endpointUrl = '';
  const enter = (next: typeof phase, why: string): void => {
    phase = next;
    because = why;
    say('phase', { phase, because });
  };

  const system = createSystem({
    directory,
    setting,
    journal,
    changed: (members) =>
      directory.writeRun({
        pid: process.pid,
        startTicks: startTicksOf(process.pid),
        block: claim.block,
        controlUrl,
        speed: given.speed,
        groups: members.flatMap((one) => {
          const pid = one.pid();
          return pid === undefined ? [] : [{ name: one.name, pid, startTicks: one.startTicks() }];
        }),
      }),
  });
  const summary = (): SystemSummary => ({
    phase,
    because,
    speed: given.speed,
    timing: given.timing,
    regions,
    awsNowMs: system.clock.now(),
    clock: setting.clock,
    directory: directory.path,
    site,
    controlUrl,
    endpointUrl,
    nameServer: { host: book.global('name-server', 0), port: portMap(mayBindLow)(53) },
    trustFile: directory.trustFile,
  });

  let stopping: Promise<void> | undefined;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = (async () => {
      enter('stopping', why);
      console.end();
      await system.stop();
      clearInterval(clockTimer);
      directory.writeClock(system.clock.now() + 1000);
      await control.close();
      gateway.close();
      journal.close();
      console.close();
      claim.release();
      say('stopped', { because: why });
      setImmediate(() => process.exit(0));
    })();
  };
  const controlUser = createIdentity(Buffer.from(identity.secret, 'hex'), identity.account, system.clock);
  const console = createConsole({
    directory: directory.path,
    system,
    journal,
    drills: given.drills,
    summary,
    regionOf: book.regionOf,
  });
  const control = await serveControl({
    host: book.global('control', 0),
    token: identity.controlToken,
    system,
    console: console.parts,
    page: PAGE,
    summary,
    credentials: () => controlUser.root,
    stop: () => stop('asked to through the control API'),
  });
  controlUrl = control.url;
  const gateway = await serveGateway(book, regions);
  endpointUrl = gateway.url;
  channel.serve({ stop: () => stop('asked to stop') });
  channel.onClose(() => stop('the process that started this one has gone'));
  const saveClock = (): void => directory.writeClock(system.clock.now() + CLOCK_SAVED_AHEAD_MS * given.speed);
  saveClock();
  const clockTimer = setInterval(saveClock, CLOCK_SAVED_EVERY_MS);
  clockTimer.unref();

  system.onProgress((notice) => say('progress', notice));
  const starting = system.start();
  const [wrong] = await Promise.all([checked, starting]);
  const fates = fatesOf(assembly, await system.member(regions[0]!).request<readonly TypeOwner[]>('types'));
  for (const note of fates.recorded) say('recorded', note);
  const problems = withoutRepeats(wrong, fates.problems);
  if (problems.length) {
    enter('failed', `the app cannot run here as it is:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    return stop('the app was refused');
  }
  enter('deploying', `${assembly.stacks.length} stacks into ${regions.join(' and ')}`);
  const outcomes = await deployStacks(system, assembly.stacks, (outcome) => say('stack', outcome));
  const failures = outcomes.filter((outcome) => !outcome.ok);
  if (failures.length) {
    const lines = failures.map((one) => `  ${one.stack} (${one.region}) ${one.status}: ${one.because ?? ''}`);
    enter('failed', `not every stack could be deployed:\n${lines.join('\n')}`);
    return;
  }
  enter('deploying', 'every stack is there; waiting for the site to answer through its front door');
  const front = await awaitSite(system, directory.trustFile, (waitingFor) =>
    say('phase', { phase, because: waitingFor }),
  );
  site = front.urls;
  await system.settle();
  enter('up', front.urls.length ? 'the site answers through its front door' : 'every stack is deployed');
}

// Ctrl-C reaches the whole session; the parent decides and says so over IPC.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

run(JSON.parse(process.argv[2] ?? '{}') as SupervisorArguments).catch((error: Error) => {
  say('phase', { phase: 'failed', because: error.message });
  process.stderr.write(`${error.stack}\n`);
  setImmediate(() => process.exit(1));
});
