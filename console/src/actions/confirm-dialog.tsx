/** Asks once, says what will happen, does it call by call, and reports what came of each. */
import { useState } from 'react';
import { post } from '../live/api.ts';
import { saidText } from '../words/outcome.ts';
import { closeDialog, Modal } from './modal.tsx';
import type { Call, Question } from './questions.ts';

type Outcome =
  | { readonly state: 'asks' | 'waits' | 'runs' }
  | { readonly state: 'done' | 'failed'; readonly says: string };

export function ConfirmDialog({ question }: { readonly question: Extract<Question, { kind: 'confirm' }> }) {
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>(question.calls.map(() => ({ state: 'asks' })));
  const hasBegun = outcomes.some(({ state }) => state !== 'asks');
  const isOver = outcomes.every(({ state }) => state === 'done' || state === 'failed');
  const run = async () => {
    setOutcomes(question.calls.map(() => ({ state: 'waits' })));
    for (const [index, { call }] of question.calls.entries()) {
      const put = (outcome: Outcome) =>
        setOutcomes((all) => all.map((one, at) => (at === index ? outcome : one)));
      put({ state: 'runs' });
      put(await outcomeOf(call));
    }
  };
  return (
    <Modal title={question.title}>
      {question.says.filter(Boolean).map((line) => (
        <p key={line}>{line}</p>
      ))}
      {hasBegun && (
        <div role="status">
          <ul className="outcomes">
            {question.calls.map(({ label }, index) => (
              <OutcomeRow key={label} label={label} outcome={outcomes[index]!} />
            ))}
          </ul>
        </div>
      )}
      <div className="dialog-buttons">
        {!hasBegun && (
          // The one that does the least is where the focus is when the dialog opens.
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
        )}
        {isOver ? (
          <button type="button" className="primary" onClick={closeDialog}>
            Close
          </button>
        ) : (
          <button
            type="button"
            className="primary"
            data-grave={question.isGrave}
            aria-disabled={hasBegun}
            onClick={() => !hasBegun && void run()}
          >
            {hasBegun ? 'Under way…' : question.verb}
          </button>
        )}
      </div>
    </Modal>
  );
}

const SIGNS = { asks: '·', waits: '·', runs: '…', done: '✓', failed: '✕' } as const;

function OutcomeRow({ label, outcome }: { readonly label: string; readonly outcome: Outcome }) {
  return (
    <li data-state={outcome.state}>
      <span aria-hidden="true">{SIGNS[outcome.state]}</span>
      <span>
        {'says' in outcome ? outcome.says : label}
        {outcome.state === 'failed' && <span className="unseen"> (not done)</span>}
      </span>
    </li>
  );
}

async function outcomeOf(call: Call): Promise<Outcome> {
  try {
    switch (call.to) {
      case '/api/faults':
      case '/api/drills/stop':
        return { state: 'done', says: (await post(call.to, call.body)).done };
      case '/api/drills': {
        const { drill, because } = await post(call.to, call.body);
        return { state: 'done', says: `${drill} runs: ${because}` };
      }
      case '/api/controller': {
        const said = await post(call.to, call.body);
        const isDone = said.result !== 'refused' && said.result !== 'failed';
        return { state: isDone ? 'done' : 'failed', says: saidText(said) };
      }
    }
  } catch (error) {
    return { state: 'failed', says: error instanceof Error ? error.message : String(error) };
  }
}
