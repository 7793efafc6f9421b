/** The way back: every precondition by itself, met or not and why, looked at again until a person says go. */
import type { ControllerAnswer } from '@understudy/engine/console';
import { useCallback, useEffect, useState } from 'react';
import { post } from '../live/api.ts';
import { closeDialog, Modal } from './modal.tsx';

const LOOK_AGAIN_MS = 3000;

export function FailbackDialog({ region, to }: { readonly region: string; readonly to: string }) {
  const [answer, setAnswer] = useState<ControllerAnswer | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [rescueExported, setExported] = useState(false);
  const [outcome, setOutcome] = useState<'asks' | 'runs' | 'over'>('asks');
  const ask = useCallback(
    async (dryRun: boolean): Promise<boolean> => {
      try {
        setAnswer(await post('/api/controller', { region, command: 'failback', rescueExported, dryRun }));
        setError(null);
        return true;
      } catch (problem) {
        setError(problem instanceof Error ? problem.message : String(problem));
        return false;
      }
    },
    [region, rescueExported],
  );
  useEffect(() => {
    if (outcome !== 'asks') return;
    void ask(true);
    const timer = setInterval(() => void ask(true), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [ask, outcome]);
  const isMet =
    answer !== null && answer.preconditions.length > 0 && answer.preconditions.every(({ ok }) => ok);
  const hasRescue = answer?.preconditions.some(({ name }) => /lost tail|rescue/.test(name)) ?? false;
  const go = async () => {
    setOutcome('runs');
    setOutcome((await ask(false)) ? 'over' : 'asks');
  };
  return (
    <Modal title={`Fail back to ${to}?`}>
      <p>
        The controller of {region} stops writes there, waits until {to} has every one of them, makes {to} the
        writer and lets DNS follow. No acknowledged write is lost; writes pause for some seconds.
      </p>
      <ul className="preconditions" aria-label="Preconditions">
        {answer?.preconditions.map(({ name, ok, why }) => (
          <li key={name} data-ok={ok}>
            <span className="precondition-sign" aria-hidden="true">
              {ok ? '✓' : '✕'}
            </span>
            <strong>{name}</strong>
            <span className="precondition-state">{ok ? 'met' : 'not met'}</span>
            <span className="precondition-why">{why}</span>
          </li>
        ))}
        {answer === null && !error && <li>asking the controller…</li>}
      </ul>
      {hasRescue && outcome === 'asks' && (
        <label className="check">
          <input
            type="checkbox"
            checked={rescueExported}
            onChange={({ target }) => setExported(target.checked)}
          />
          I have looked at what {to} held alone and kept what is needed of it
        </label>
      )}
      {error && (
        <p className="problem" role="alert">
          {error}
        </p>
      )}
      {outcome === 'over' && answer && (
        <p role="status">
          <strong>{answer.result}</strong>: {answer.because}
        </p>
      )}
      <div className="dialog-buttons">
        <button type="button" onClick={closeDialog}>
          {outcome === 'over' ? 'Close' : 'Cancel'}
        </button>
        {outcome !== 'over' && (
          <button
            type="button"
            className="primary"
            aria-disabled={!isMet || outcome === 'runs'}
            onClick={() => isMet && outcome === 'asks' && void go()}
          >
            {outcome === 'runs' ? 'Under way…' : isMet ? `Fail back to ${to}` : 'Not everything is met'}
          </button>
        )}
      </div>
    </Modal>
  );
}
