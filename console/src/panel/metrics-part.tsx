/** CloudWatch's series of a box as small lines, each with its newest value. */
import type { MetricSeries } from '@understudy/engine/console';
import { get } from '../live/api.ts';
import { Part } from './part.tsx';
import { sparkPath, valueText } from './spark.ts';
import { useAnswer } from './use-answer.ts';

const SIZE = { width: 150, height: 30 };

export function MetricsPart({ region, box }: { readonly region: string | null; readonly box: string }) {
  const { value, error } = useAnswer(`metrics ${box}`, (signal) =>
    get('/api/metrics', { region, box }, signal),
  );
  return (
    <Part
      title="Metrics"
      error={error}
      nothing={(value ?? []).length === 0 && 'CloudWatch holds no metric of it'}
    >
      <ul className="metrics">
        {value?.map((series) => (
          <Metric key={`${series.name} ${series.statistic}`} series={series} />
        ))}
      </ul>
    </Part>
  );
}

function Metric({ series }: { readonly series: MetricSeries }) {
  const newest = series.points.at(-1)?.[1];
  return (
    <li>
      <span>
        <strong>{series.name}</strong> <span className="fact-why">{series.statistic}</span>
      </span>
      <svg width={SIZE.width} height={SIZE.height} aria-hidden="true">
        <path className="spark" d={sparkPath(series.points, SIZE.width, SIZE.height)} />
      </svg>
      <span className="metric-value">
        {newest === undefined ? 'no value' : valueText(newest, series.unit)}
      </span>
    </li>
  );
}
