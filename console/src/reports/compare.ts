/** Two reports' figures beside each other with what is between them; a figure that only one has says so. Pure. */
import type { ReportEntry } from '@understudy/engine/console';

export interface ComparedFigure {
  readonly name: string;
  readonly one: number | null;
  readonly other: number | null;
  readonly difference: number | null;
}

export function compared(one: ReportEntry, other: ReportEntry): readonly ComparedFigure[] {
  const names = [...new Set([...Object.keys(one.figures), ...Object.keys(other.figures)])];
  return names.map((name) => {
    const [first, second] = [one.figures[name] ?? null, other.figures[name] ?? null];
    return {
      name,
      one: first,
      other: second,
      difference: first === null || second === null ? null : second - first,
    };
  });
}

export const figureText = (value: number | null): string =>
  value === null ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: 2 });

export const differenceText = (value: number | null): string =>
  value === null ? '–' : value === 0 ? 'same' : `${value > 0 ? '+' : '−'}${figureText(Math.abs(value))}`;
