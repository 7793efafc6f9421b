/** up: synthesize, start both regions, deploy, say where to look, and watch over it until Ctrl-C. */
import { join } from 'node:path';
import { catalogue } from '@understudy/drills';
import {
  AlreadyRunning,
  type ControlledSystem,
  type LaunchEvents,
  launch,
  type SystemSummary,
} from '@understudy/engine/client';
import { type Command, numberOf, UsageError } from '../command.ts';
import { assemblyOf, directoryOf, ROOT } from '../project.ts';
import { bold, complain, cyan, dim, green, live, say, sayJson, yellow } from '../terminal.ts';

export const up: Command = {
  name: 'up',
  summary: 'bring both regions up and keep them up (Ctrl-C stops them)',
  usage: '',
  words: [0, 0],
  options: {
    speed: { type: 'string', value: 'N', default: '1', summary: 'AWS seconds per second, 1 to 100' },
    timing: { type: 'string', value: 'aws|none', default: 'aws', summary: 'wait where AWS would' },
    app: { type: 'string', value: 'DIR', summary: 'a CDK app folder (default: infra)' },
  },
  run: async (given) => {
    const timing = given.text('timing');
    if (timing !== 'aws' && timing !== 'none')
      throw new UsageError(`--timing must be aws or none, found ${JSON.stringify(timing)}`);
    const speed = numberOf(given, 'speed', 1, 100);
    const json = given.flag('json');
    const began = performance.now();
    const events = json ? {} : progress();
    if (!json) live('synthesizing the app');
    const assembly = await assemblyOf(
      given.text('app'),
      (line) => !json && live(`synthesizing the app: ${line}`),
    );
    if (!json)
      say(
        `${assembly.reused ? 'the app has not changed' : 'synthesized the app'}: ${dim(assembly.directory)}`,
      );
    let launched: ReturnType<typeof launch>;
    try {
      const directory = directoryOf(given.text('directory')!);
      const drills = {
        command: [process.execPath, join(ROOT, 'cli', 'main.ts'), 'drill'],
        catalogue: catalogue.map(({ name, summary }) => ({ name, summary })),
      };
      launched = launch({ directory, assembly: assembly.directory, speed, timing, drills }, events);
    } catch (error) {
      if (!(error instanceof AlreadyRunning)) throw error;
      if (json) sayJson({ alreadyRunning: true, pid: error.pid, controlUrl: error.controlUrl });
      else complain(error.message);
      return 1;
    }
    let interrupted = false;
    const stop = (): void => {
      if (!interrupted && !json) say('\nstopping (tasks finish what they accepted; databases shut down)');
      interrupted = true;
      void launched.stop();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.on('SIGHUP', stop);
    try {
      const system = await launched.up;
      const summary = await system.system();
      const seconds = (performance.now() - began) / 1000;
      if (json) sayJson({ ...summary, secondsToUp: Number(seconds.toFixed(1)) });
      else await introduce(system, summary, seconds);
    } catch (error) {
      if (!interrupted) {
        complain((error as Error).message);
        if (json) sayJson({ error: (error as Error).message });
      }
      await launched.stop();
      return interrupted ? 0 : 1;
    }
    await launched.ended;
    if (!json) say(interrupted ? 'stopped; the state stays on disk' : 'the system was stopped');
    return 0;
  },
};

function progress(): LaunchEvents {
  const recorded = new Map<string, string>();
  return {
    phase: (phase, because) => {
      if (phase === 'up' || phase === 'failed') return;
      live(`${phase}: ${because}`);
      if (phase === 'deploying' && recorded.size) {
        say(
          `${yellow('recorded, not alive here')}: ${[...recorded.keys()].map((type) => type.replace('AWS::', '')).join(', ')}`,
        );
        say(dim('  (what that means for each: docs/differences.md)'));
        recorded.clear();
      }
    },
    recorded: ({ type, note }) => void recorded.set(type, note),
    progress: ({ region, stack, logicalId, status, done, total, waitingFor }) =>
      live(
        `${region} ${stack} ${done}/${total} ${logicalId} ${status}${waitingFor ? `: ${waitingFor}` : ''}`,
      ),
    stack: ({ region, stack, status, ok, because }) =>
      say(
        `  ${ok ? green('✓') : yellow('✗')} ${stack} ${dim(region)} ${status}${because ? `: ${because}` : ''}`,
      ),
    restarted: (because) => say(yellow(`${because}; started again, going on from the state on disk`)),
  };
}

async function introduce(system: ControlledSystem, summary: SystemSummary, seconds: number): Promise<void> {
  const { nameServer, regions } = summary;
  const port = nameServer.port === 53 ? '' : ` -p ${nameServer.port}`;
  say();
  say(
    green(bold(`${upOf(regions)} up after ${seconds.toFixed(1)} s`)) +
      (summary.speed === 1 ? '' : `, at speed ${summary.speed}`),
  );
  say();
  say(`  the site      ${cyan(summary.site[0] ?? '(the app has no CloudFront distribution)')}`);
  for (const url of summary.site.slice(1)) say(`                ${cyan(url)}`);
  say(`  the console   ${cyan(system.consoleUrl)}`);
  if (summary.site.length)
    say(`  ask DNS       ${bold(`dig @${nameServer.host}${port} +short TXT active.storefront.example`)}`);
  say(`  lose a region ${bold(`npx understudy lose ${regions[0]}`)}`);
  say(`  watch it      ${bold('npx understudy events --follow')}`);
  say(`  use AWS tools ${bold('eval "$(npx understudy env)"')}`);
  say();
  say(dim('Ctrl-C stops everything.'));
}

function upOf(regions: readonly string[]): string {
  if (regions.length === 1) return `${regions[0]} is`;
  return regions.length === 2 ? 'both regions are' : `all ${regions.length} regions are`;
}
