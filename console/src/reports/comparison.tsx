/** Two reports side by side: every figure of both, and the difference. */
import type { ReportEntry } from '@understudy/engine/console';
import { momentText } from '../words/format.ts';
import { compared, differenceText, figureText } from './compare.ts';

export function Comparison({ one, other }: { readonly one: ReportEntry; readonly other: ReportEntry }) {
  const [earlier, later] = one.atMs <= other.atMs ? [one, other] : [other, one];
  return (
    <section className="comparison" aria-label="Comparison">
      <h2>
        {earlier.title === later.title ? earlier.title : `${earlier.title} and ${later.title}`}, side by side
      </h2>
      <table className="figures">
        <thead>
          <tr>
            <td />
            {[earlier, later].map((report) => (
              <th key={report.id} scope="col">
                {momentText(report.atMs)}
                <span className="report-verdict" data-verdict={report.verdict}>
                  {report.verdict === 'passed' ? '✓ passed' : '✕ failed'}
                </span>
              </th>
            ))}
            <th scope="col">Difference</th>
          </tr>
        </thead>
        <tbody>
          {compared(earlier, later).map((figure) => (
            <tr key={figure.name}>
              <th scope="row">{figure.name}</th>
              <td>{figureText(figure.one)}</td>
              <td>{figureText(figure.other)}</td>
              <td data-changed={figure.difference !== null && figure.difference !== 0}>
                {differenceText(figure.difference)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="comparison-headlines">
        <p>{earlier.headline}</p>
        <p>{later.headline}</p>
      </div>
    </section>
  );
}
