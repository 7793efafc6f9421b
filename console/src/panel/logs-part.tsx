/** The tail of what a box logs, newest last. */
import { useEffect, useRef } from 'react';
import { get } from '../live/api.ts';
import { clockText } from '../words/format.ts';
import { Part } from './part.tsx';
import { useAnswer } from './use-answer.ts';

export function LogsPart({ region, box }: { readonly region: string | null; readonly box: string }) {
  const { value, error } = useAnswer(`logs ${box}`, (signal) => get('/api/logs', { region, box }, signal));
  const lines = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are at the end
  useEffect(() => {
    lines.current?.scrollTo({ top: lines.current.scrollHeight });
  }, [value]);
  return (
    <Part title="Log" error={error} nothing={(value ?? []).length === 0 && 'it has logged nothing lately'}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
      <ol className="log" ref={lines} tabIndex={0} aria-label="Log lines, newest last">
        {value?.map(({ atMs, stream, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: equal lines of one moment differ in nothing but their place
          <li key={`${atMs} ${index}`} title={stream}>
            <span className="record-time">{clockText(atMs)}</span> {text}
          </li>
        ))}
      </ol>
    </Part>
  );
}
