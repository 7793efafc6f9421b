/**
 * One arrow: a track, and on it what passes. Answered requests are dots, refused ones pairs of ticks, failed ones
 * long dashes, so that no outcome is told by colour alone. A change of
 * rate changes the marks' pace and does not make them jump.
 */
import type { EdgeProps } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { marksPerSecond, widthOf } from './flow.ts';
import { forget, setPace } from './flow-clock.ts';
import type { ArrowFlowEdge } from './picture.tsx';

type Outcome = 'ok' | 'refused' | 'failed';

export function Arrow({ data }: EdgeProps<ArrowFlowEdge>) {
  const arrow = data!.arrow;
  const total = arrow.okPerSecond + arrow.refusedPerSecond + arrow.failedPerSecond;
  return (
    <g className="arrow" data-kind={arrow.kind} data-broken={arrow.isBroken} data-idle={total < 0.05}>
      <path className="arrow-track" d={arrow.path} strokeWidth={widthOf(total) + 3} />
      <Marks path={arrow.path} outcome="ok" perSecond={arrow.okPerSecond} />
      <Marks path={arrow.path} outcome="refused" perSecond={arrow.refusedPerSecond} />
      <Marks path={arrow.path} outcome="failed" perSecond={arrow.failedPerSecond} />
      {arrow.hasHead && <Head path={arrow.path} />}
      {arrow.label && (
        <text className="arrow-label" x={arrow.labelAt.x} y={arrow.labelAt.y} textAnchor={arrow.anchor}>
          {arrow.label}
        </text>
      )}
    </g>
  );
}

interface MarksProps {
  readonly path: string;
  readonly outcome: Outcome;
  readonly perSecond: number;
}

function Marks(props: MarksProps) {
  return marksPerSecond(props.perSecond) === 0 ? null : <MovingMarks {...props} />;
}

function MovingMarks({ path, outcome, perSecond }: MarksProps) {
  const line = useRef<SVGPathElement>(null);
  const pace = marksPerSecond(perSecond);
  useEffect(() => setPace(line.current!, pace), [pace]);
  useEffect(() => {
    const element = line.current!;
    return () => forget(element);
  }, []);
  return (
    <path
      ref={line}
      className="arrow-marks"
      data-outcome={outcome}
      d={path}
      strokeWidth={widthOf(perSecond)}
    />
  );
}

/** A head at the path's end, turned as its last straight piece runs. */
function Head({ path }: { readonly path: string }) {
  const numbers = path.match(/-?[\d.]+/g)!.map(Number);
  const [fromX = 0, fromY = 0, x = 0, y = 0] = numbers.slice(-4);
  const turn = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  return (
    <path
      className="arrow-head"
      d="M-7 -4.5 L0 0 L-7 4.5"
      transform={`translate(${x} ${y}) rotate(${turn})`}
    />
  );
}
