// From values to places, and round values to write beside them. Pure.

export type Axis = (value: number) => number;

/** Values from..to on places start..end; what lies outside is drawn at the edge. */
export const linear = (from: number, to: number, start: number, end: number): Axis => {
  const span = to - from || 1;
  return (value) => start + ((Math.min(Math.max(value, from), to) - from) / span) * (end - start);
};

/** Decades take equal room. */
export const logarithmic = (from: number, to: number, start: number, end: number): Axis => {
  const inner = linear(Math.log10(from), Math.log10(to), start, end);
  return (value) => inner(Math.log10(Math.max(value, from)));
};

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** The smallest round step with which a span makes at most `most` of them. */
export const stepFor = (span: number, most: number): number =>
  STEPS.find((step) => span / step <= most) ?? Math.ceil(span / most / 3600) * 3600;

export function ticks(from: number, to: number, most: number): readonly number[] {
  const step = stepFor(to - from, most);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, n) => (first + n) * step);
}

/** The next figure that reads well as a maximum. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(3));
}
