/** A drill as it runs: its phases against the budget, and how long writes have been away. */
import type { DrillProgress } from '@understudy/engine/console';
import { stopDrillQuestion } from '../actions/questions.ts';
import { dispatch, useStore } from '../state/store.ts';
import { counterText, countText, secondsText } from '../words/format.ts';
import { PhaseBars } from './phase-bars.tsx';
import { rtoMs } from './phases.ts';

const STATES: Readonly<Record<DrillProgress['state'], string>> = {
  running: '▶ running',
  passed: '✓ passed',
  failed: '✕ failed',
  broken: '? broken off',
};

export function DrillStrip() {
  const drill = useStore((state) => state.drill);
  const nowMs = useStore(({ picture }) => picture?.atMs ?? 0);
  if (!drill) return null;
  const rto = rtoMs(drill, nowMs);
  return (
    <section className="drill" data-state={drill.state} aria-label={`Drill ${drill.drill}`}>
      <div className="drill-head">
        <h2>
          {drill.drill} <span className="drill-state">{STATES[drill.state]}</span>
        </h2>
        {drill.state === 'running' ? (
          <button
            type="button"
            onClick={() => dispatch({ type: 'ask', question: stopDrillQuestion(drill.drill) })}
          >
            Stop…
          </button>
        ) : (
          <button type="button" onClick={() => dispatch({ type: 'drill.dismissed' })}>
            Close
          </button>
        )}
        <p className="drill-because">
          {drill.state === 'running' ? [drill.step, drill.because].filter(Boolean).join(': ') : drill.because}
        </p>
      </div>
      <PhaseBars drill={drill} nowMs={nowMs} />
      <dl className="drill-figures">
        <Figure
          name="RTO, writes"
          value={rto === null ? (drill.lossMs === null ? '0:00.0' : 'never') : counterText(rto)}
          of={`of ${secondsText(drill.budgetSeconds.rto)}`}
          isOver={rto !== null && rto / 1000 > drill.budgetSeconds.rto}
        />
        <Figure
          name="RPO"
          value={drill.lost === null ? '…' : drill.lost === 0 ? 'none lost' : `${countText(drill.lost)} lost`}
          of={`of ${countText(drill.acknowledged)} orders`}
          isOver={(drill.lost ?? 0) > 0}
        />
      </dl>
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly of: string;
  readonly isOver: boolean;
}

function Figure({ name, value, of, isOver }: FigureProps) {
  return (
    <div className="drill-figure" data-over={isOver}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>
          {isOver ? '▲ ' : ''}
          {of}
        </span>
      </dd>
    </div>
  );
}
