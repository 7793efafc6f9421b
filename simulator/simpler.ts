// What counts as plainer than a given fault: the table that shrinking goes by. Each field that may be simplified has a
// ladder of figures a person would have chosen, plainest first; a figure on the ladder only ever moves towards its
// beginning, one beside it moves onto it, so that simplifying ends.

import type { Fault } from './faults.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

const LENGTHS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200].map((seconds) => seconds * SECOND);

/** Fields of faults whose figure has a ladder. */
const LADDERS: Readonly<Record<string, readonly number[]>> = {
  forMs: LENGTHS,
  holdMs: LENGTHS,
  byMs: LENGTHS,
  periodMs: LENGTHS,
  delayMs: [100, 200, 500, 1_000, 2_000, 5_000, 10_000],
  lagMs: [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000],
  share: [0.25, 0.5, 0.75, 1],
  factor: [1.5, 2, 3, 5, 10],
  skewMs: [100, 500, 1_000, 2_000, 5_000],
  afterSteps: Array.from({ length: 32 }, (_, n) => n),
  zone: [0, 1, 2],
};

/** Faults that say less than this one, the boldest simplification of each field first. */
export function simplerFaults(fault: Fault): readonly Fault[] {
  return Object.entries(fault).flatMap(([field, value]) =>
    simplerValues(field, value).map((simpler) => ({ ...fault, [field]: simpler }) as Fault),
  );
}

function simplerValues(field: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return fewer(value);
  const ladder = LADDERS[field] ?? [];
  // Lasting until everything is healed: any length of its own is plainer.
  if (value === null) return ladder;
  if (typeof value !== 'number') return [];
  if (field === 'atMs') return rounder(value);
  const size = Math.abs(value);
  const smaller = ladder.filter((rung) => rung < size);
  if (ladder.includes(size)) return smaller.map((rung) => rung * Math.sign(value));
  const beside = ladder === LENGTHS ? rounder(size) : ladder.filter((rung) => rung > size);
  return [...smaller, ...beside].map((rung) => rung * Math.sign(value));
}

/** The same moment to the minute, to ten seconds, to the second: those that are coarser than it is. */
function rounder(ms: number): readonly number[] {
  const units = [MINUTE, 10 * SECOND, SECOND].filter((unit) => unit <= ms);
  const already = units.findIndex((unit) => ms % unit === 0);
  return units.slice(0, already < 0 ? units.length : already).map((unit) => Math.round(ms / unit) * unit);
}

/** Halves, then all but one. */
function fewer(list: readonly unknown[]): readonly (readonly unknown[])[] {
  if (list.length < 2) return [];
  const middle = list.length >> 1;
  return [list.slice(0, middle), list.slice(middle), ...list.map((_, n) => list.toSpliced(n, 1))];
}
