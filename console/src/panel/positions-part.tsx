/** Replication positions of every instance of both regions: who is how far, without a line of SQL. */
import { useStore } from '../state/store.ts';
import { lagText } from '../words/format.ts';
import { Part } from './part.tsx';

export function PositionsPart() {
  const instances = useStore(
    ({ picture }) =>
      picture?.regions.flatMap(({ name, database }) =>
        database.instances.map((instance) => ({ ...instance, region: name })),
      ) ?? [],
  );
  return (
    <Part title="Replication positions">
      <table className="figures">
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">Role</th>
            <th scope="col">GTID</th>
            <th scope="col">Behind</th>
          </tr>
        </thead>
        <tbody>
          {instances.map(({ id, label, role, gtid, lagMs, condition }) => (
            <tr key={id} data-condition={condition}>
              <th scope="row">{label.replace('understudy-', '')}</th>
              <td>{condition === 'well' ? role : condition}</td>
              <td>
                <code>{gtid ?? '?'}</code>
              </td>
              <td>{role === 'writer' ? '–' : lagText(lagMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}
