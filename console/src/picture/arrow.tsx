/**
 * One arrow: a track, and on it what passes. Answered requests are dots, refused ones pairs of ticks, failed ones
 * long dashes, so that no outcome is told by colour alone. The pace is set on the running animation, so that a
 * change of rate does not make the marks jump.
 */
import type { EdgeProps } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { marksPerSecond, widthOf } from './flow.ts';
import type { ArrowFlowEdge } from './picture.tsx';

type Outcome = 'ok' | 'refused' | 'failed';

/** Length of one repetition of each pattern, as in picture.css. */
const PERIOD = 20;

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

function Marks(props: { readonly path: string; readonly outcome: Outcome; readonly perSecond: number }) {
  const line = useRef<SVGPathElement>(null);
  const pace = marksPerSecond(props.perSecond);
  useEffect(() => {
    if (!line.current || pace === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const [running] = line.current.getAnimations();
    const animation =
      running ??
      line.current.animate([{ strokeDashoffset: `${PERIOD}px` }, { strokeDashoffset: '0px' }], {
        duration: 1000,
        iterations: Number.POSITIVE_INFINITY,
      });
    animation.updatePlaybackRate(pace);
  }, [pace]);
  if (pace === 0) return null;
  return (
    <path
      ref={line}
      className="arrow-marks"
      data-outcome={props.outcome}
      d={props.path}
      strokeWidth={widthOf(props.perSecond)}
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
