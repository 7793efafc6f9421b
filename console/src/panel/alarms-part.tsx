/** A region's alarms with their reasons; those in alarm first. */
import { get } from '../live/api.ts';
import { clockText } from '../words/format.ts';
import { Part } from './part.tsx';
import { useAnswer } from './use-answer.ts';

const SIGNS = { ALARM: '▲', OK: '✓', INSUFFICIENT_DATA: '?' } as const;

export function AlarmsPart({ region }: { readonly region: string | null }) {
  const { value, error } = useAnswer(`alarms ${region}`, (signal) => get('/api/alarms', { region }, signal));
  const alarms = [...(value ?? [])].sort((a, b) => Number(b.state === 'ALARM') - Number(a.state === 'ALARM'));
  return (
    <Part title="Alarms" error={error} nothing={alarms.length === 0 && 'no alarm is known'}>
      <ul className="checks">
        {alarms.map(({ name, state, because, sinceMs }) => (
          <li key={name} data-ok={state !== 'ALARM'}>
            <span aria-hidden="true">{SIGNS[state]}</span>
            <strong>{name}</strong> {state}
            {sinceMs !== null && ` since ${clockText(sinceMs)}`}
            <span className="fact-why">{because}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
