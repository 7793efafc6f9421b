/** The cache's hit rate of every edge location, beside each other. */
import { useStore } from '../state/store.ts';
import { rateText, shareText } from '../words/format.ts';
import { Part } from './part.tsx';

export function EdgesPart() {
  const edges = useStore(({ picture }) => picture?.edges ?? []);
  return (
    <Part title="Cache hits by edge">
      <table className="figures">
        <thead>
          <tr>
            <th scope="col">Edge</th>
            <th scope="col">Hits</th>
            <th scope="col">Requests</th>
          </tr>
        </thead>
        <tbody>
          {edges.map(({ id, label, hitRate, perSecond }) => (
            <tr key={id}>
              <th scope="row">{label}</th>
              <td>
                <meter min={0} max={1} value={hitRate ?? 0} aria-label={`Hit rate of ${label}`} />{' '}
                {shareText(hitRate)}
              </td>
              <td>{rateText(perSecond)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}
