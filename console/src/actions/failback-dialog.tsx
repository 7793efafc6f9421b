/** The way back: every precondition by itself, met or not and why, looked at again until a person says go. */
import type { ControllerAnswer } from '@understudy/engine/console';
import { useCallback, useEffect, useState } from 'react';
import { post } from '../live/api.ts';
import { outcomeText, saidText } from '../words/outcome.ts';
import { closeDialog, Modal } from './modal.tsx';

const LOOK_AGAIN_MS = 3000;

export function FailbackDialog({ region, to }: { readonly region: string; readonly to: string }) {
  const [answer, setAnswer] = useState<ControllerAnswer | null>(null);
  const [error, setError] = useState<string | null>(null);
  /** What came of going, where it was not begun: it stands until the next try, whatever the looks say. */
  const [refusal, setRefusal] = useState<string | null>(null);
  const [rescueExported, setExported] = useState(false);
  const [outcome, setOutcome] = useState<'asks' | 'runs' | 'over'>('asks');
  const ask = useCallback(
    (dryRun: boolean) => post('/api/controller', { region, command: 'failback', rescueExported, dryRun }),
    [region, rescueExported],
  );
  useEffect(() => {
    if (outcome !== 'asks') return;
    // A look that is answered after the person's word would tell of a time before it.
    let isCurrent = true;
    const look = async (): Promise<void> => {
      const [seen, problem] = await ask(true).then(
        (value) => [value, null] as const,
        (reason) => [null, wordsOf(reason)] as const,
      );
      if (!isCurrent) return;
      setError(problem);
      if (!seen) return;
      setAnswer(seen);
      if (isBegun(seen)) setOutcome('over');
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_AGAIN_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [ask, outcome]);
  const isMet =
    answer !== null && answer.preconditions.length > 0 && answer.preconditions.every(({ ok }) => ok);
  const hasRescue = answer?.preconditions.some(({ name }) => /lost tail|rescue/.test(name)) ?? false;
  const go = async () => {
    setOutcome('runs');
    setRefusal(null);
    try {
      const said = await ask(false);
      setAnswer(said);
      if (isBegun(said)) return setOutcome('over');
      setRefusal(saidText(said));
    } catch (reason) {
      // It may have begun before its time ran out; then the next look says so.
      setRefusal(wordsOf(reason));
    }
    setOutcome('asks');
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
      {(refusal ?? error) && outcome !== 'over' && (
        <p className="problem" role="alert">
          {refusal ?? error}
        </p>
      )}
      {outcome === 'over' && answer && (
        <p role="status">
          <strong>{outcomeText(answer)}</strong>: {answer.because}
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

/** It moves, or has moved: from here on the picture tells. */
const isBegun = ({ result }: ControllerAnswer): boolean => result === 'running' || result === 'done';

const wordsOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));
