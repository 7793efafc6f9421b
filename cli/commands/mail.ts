/** What SNS would have sent to people. */
import { connect } from '@understudy/engine/client';
import { type Command, regionOf } from '../command.ts';
import { directoryOf } from '../project.ts';
import { bold, cyan, dim, say, sayJson, timeOf } from '../terminal.ts';

interface Mail {
  readonly atMs: number;
  readonly protocol: string;
  readonly to: string;
  readonly subject?: string;
  readonly body: string;
}

export const mail: Command = {
  name: 'mail',
  summary: 'the mailbox: what SNS sent by e-mail and SMS, in both regions',
  usage: '',
  words: [0, 0],
  options: { region: { type: 'string', value: 'REGION', summary: 'of one region alone' } },
  run: async (given) => {
    const system = connect(directoryOf(given.text('directory')!));
    const { regions } = await system.system();
    const asked = regionOf(given, regions);
    const found: (Mail & { region: string })[] = [];
    for (const region of asked === undefined ? regions : [asked]) {
      const answer = await system
        .invoke<{ Messages: readonly Mail[] }>(region, 'sns', 'DescribeMailbox', {})
        .catch((error: Error) => {
          if (!given.flag('json')) say(dim(`${region}: ${error.message}`));
          return { Messages: [] };
        });
      for (const one of answer.Messages) found.push({ ...one, region });
    }
    found.sort((a, b) => a.atMs - b.atMs);
    if (given.flag('json')) sayJson(found);
    else if (!found.length) {
      say('no mail: nobody subscribes to the topics, or nothing has been said yet');
      say(
        dim(
          'to be told, set notify.emails or notify.phones in infra/understudy.config.ts; the next up takes them over',
        ),
      );
      say(dim('what the topics said all the same: understudy events'));
    } else
      for (const one of found) {
        say(
          `${dim(timeOf(one.atMs))} ${cyan(one.region)} ${one.protocol} to ${one.to} ${bold(one.subject ?? '')}`,
        );
        say(
          one.body
            .split('\n')
            .map((line) => `    ${line}`)
            .join('\n'),
        );
      }
    return 0;
  },
};
