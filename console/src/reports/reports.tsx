/** Drills and simulations that are over: one is opened, two are set side by side. */
import type { ReportEntry } from '@understudy/engine/console';
import { useState } from 'react';
import { get } from '../live/api.ts';
import { useAnswer } from '../panel/use-answer.ts';
import { momentText } from '../words/format.ts';
import { Comparison } from './comparison.tsx';
import { ReportFrame } from './report-frame.tsx';

export function Reports() {
  const { value, error } = useAnswer('reports', (signal) => get('/api/reports', {}, signal));
  const [openId, setOpen] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = (id: string) =>
    setChosen((before) =>
      before.includes(id) ? before.filter((one) => one !== id) : [...before, id].slice(-2),
    );
  const reports = value ?? [];
  const [one, other] = chosen.map((id) => reports.find((report) => report.id === id));
  return (
    <main className="reports">
      <div className="reports-list">
        <h1>Reports</h1>
        {error && (
          <p className="problem" role="alert">
            {error}
          </p>
        )}
        {value !== null && reports.length === 0 && (
          <p className="nothing">There is none yet: start a drill, or run `npm run simulate`.</p>
        )}
        <p className="reports-hint">Open one, or tick two to compare their figures.</p>
        <ul>
          {reports.map((report) => (
            <Entry
              key={report.id}
              report={report}
              isOpen={openId === report.id}
              isChosen={chosen.includes(report.id)}
              onOpen={() => {
                setOpen(report.id);
                setChosen([]);
              }}
              onChoose={() => choose(report.id)}
            />
          ))}
        </ul>
      </div>
      <div className="reports-shown">
        {one && other ? (
          <Comparison one={one} other={other} />
        ) : openId !== null ? (
          <ReportFrame key={openId} id={openId} />
        ) : (
          <p className="nothing">Nothing is open.</p>
        )}
      </div>
    </main>
  );
}

interface EntryProps {
  readonly report: ReportEntry;
  readonly isOpen: boolean;
  readonly isChosen: boolean;
  onOpen(): void;
  onChoose(): void;
}

function Entry({ report, isOpen, isChosen, onOpen, onChoose }: EntryProps) {
  return (
    <li className="report" data-open={isOpen}>
      <label className="check">
        <input
          type="checkbox"
          checked={isChosen}
          onChange={onChoose}
          aria-label={`Compare ${report.title}, ${momentText(report.atMs)}`}
        />
      </label>
      <button type="button" onClick={onOpen} aria-current={isOpen ? 'true' : undefined}>
        <span className="report-kind">
          {report.kind} · {momentText(report.atMs)}
        </span>
        <strong>{report.title}</strong>
        <span className="report-verdict" data-verdict={report.verdict}>
          {report.verdict === 'passed' ? '✓ passed' : '✕ failed'}
        </span>
        <span className="report-headline">{report.headline}</span>
      </button>
    </li>
  );
}
