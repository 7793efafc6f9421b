/** What a command of the CLI is. Commands are thin: they read words, call a door, and print. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Words after the name, as `--help` shows them. */
  readonly usage: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Below the options in `--help`. */
  readonly notes?: string;
  /** How many words it takes. */
  readonly words: readonly [least: number, most: number];
  run(given: Given): Promise<number>;
}

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What the value is called in `--help`. */
  readonly value?: string;
  /** It may be given several times. */
  readonly multiple?: true;
  readonly default?: string | boolean;
  readonly summary: string;
}

export interface Given {
  readonly words: readonly string[];
  /** A text option; its default when it was not given. */
  text(name: string): string | undefined;
  /** Every value of an option that may be given several times. */
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

/** A mistake in the words of a call; printed without a stack, exit code 2. */
export class UsageError extends Error {}

/** Options that every command takes. */
export const COMMON: Readonly<Record<string, Option>> = {
  help: { type: 'boolean', short: 'h', summary: 'say this' },
  json: { type: 'boolean', summary: 'print JSON for programs' },
  directory: {
    type: 'string',
    short: 'C',
    value: 'DIR',
    default: '.understudy',
    summary: 'where the system keeps its state',
  },
};

export function read(command: Command, args: readonly string[]): Given & { readonly help: boolean } {
  const options = { ...COMMON, ...command.options };
  const config: ParseArgsConfig['options'] = {};
  for (const [name, { type, short, multiple = false }] of Object.entries(options))
    config[name] = { type, multiple, ...(short && { short }) };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; see understudy ${command.name} --help`);
  }
  const { values, positionals } = parsed;
  const [least, most] = command.words;
  const help = values['help'] === true;
  if (!help && (positionals.length < least || positionals.length > most))
    throw new UsageError(
      `understudy ${command.name} takes ${least === most ? least : `${least} to ${most}`} word(s), found ${positionals.length}; usage: understudy ${command.name} ${command.usage}`,
    );
  return {
    help,
    words: positionals,
    text: (name) => (values[name] ?? options[name]?.default) as string | undefined,
    texts: (name) => (values[name] ?? []) as readonly string[],
    flag: (name) => (values[name] ?? options[name]?.default) === true,
  };
}

/** A number among the options, within bounds. */
export function numberOf(given: Given, name: string, least: number, most: number): number {
  const text = given.text(name);
  const value = Number(text);
  if (text === undefined || text === '' || !(value >= least && value <= most))
    throw new UsageError(
      `--${name} must be a number from ${least} to ${most}, found ${JSON.stringify(text)}`,
    );
  return value;
}

/** One of the system's regions, as an option names it; undefined when it was not given. */
export function regionOf(given: Given, regions: readonly string[]): string | undefined {
  const region = given.text('region');
  if (region !== undefined && !regions.includes(region))
    throw new Error(`--region must be one of ${regions.join(', ')}, found ${JSON.stringify(region)}`);
  return region;
}

export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, ...COMMON }).map(([name, option]): [string, string] => {
    const flag = `${option.short ? `-${option.short}, ` : '    '}--${name}${option.value ? ` ${option.value}` : ''}`;
    const fallback = typeof option.default === 'string' ? ` (default ${option.default})` : '';
    return [flag, `${option.summary}${fallback}`];
  });
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  return [
    `understudy ${command.name} ${command.usage}`.trimEnd(),
    '',
    `  ${command.summary}`,
    '',
    ...rows.map(([flag, text]) => `  ${flag.padEnd(width)}${text}`),
    ...(command.notes === undefined ? [] : ['', command.notes]),
    '',
  ].join('\n');
}
