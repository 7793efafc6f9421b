/**
 * `npm run torture -- --minutes 60 --seed 7 --json report.json`: random faults on real database processes under
 * a ledger workload. Without a seed one is drawn, and printed; the same seed brings the same faults.
 */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { summary } from './figures.ts';
import { torture } from './run.ts';
import { FAULT_KINDS, type FaultKind } from './schedule.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function refuse(why: string): never {
  process.stderr.write(
    `${why}\nnpm run torture -- [--minutes n] [--seed n] [--faults ${FAULT_KINDS.slice(0, 2).join(',')},…] [--json file]\n`,
  );
  process.exit(2);
}

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value >= least
    ? value
    : refuse(`--${name} is a number from ${least}, not ${text}`);
}

function kindsOf(text: string): readonly FaultKind[] {
  return text.split(',').map((word) => {
    const kind = FAULT_KINDS.find((known) => known === word);
    return kind ?? refuse(`--faults knows ${FAULT_KINDS.join(', ')}, not ${word}`);
  });
}

function readOptions() {
  const options = {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
    faults: { type: 'string' },
    json: { type: 'string' },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const values = readOptions();
const seed = numberOf('seed', values.seed, 0);
const seconds = numberOf('minutes', values.minutes, 0) * 60;
const kinds = values.faults === undefined ? undefined : kindsOf(values.faults);
say(`seed ${seed}`);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    say(`${signal}: this round and its check are finished first; once more ends it at once`);
    stop.abort();
  });
const found = await torture({ seed, seconds, tell: say, stop: stop.signal, ...(kinds ? { kinds } : {}) });
say(summary(found));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(found, null, 2)}\n`);
process.exitCode = found.violations.length ? 1 : 0;
