/** Samples as the columns that the charts draw. Pure. */
import type { Sample } from '@understudy/engine/console';

export type Columns = readonly [xs: readonly number[], ...ys: readonly (readonly (number | null)[])[]];

export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  readonly isWhole: boolean;
  /** A value in words short enough for an axis. */
  text(value: number): string;
  readonly series: readonly {
    readonly name: string;
    readonly look: 'ok' | 'refused' | 'failed' | 'one' | 'other';
  }[];
  columns(samples: readonly Sample[]): Columns;
}

const seconds = (samples: readonly Sample[]): readonly number[] => samples.map(({ atMs }) => atMs / 1000);

const rounded = (value: number): number => Number(value.toPrecision(3));

export function chartSpecs(regions: readonly string[]): readonly ChartSpec[] {
  return [
    {
      id: 'requests',
      title: 'Requests',
      isWhole: false,
      text: (value) => `${rounded(value)}/s`,
      series: [
        { name: 'answered', look: 'ok' },
        { name: 'refused', look: 'refused' },
        { name: 'failed', look: 'failed' },
      ],
      columns: (samples) => [
        seconds(samples),
        samples.map((one) => one.okPerSecond),
        samples.map((one) => one.refusedPerSecond),
        samples.map((one) => one.failedPerSecond),
      ],
    },
    {
      id: 'lag',
      title: 'Replication lag',
      isWhole: false,
      text: (value) => (value < 1000 ? `${Math.round(value)} ms` : `${rounded(value / 1000)} s`),
      series: [{ name: 'lag', look: 'one' }],
      columns: (samples) => [seconds(samples), samples.map(({ lagMs }) => lagMs)],
    },
    {
      id: 'tasks',
      title: 'Tasks',
      isWhole: true,
      text: String,
      series: regions.map((name, index) => ({ name, look: index === 0 ? 'one' : 'other' })),
      columns: (samples) => [
        seconds(samples),
        ...regions.map((name) => samples.map(({ tasks }) => tasks[name] ?? null)),
      ],
    },
  ];
}

/** The samples of the last so many seconds before the newest. */
export function lastOf(samples: readonly Sample[], spanSeconds: number): readonly Sample[] {
  const newest = samples.at(-1)?.atMs ?? 0;
  const from = samples.findIndex(({ atMs }) => atMs >= newest - spanSeconds * 1000);
  return from <= 0 ? samples : samples.slice(from);
}

/** `answered 61/s, refused 0/s, failed 0/s`: the chart in words. */
export function latestText(spec: ChartSpec, samples: readonly Sample[]): string {
  const [, ...columns] = spec.columns(samples.slice(-1));
  return spec.series
    .map(({ name }, index) => {
      const value = columns[index]?.[0];
      return `${name} ${value === null || value === undefined ? 'unknown' : spec.text(value)}`;
    })
    .join(', ');
}
