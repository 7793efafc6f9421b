/** Five bars, each over the share of the budget that it has; what exceeds it is hatched as well as coloured. */
import type { DrillProgress } from '@understudy/engine/console';
import { secondsText } from '../words/format.ts';
import { phaseBars, scaleSeconds } from './phases.ts';

export function PhaseBars({ drill, nowMs }: { readonly drill: DrillProgress; readonly nowMs: number }) {
  const bars = phaseBars(drill, nowMs);
  const scale = scaleSeconds(drill, bars);
  const share = (seconds: number): string => `${(seconds / scale) * 100}%`;
  return (
    <ol className="phases" aria-label={`Phases against a budget of ${secondsText(drill.budgetSeconds.rto)}`}>
      {bars.map((bar) => (
        <li key={bar.phase} data-state={bar.state} data-over={bar.isOver}>
          <span className="phase-name">{bar.phase}</span>
          <span className="phase-lane">
            <span
              className="phase-budget"
              style={{ left: share(bar.budgetFromSeconds), width: share(bar.budgetSeconds) }}
            />
            {bar.state !== 'waits' && (
              <span
                className="phase-bar"
                style={{ left: share(bar.fromSeconds), width: share(bar.seconds) }}
              />
            )}
          </span>
          <span className="phase-time">
            {bar.state === 'waits' ? '' : secondsText(bar.seconds)}
            <span className="phase-of"> / {bar.budgetSeconds} s</span>
            {bar.isOver && <span className="unseen"> over its budget</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
