/** Whichever question is open: one at a time. */
import { useStore } from '../state/store.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { DrillDialog } from './drill-dialog.tsx';
import { FailbackDialog } from './failback-dialog.tsx';

export function Dialogs() {
  const question = useStore((state) => state.question);
  switch (question?.kind) {
    case undefined:
      return null;
    case 'confirm':
      return <ConfirmDialog question={question} />;
    case 'drill':
      return <DrillDialog />;
    case 'failback':
      return <FailbackDialog region={question.region} to={question.to} />;
  }
}
