/** The command `understudy`: finds the command, reads its words, turns mistakes into sentences. */
import { type Command, helpOf, read, UsageError } from './command.ts';
import { bold, complain, say, sayJson, table } from './terminal.ts';

/** Loaded when it is asked for: `status` need not wait for what a drill needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./commands/up.ts')).up,
  down: async () => (await import('./commands/down.ts')).down,
  status: async () => (await import('./commands/status.ts')).status,
  console: async () => (await import('./commands/console.ts')).console,
  events: async () => (await import('./commands/events.ts')).events,
  lose: async () => (await import('./commands/faults.ts')).lose,
  freeze: async () => (await import('./commands/faults.ts')).freeze,
  restore: async () => (await import('./commands/faults.ts')).restore,
  failback: async () => (await import('./commands/failback.ts')).failback,
  rescue: async () => (await import('./commands/rescue.ts')).rescue,
  drill: async () => (await import('./commands/drill.ts')).drill,
  simulate: async () => (await import('./commands/simulate.ts')).simulate,
  env: async () => (await import('./commands/env.ts')).env,
  mail: async () => (await import('./commands/mail.ts')).mail,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const all = await Promise.all(Object.values(commands).map((load) => load()));
    const rows = all.map((command) => [`  ${command.name}`, command.summary]);
    say(`${bold('understudy')}: run a two-region AWS application on this machine, and lose a region\n`);
    say(table(rows));
    say('\nunderstudy <command> --help says more about one.');
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load)
    throw new UsageError(`there is no command ${name}; there are ${Object.keys(commands).join(', ')}`);
  const command = await load();
  const given = read(command, rest);
  if (given.help) {
    say(helpOf(command));
    return 0;
  }
  return await command.run(given);
}

// `understudy events | head` closes our output early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    complain(error.message);
    // A program that asked for JSON gets one object in any case; mistakes in the words themselves are for people.
    if (process.argv.includes('--json') && !(error instanceof UsageError)) sayJson({ error: error.message });
    if (!(error instanceof UsageError) && process.env['UNDERSTUDY_STACKS'])
      process.stderr.write(`${error.stack}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
