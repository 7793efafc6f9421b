/** What must not be overlooked: the page is not live, or a controller waits for a person's word. */
import { approveQuestion } from '../actions/questions.ts';
import { dispatch, useStore } from '../state/store.ts';

export function Banner() {
  const connection = useStore((state) => state.connection);
  switch (connection.state) {
    case 'connecting':
    case 'refused':
      return null;
    case 'lost':
      return (
        <p className="banner" data-weight="grave" role="alert">
          <strong>Not live.</strong> What you see is what was last heard: {connection.because}. Trying again
          {connection.attempt > 1 ? ` (attempt ${connection.attempt})` : ''}; nothing of the timeline will be
          missed.
        </p>
      );
    case 'live':
      return <Approvals />;
  }
}

function Approvals() {
  const waiting = useStore(
    ({ picture }) =>
      picture?.regions
        .filter(({ controller }) => controller.phase === 'awaiting-approval')
        .map(({ name, controller }) => ({ name, because: controller.because })) ?? [],
  );
  return waiting.map(({ name, because }) => (
    <p key={name} className="banner" data-weight="ask" role="alert">
      <strong>{name} asks to take over.</strong> {because}
      <button
        type="button"
        onClick={() => dispatch({ type: 'ask', question: approveQuestion(name, because) })}
      >
        Approve…
      </button>
    </p>
  ));
}
