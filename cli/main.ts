/** The command `understudy`: finds the command, reads its words, turns mistakes into sentences. */
import { NotRunning } from '@understudy/engine/client';
import { type Command, helpOf, read, UsageError } from './command.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { drill } from './commands/drill.ts';
import { env } from './commands/env.ts';
import { events } from './commands/events.ts';
import { failback } from './commands/failback.ts';
import { freeze, lose, restore } from './commands/faults.ts';
import { mail } from './commands/mail.ts';
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { bold, complain, say, table } from './terminal.ts';

const commands: readonly Command[] = [
  up,
  down,
  status,
  events,
  lose,
  freeze,
  restore,
  failback,
  drill,
  env,
  mail,
  doctor,
];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const rows = commands.map((command) => [`  ${command.name}`, command.summary]);
    say(`${bold('understudy')}: run a two-region AWS application on this machine, and lose a region\n`);
    say(table(rows));
    say('\nunderstudy <command> --help says more about one.');
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((one) => one.name === name);
  if (!command)
    throw new UsageError(
      `there is no command ${name}; there are ${commands.map((one) => one.name).join(', ')}`,
    );
  const given = read(command, rest);
  if (given.help) {
    say(helpOf(command));
    return 0;
  }
  return await command.run(given);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    complain(error.message);
    if (!(error instanceof UsageError) && !(error instanceof NotRunning) && process.env['UNDERSTUDY_STACKS'])
      process.stderr.write(`${error.stack}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
