/** simulate: the same decisions through thousands of nights in virtual time; every failure with its replay. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  type Campaign,
  type Choice,
  campaign,
  DEFAULT_CHOICE,
  DEFAULT_TABLE,
  drawOptions,
  FAULT_KINDS,
  type Failure,
  type FailureTable,
  isRegionLoss,
  type Part,
  type Progress,
  partsOf,
  readChoice,
  readKinds,
  readRates,
  readSchedule,
  reportOf,
  reportPage,
  reportText,
  run,
  traceText,
} from '@understudy/simulator';
import { type Command, type Given, numberOf, UsageError } from '../command.ts';
import { directoryOf } from '../project.ts';
import { reportId, saveReport } from '../reports.ts';
import { simulationEntry } from '../simulation-report.ts';
import { coloured, dim, live, red, say, sayJson } from '../terminal.ts';

/** Failures said while the campaign goes on; more are counted. */
const MOST_SAID = 5;
const MOST_RUNS = 100_000_000;

export const simulate: Command = {
  name: 'simulate',
  summary:
    'rehearse thousands of nights in virtual time, a seed each, and count; exit code 1 if an invariant breaks',
  usage: '',
  words: [0, 0],
  options: {
    runs: { type: 'string', value: 'N', default: '5000', summary: 'runs of each schedule and policy' },
    seed: { type: 'string', value: 'S', default: '1', summary: 'the first run’s; the others follow' },
    schedule: {
      type: 'string',
      value: 'storm|incident',
      summary:
        'storm: many faults, then a recovery; incident: one in a quiet half hour (default: both; with --faults: storm)',
    },
    faults: {
      type: 'string',
      value: 'KINDS',
      summary:
        'all, none, or some with commas, see below (default: all in a storm, region-loss as an incident)',
    },
    policy: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      summary:
        'JSON: label, policy, healthCheck, standbyCapacity, shedsLoad, each optional; given twice: both on the same seeds',
    },
    replay: { type: 'string', value: 'S', summary: 'make this seed’s run again and print all of it' },
    with: {
      type: 'string',
      value: 'JSON',
      summary: 'with --replay: these faults instead of the seed’s, as a failure prints them',
    },
    availability: { type: 'boolean', summary: 'what the recovery times mean for the availability of a year' },
    years: { type: 'string', value: 'N', default: '10000', summary: 'with --availability: years to draw' },
    rates: { type: 'string', value: 'FILE', summary: 'with --availability: JSON, failure rates of your own' },
    workers: {
      type: 'string',
      value: 'N',
      summary: 'threads (default: one a core); the figures stay the same',
    },
    'stop-on-violation': { type: 'boolean', summary: 'end at the first broken invariant' },
    html: { type: 'string', value: 'FILE', summary: 'write a self-contained page' },
    save: {
      type: 'boolean',
      summary: 'keep the report for the console (without it: where there is a state directory)',
    },
  },
  notes: `  KINDS: ${FAULT_KINDS.join(', ')}`,
  run: async (given) => {
    const parts = partsAsked(given);
    return given.text('replay') === undefined ? await hold(given, parts) : again(given, parts);
  },
};

async function hold(given: Given, parts: readonly Part[]): Promise<number> {
  if (given.text('with') !== undefined) throw new UsageError('--with needs --replay: it is one run’s faults');
  const years = yearsAsked(given, parts);
  const file = given.text('html');
  if (file !== undefined) asked('--html', () => mayWrite(file));
  const json = given.flag('json');
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  const runs = wholeOf(given, 'runs', 1, MOST_RUNS);
  const task: Campaign = {
    parts,
    runs,
    firstSeed: wholeOf(given, 'seed', 0, Number.MAX_SAFE_INTEGER - MOST_RUNS),
    workers: given.text('workers') === undefined ? availableParallelism() : wholeOf(given, 'workers', 1, 256),
    stopOnViolation: given.flag('stop-on-violation'),
    signal: stop.signal,
  };
  // Once: a second Ctrl-C ends the command where it is.
  process.once('SIGINT', interrupt);
  if (!json) say(`${dim(beginning(task))}\n`);
  const outcome = await campaign(
    task,
    json ? {} : { progress: (so) => live(progressText(so)), failure: sayFailures() },
  );
  process.removeListener('SIGINT', interrupt);
  const report = reportOf(task, outcome, run, years, ({ faults, tried }) => {
    if (!json) live(`shrinking a schedule: ${faults} left of its faults, ${tried} tries`);
  });
  if (json) sayJson(report);
  else say(reportText(report, look()));
  const home = directoryOf(given.text('directory')!);
  const kept = given.flag('save') || existsSync(home);
  const page =
    file !== undefined || kept ? reportPage(report, (options) => run(options, { trace: true })) : '';
  if (file !== undefined) write(pathOf(file), page);
  if (kept) {
    const now = Date.now();
    const entry = simulationEntry(reportId(now, 'simulation'), report, now);
    const saved = saveReport(home, { entry, result: report, html: page });
    if (!json) say(dim(`\nthe report stays in ${saved}`));
  }
  if (report.violatedRuns > 0) return 1;
  return outcome.ending === 'aborted' ? 130 : 0;
}

/** The run of one seed, the same bytes each time. */
function again(given: Given, parts: readonly Part[]): number {
  const ofMany = [
    ...(['html', 'rates'] as const).filter((name) => given.text(name) !== undefined),
    ...(['availability', 'stop-on-violation', 'save'] as const).filter((name) => given.flag(name)),
  ];
  if (ofMany.length > 0)
    throw new UsageError(`--${ofMany[0]} is of many runs; --replay prints one: leave out either`);
  const [part, ...others] = parts;
  if (!part || others.some(({ setting }) => setting.schedule === part.setting.schedule))
    throw new UsageError('--replay takes one --policy: it is one run');
  const options = drawOptions(wholeOf(given, 'replay', 0, Number.MAX_SAFE_INTEGER), part.setting);
  const faults = given.text('with');
  const result = run(
    faults === undefined ? options : { ...options, faults: asked('--with', () => readSchedule(faults)) },
    { trace: true },
  );
  if (given.flag('json')) sayJson(result);
  else say(traceText(result, look()));
  return result.verdict === 'safe' ? 0 : 1;
}

function partsAsked(given: Given): readonly Part[] {
  const schedule = given.text('schedule');
  if (schedule !== undefined && schedule !== 'storm' && schedule !== 'incident')
    throw new UsageError(`--schedule must be storm or incident, found ${JSON.stringify(schedule)}`);
  const kinds = given.text('faults');
  const files = given.texts('policy');
  if (files.length > 2) throw new UsageError(`--policy may be given once or twice, found ${files.length}`);
  return partsOf({
    choices: files.length === 0 ? [DEFAULT_CHOICE] : distinct(files.map(choiceFrom)),
    ...(schedule !== undefined && { schedule }),
    ...(kinds !== undefined && { kinds: asked('--faults', () => readKinds(kinds)) }),
  });
}

const choiceFrom = (file: string): Choice => asked('--policy', () => readChoice(readText(file), file));

/** Two policies are told apart by their labels. */
function distinct(choices: readonly Choice[]): readonly Choice[] {
  const labels = new Set(choices.map(({ label }) => label));
  if (labels.size < choices.length)
    throw new UsageError(`both policies are called ${[...labels].join()}; give one of them another label`);
  return choices;
}

function yearsAsked(given: Given, parts: readonly Part[]): { years: number; table: FailureTable } | null {
  if (!given.flag('availability')) {
    if (given.text('rates') !== undefined) throw new UsageError('--rates needs --availability');
    return null;
  }
  if (!parts.some(({ setting }) => isRegionLoss(setting)))
    throw new UsageError(
      '--availability needs runs in which a region is lost and nothing else happens: leave out --schedule and --faults, or say --schedule incident',
    );
  return { years: wholeOf(given, 'years', 2, 10_000_000), table: tableFrom(given.text('rates')) };
}

function tableFrom(file: string | undefined): FailureTable {
  if (file === undefined) return DEFAULT_TABLE;
  const read = readRates(
    asked('--rates', () => readText(file)),
    DEFAULT_TABLE,
  );
  if (!read.ok) throw new UsageError(`--rates ${file}: ${read.problems.join('; ')}`);
  return read.table;
}

/** Mistakes in what was given are mistakes in the call. */
function asked<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}

function wholeOf(given: Given, name: string, least: number, most: number): number {
  const value = numberOf(given, name, least, most);
  if (!Number.isSafeInteger(value)) throw new UsageError(`--${name} must be a whole number, found ${value}`);
  return value;
}

const pathOf = (file: string): string => resolve(process.env['INIT_CWD'] ?? '.', file);

/** Said before the runs, not after them. */
function mayWrite(file: string): void {
  if (statSync(pathOf(file), { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`${file} is a folder; give a file, such as ${join(file, 'nights.html')}`);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function readText(file: string): string {
  try {
    return readFileSync(pathOf(file), 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

function sayFailures(): (failure: Failure) => void {
  let count = 0;
  return ({ part, seed, violations }) => {
    count++;
    const [first] = violations;
    if (count <= MOST_SAID && first)
      say(`${red('✗')} seed ${seed} of ${part}: ${first.invariant} at ${first.atSeconds.toFixed(1)} s`);
    if (count === MOST_SAID) say('  more are counted, not said');
  };
}

const beginning = ({ parts, runs, firstSeed, workers }: Campaign): string =>
  `${parts.map(({ label }) => label).join(' / ')}: ${runs.toLocaleString('en-US')} runs from seed ${firstSeed}, ${workers} ${workers === 1 ? 'thread' : 'threads'}; Ctrl-C ends it with what is done`;

function progressText({ done, of, runsPerSecond, violated }: Progress): string {
  const grouped = (count: number): string => Math.round(count).toLocaleString('en-US');
  const left = runsPerSecond > 0 ? `, ${Math.ceil((of - done) / runsPerSecond)} s to go` : '';
  return `${grouped(done)} of ${grouped(of)} runs, ${grouped(runsPerSecond)} a second, ${violated === 0 ? 'no invariant broken' : `${grouped(violated)} broke an invariant`}${left}`;
}

/** Where output is no terminal, the same lines everywhere. */
const look = (): { color: boolean; columns: number } => ({
  color: coloured,
  columns: (process.stdout.isTTY && process.stdout.columns) || 100,
});
