/** The journal, as lines. */
import { connect, type NumberedRecord } from '@understudy/engine/client';
import { type Command, numberOf } from '../command.ts';
import { directoryOf } from '../project.ts';
import { bold, cyan, dim, say, timeOf } from '../terminal.ts';

export const events: Command = {
  name: 'events',
  summary: 'the timeline: every transition, with its reason',
  usage: '',
  words: [0, 0],
  options: {
    follow: { type: 'boolean', short: 'f', summary: 'go on as they happen' },
    last: { type: 'string', short: 'n', value: 'N', default: '50', summary: 'how many of the past' },
  },
  run: async (given) => {
    const system = connect(directoryOf(given.text('directory')!));
    const json = given.flag('json');
    const print = (record: NumberedRecord): void =>
      json ? void process.stdout.write(`${JSON.stringify(record)}\n`) : say(lineOf(record));
    const { lastId } = await system.events(0, 1);
    const after = Math.max(0, lastId - numberOf(given, 'last', 0, 10_000));
    if (given.flag('follow')) {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      await system.follow(after, print, stop.signal).catch((error: Error) => {
        if (!stop.signal.aborted) throw new Error(`the system has gone away (${error.message})`);
      });
      return 0;
    }
    for (const record of (await system.events(after, 10_000)).events) print(record);
    return 0;
  },
};

export function lineOf(record: NumberedRecord): string {
  const where = `${record.where}/${record.source}`;
  return `${dim(timeOf(record.atMs))} ${cyan(where.padEnd(24))} ${bold(record.event)} ${record.subject}: ${record.because}`;
}
