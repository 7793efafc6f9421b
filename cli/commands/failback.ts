/** failback: the writer goes home. The controller's preconditions are shown one by one. */
import { type ControllerReply, openController } from '@understudy/drills';
import { connect } from '@understudy/engine/client';
import type { Command } from '../command.ts';
import { directoryOf } from '../project.ts';
import { bold, complain, dim, green, live, red, say, sayJson } from '../terminal.ts';

export const failback: Command = {
  name: 'failback',
  summary: 'return the writer to the region that was lost, losing nothing',
  usage: '',
  words: [0, 0],
  options: {
    'rescue-exported': {
      type: 'boolean',
      summary:
        'confirm that the lost tail has been looked at and kept (understudy rescue list, show, export)',
    },
    'dry-run': { type: 'boolean', summary: 'only show the preconditions' },
    function: {
      type: 'string',
      value: 'NAME',
      default: 'understudy-failover',
      summary: 'the controller’s function',
    },
  },
  run: async (given) => {
    const system = connect(directoryOf(given.text('directory')!));
    const { regions } = await system.system();
    const controller = await openController(system, given.text('function'));
    const json = given.flag('json');
    try {
      if (!json) live('asking the controllers which region writes');
      const writer = await writerOf(regions, (region) => controller.ask(region, { command: 'status' }));
      if (!json) live(`asking the controller in ${writer}`);
      const reply = await controller.ask(writer, {
        command: 'failback',
        rescueExported: given.flag('rescue-exported'),
        dryRun: given.flag('dry-run'),
      });
      if (json) sayJson(reply);
      else show(reply);
      return reply.result === 'done' || reply.result === 'running' ? 0 : 1;
    } finally {
      controller.close();
    }
  },
};

async function writerOf(
  regions: readonly string[],
  ask: (region: string) => Promise<ControllerReply>,
): Promise<string> {
  const troubles: string[] = [];
  for (const region of regions) {
    const reply = await ask(region).catch((error: Error) => {
      troubles.push(`${region}: ${error.message}`);
      return undefined;
    });
    if (reply && regions.includes(reply.writer)) return reply.writer;
    if (reply) troubles.push(`${region}: the writer is ${reply.writer}`);
  }
  throw new Error(`no controller knows which region writes (${troubles.join('; ')})`);
}

function show(reply: ControllerReply): void {
  for (const { name, ok, why } of reply.preconditions)
    say(`${ok ? green('✓') : red('✗')} ${bold(name)}: ${why}`);
  const tail = reply.preconditions.find(({ name }) => name === 'lost tail exported');
  if (tail && !tail.ok)
    say(
      dim(
        'what was set aside: understudy rescue list; keep it: understudy rescue export ID --to FILE; then failback --rescue-exported',
      ),
    );
  const line = `${reply.result}: ${reply.because}`;
  if (reply.result === 'refused' || reply.result === 'failed') complain(line);
  else say(line);
  if (reply.result === 'running') say('the controller goes on with it; watch it: understudy events --follow');
}
