/** Three charts of the same time. Drawing a range on one of them chooses what the timeline shows. */
import { useEffect, useState } from 'react';
import { get } from '../live/api.ts';
import { Legend } from '../picture/legend.tsx';
import { currentState, dispatch, useStore } from '../state/store.ts';
import { clockText } from '../words/format.ts';
import { Chart } from './chart.tsx';
import { chartSpecs, lastOf } from './series.ts';

const SPANS = [
  { seconds: 600, name: '10 min' },
  { seconds: 3600, name: '1 h' },
  { seconds: 86_400, name: '24 h' },
];

/** What came before the page was opened is asked for once it is to be seen. */
async function loadSpan(spanSeconds: number): Promise<void> {
  const { samples, picture } = currentState();
  const toMs = samples[0]?.atMs ?? picture?.atMs ?? 0;
  const fromMs = (picture?.atMs ?? 0) - spanSeconds * 1000;
  if (toMs <= fromMs) return;
  // A failure is told by the connection's own banner.
  const older = await get('/api/samples', { fromMs, toMs, points: 1200 }).catch(() => []);
  dispatch({ type: 'samples', samples: older });
}

export function Charts() {
  const [spanSeconds, setSpan] = useState(600);
  const samples = useStore((state) => state.samples);
  const regions = useStore(({ picture }) => picture?.regions.map(({ name }) => name) ?? []);
  const range = useStore((state) => state.range);
  const shown = lastOf(samples, spanSeconds);
  const isLive = useStore(({ connection }) => connection.state === 'live');
  useEffect(() => {
    if (isLive) void loadSpan(spanSeconds);
  }, [spanSeconds, isLive]);
  return (
    <section className="charts" aria-label="Charts">
      <div className="charts-head">
        <fieldset className="choice">
          <legend className="unseen">Span of the charts</legend>
          {SPANS.map(({ seconds, name }) => (
            <button
              key={seconds}
              type="button"
              aria-pressed={seconds === spanSeconds}
              onClick={() => setSpan(seconds)}
            >
              {name}
            </button>
          ))}
        </fieldset>
        {range ? (
          <button type="button" className="range" onClick={() => dispatch({ type: 'range', range: null })}>
            {clockText(range.fromMs)}–{clockText(range.toMs)} <span aria-hidden="true">✕</span>
            <span className="unseen">Show all times again</span>
          </button>
        ) : (
          <span className="charts-hint">drag over a chart to choose a time</span>
        )}
        <Legend />
      </div>
      <div className="charts-row">
        {chartSpecs(regions).map((spec) => (
          <Chart key={`${spec.id} ${spec.series.length}`} spec={spec} samples={shown} />
        ))}
      </div>
    </section>
  );
}
