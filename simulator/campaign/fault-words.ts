// Faults as a person writes them: kinds by name, and a schedule as the JSON that a failure prints, so that what was
// shrunk can be run again from the line that reported it. Whatever comes in is checked field by field.

import { FAULT_KINDS, type Fault, type FaultKind } from '../faults.ts';

/** `region-loss,link-cut`; `all`; `none`. */
export function readKinds(text: string): readonly FaultKind[] {
  if (text === 'none') return [];
  if (text === 'all') return FAULT_KINDS;
  const kinds = text.split(',').map((word) => word.trim());
  return [...new Set(kinds.map(kindOf))];
}

function kindOf(word: unknown): FaultKind {
  const kind = FAULT_KINDS.find((one) => one === word);
  if (!kind)
    throw new Error(
      `there is no fault ${JSON.stringify(word)}; allowed: ${FAULT_KINDS.join(', ')}, all, none`,
    );
  return kind;
}

interface Field {
  readonly allowed: string;
  holds(value: unknown): boolean;
}

const numberFrom = (least: number, most: number): Field => ({
  allowed: `a number from ${least} to ${most}`,
  holds: (value) => typeof value === 'number' && value >= least && value <= most,
});
const wholeFrom = (least: number, most: number): Field => ({
  allowed: `a whole number from ${least} to ${most}`,
  holds: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});
const oneOf = (...choices: readonly unknown[]): Field => ({
  allowed: choices.map((choice) => JSON.stringify(choice)).join(', '),
  holds: (value) => choices.includes(value),
});
const listOf = (most: number): Field => ({
  allowed: `a list of different whole numbers from 0 to ${most}`,
  holds: (value) =>
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((one) => wholeFrom(0, most).holds(one)),
});

const HOUR = 3_600_000;
const atMs = wholeFrom(0, 2 * HOUR);
const forMs: Field = {
  allowed: `null (until everything is healed) or a whole number from 0 to ${24 * HOUR}`,
  holds: (value) => value === null || wholeFrom(0, 24 * HOUR).holds(value),
};
const region = oneOf(0, 1);
const moment = { atMs };
const timed = { atMs, forMs };
const ofRegion = { atMs, region };
const timedOfRegion = { atMs, forMs, region };

type Shapes = {
  readonly [Kind in FaultKind]: Readonly<
    Record<Exclude<keyof Extract<Fault, { kind: Kind }>, 'kind'>, Field>
  >;
};

const SHAPES: Shapes = {
  'region-loss': timedOfRegion,
  'region-freeze': timedOfRegion,
  'region-isolation': timedOfRegion,
  'world-cut': timedOfRegion,
  'zone-loss': { ...timedOfRegion, zone: wholeFrom(0, 5) },
  'task-loss': { ...ofRegion, share: numberFrom(0, 1) },
  'task-freeze': { ...timedOfRegion, share: numberFrom(0, 1) },
  'writer-loss': ofRegion,
  'writer-freeze': timedOfRegion,
  'reader-loss': ofRegion,
  'controller-crash': { ...ofRegion, afterSteps: wholeFrom(0, 1_000) },
  'controller-freeze': timedOfRegion,
  'memory-away': timedOfRegion,
  'rds-api-away': timedOfRegion,
  'checkers-cut': { ...timedOfRegion, checkers: listOf(15) },
  'link-cut': { ...timed, from: region, both: oneOf(true, false) },
  'link-slow': { ...timed, delayMs: wholeFrom(0, HOUR) },
  'link-flap': { ...timed, periodMs: wholeFrom(100, HOUR) },
  'lag-spike': { ...timed, lagMs: wholeFrom(0, HOUR) },
  'resolvers-hold': { ...timed, edges: listOf(99), holdMs: wholeFrom(0, 24 * HOUR) },
  'clock-skew': { ...timedOfRegion, skewMs: wholeFrom(-HOUR, HOUR) },
  'demand-spike': { ...timed, factor: numberFrom(0, 1_000) },
  'promotion-slow': { ...timed, factor: numberFrom(0.01, 1_000) },
  'promotion-fails': timed,
  'promotion-reports-late': { ...timed, byMs: wholeFrom(0, HOUR) },
  operator: { ...moment, region, command: oneOf('failback', 'approve', 'abandon', 'resume', 'overrule') },
};

/** A schedule as JSON: `[{"kind":"region-loss","atMs":300000,"forMs":60000,"region":0}]`. */
export function readSchedule(text: string): readonly Fault[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`a schedule is a JSON list of faults: ${(error as Error).message}`);
  }
  if (!Array.isArray(parsed)) throw new Error(`a schedule is a JSON list of faults, found ${text}`);
  return parsed.map((one: unknown, n) => faultOf(one, `fault ${n} of the schedule`));
}

function faultOf(value: unknown, where: string): Fault {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where}: an object with a kind is needed, found ${JSON.stringify(value)}`);
  const { kind: word, ...given } = value as Record<string, unknown>;
  const kind = kindOf(word);
  const shape: Readonly<Record<string, Field>> = SHAPES[kind];
  const extra = Object.keys(given).find((name) => !Object.hasOwn(shape, name));
  if (extra !== undefined)
    throw new Error(`${where}: ${kind} has no ${extra}; allowed: ${Object.keys(shape).join(', ')}`);
  for (const [name, field] of Object.entries(shape))
    if (!field.holds(given[name]))
      throw new Error(`${where}: ${kind}.${name}: ${JSON.stringify(given[name])}; allowed: ${field.allowed}`);
  return { kind, ...given } as Fault;
}
