/** Which drill to start: the catalogue with what each does; the one chosen asks once more by itself. */
import { dispatch, useStore } from '../state/store.ts';
import { closeDialog, Modal } from './modal.tsx';
import { drillQuestion } from './questions.ts';

export function DrillDialog() {
  const drills = useStore((state) => state.drills);
  return (
    <Modal title="Start which drill?">
      {drills.length === 0 && <p>The system names no drill.</p>}
      <ul className="catalogue">
        {drills.map(({ name, summary }) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => dispatch({ type: 'ask', question: drillQuestion(name, summary) })}
            >
              <strong>{name}</strong>
              <span>{summary}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="dialog-buttons">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
      </div>
    </Modal>
  );
}
