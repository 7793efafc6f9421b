/** One chart of uPlot's: its data change in place; it is made anew when the theme changes. */
import type { Sample } from '@understudy/engine/console';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { dispatch } from '../state/store.ts';
import { clockText } from '../words/format.ts';
import { type ChartSpec, latestText } from './series.ts';

const DASHES = { ok: [], refused: [2, 3], failed: [7, 3], one: [], other: [5, 3] } as const;

export function Chart({ spec, samples }: { readonly spec: ChartSpec; readonly samples: readonly Sample[] }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = spec.columns(samples) as unknown as uPlot.AlignedData;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key of the component changes with its spec
  useEffect(() => {
    const element = holder.current!;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(spec, sizeOf(element)), data.current, element);
    };
    const observer = new ResizeObserver(() => {
      if (plot.current) plot.current.setSize(sizeOf(element));
      else make();
    });
    observer.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', make);
    window.addEventListener('themechange', make);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', make);
      window.removeEventListener('themechange', make);
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => {
    plot.current?.setData(data.current);
  });
  return (
    <figure className="chart" data-chart={spec.id}>
      <figcaption>
        <span className="chart-title">{spec.title}</span>
        {spec.series.map(({ name, look }) => (
          <span key={name} className="chart-key" data-look={look}>
            <svg width="18" height="6" aria-hidden="true">
              <path d="M0 3 H18" strokeDasharray={DASHES[look].join(' ')} />
            </svg>
            {name}
          </span>
        ))}
      </figcaption>
      <div
        className="chart-plot"
        ref={holder}
        role="img"
        aria-label={`${spec.title} now: ${latestText(spec, samples)}`}
      />
    </figure>
  );
}

const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => ({ width: clientWidth, height: clientHeight });

function optionsOf(
  spec: ChartSpec,
  size: { readonly width: number; readonly height: number },
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--hair'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.getPropertyValue('--sans')}`,
  };
  return {
    ...size,
    legend: { show: false },
    // To the right there is room for half of a time, wherever the last one falls.
    padding: [8, 22, 0, 0],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high ?? 0, 1) * 1.12] } },
    axes: [
      {
        ...axis,
        size: 22,
        space: 70,
        values: (_plot, values, _axis, _space, stepSeconds) =>
          values.map((value) => clockText(value * 1000).slice(0, stepSeconds < 60 ? 8 : 5)),
      },
      {
        ...axis,
        size: 46,
        space: 26,
        ...(spec.isWhole && { incrs: [1, 2, 5, 10, 20, 50] }),
        values: (_plot, values) => values.map(spec.text),
      },
    ],
    series: [
      {},
      ...spec.series.map(({ name, look }) => ({
        label: name,
        stroke: colour(`--look-${look}`),
        width: 1.75,
        dash: [...DASHES[look]],
        points: { show: false },
      })),
    ],
    hooks: { setSelect: [brushed] },
  };
}

function brushed(plot: uPlot): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  const at = (pixel: number): number => Math.round(plot.posToVal(pixel, 'x') * 1000);
  dispatch({ type: 'range', range: { fromMs: at(left), toMs: at(left + width) } });
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
