/** The mailbox: what the region's topic has sent to people. */
import { get } from '../live/api.ts';
import { momentText } from '../words/format.ts';
import { Part } from './part.tsx';
import { useAnswer } from './use-answer.ts';

export function MailPart({ region }: { readonly region: string | null }) {
  const { value, error } = useAnswer(`mail ${region}`, (signal) => get('/api/mail', { region }, signal));
  const mail = (value ?? []).filter((one) => region === null || one.region === region);
  return (
    <Part title="Mailbox" error={error} nothing={mail.length === 0 && 'no message was sent from here'}>
      <ul className="mail">
        {[...mail].reverse().map(({ atMs, to, subject, text }) => (
          <li key={`${atMs} ${subject}`}>
            <details>
              <summary>
                <span className="record-time">{momentText(atMs).slice(11)}</span> {subject}
              </summary>
              <p className="fact-why">to {to}</p>
              <pre>{text}</pre>
            </details>
          </li>
        ))}
      </ul>
    </Part>
  );
}
