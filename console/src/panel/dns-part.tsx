/** What DNS answers now, what its health checks say, and which region it named over the last minutes. */
import { useStore } from '../state/store.ts';
import { clockText } from '../words/format.ts';
import { spansOf } from './dns-spans.ts';
import { Part } from './part.tsx';

export function DnsPart() {
  const dns = useStore(({ picture }) => picture?.dns ?? null);
  const spans = useStore(({ samples }) => spansOf(samples));
  if (!dns) return null;
  return (
    <>
      <Part title="Answers">
        <ul className="answers">
          {dns.answers.map(({ name, region, because }) => (
            <li key={name}>
              <strong>{name}</strong> → {region ?? 'no answer'}
              <span className="fact-why">{because}</span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Health checks">
        <ul className="checks">
          {dns.healthChecks.map(({ name, healthy, because }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two checks may have one name
            <li key={`${name} ${index}`} data-ok={healthy}>
              <span aria-hidden="true">{healthy ? '✓' : '✕'}</span>
              <strong>{name}</strong> {healthy ? 'healthy' : 'unhealthy'}
              <span className="fact-why">{because}</span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Answers of the last minutes" nothing={spans.length === 0 && 'nothing was heard yet'}>
        <ol className="spans" reversed>
          {[...spans].reverse().map(({ region, fromMs, toMs }) => (
            <li key={fromMs}>
              <span className="record-time">
                {clockText(fromMs)}–{clockText(toMs)}
              </span>
              {region ?? 'no answer'}
            </li>
          ))}
        </ol>
      </Part>
    </>
  );
}
