/** The page: its head, the picture with what is beside and beneath it, or the reports; to a stranger, none of it. */
import { Dialogs } from '../actions/dialogs.tsx';
import { Charts } from '../charts/charts.tsx';
import { DrillStrip } from '../drill/drill-strip.tsx';
import { Panel } from '../panel/panel.tsx';
import { Picture } from '../picture/picture.tsx';
import { Reports } from '../reports/reports.tsx';
import { useStore } from '../state/store.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { Banner } from './banner.tsx';
import { Head } from './head.tsx';
import { NotLetIn } from './not-let-in.tsx';

export function App() {
  const view = useStore((state) => state.view);
  const announcement = useStore((state) => state.announcement);
  const hasSelection = useStore((state) => state.selected !== null);
  const connection = useStore((state) => state.connection);
  if (connection.state === 'refused') return <NotLetIn because={connection.because} />;
  return (
    <div className="page">
      <Head />
      <Banner />
      {view === 'picture' ? (
        <main className="stage" tabIndex={-1}>
          <div className="stage-main">
            <h1 className="unseen">The system as it is now</h1>
            <DrillStrip />
            <Picture />
            <Charts />
          </div>
          <aside className="stage-side" aria-label={hasSelection ? 'The chosen box' : 'Timeline'}>
            {hasSelection ? <Panel /> : <Timeline />}
          </aside>
        </main>
      ) : (
        <Reports />
      )}
      <Dialogs />
      <p className="unseen" role="status" aria-live="polite">
        {announcement}
      </p>
    </div>
  );
}
