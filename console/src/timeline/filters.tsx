/** What the timeline shows: by words, by place, by kind of event. */
import { useEffect, useState } from 'react';
import { dispatch, useStore } from '../state/store.ts';

/** First words of the engine's events: AWS's nouns. */
const KINDS = [
  'alarm',
  'answer',
  'cluster',
  'controller',
  'deployment',
  'health-check',
  'instance',
  'mail',
  'origin',
  'region',
  'replication',
  'service',
  'stack',
  'target',
  'task',
];
const TYPING_PAUSE_MS = 250;

export function Filters() {
  const filter = useStore((state) => state.filter);
  const regions = useStore(({ picture }) => picture?.regions.map(({ name }) => name) ?? []);
  const [text, setText] = useState(filter.text);
  useEffect(() => {
    const timer = setTimeout(() => dispatch({ type: 'filter', filter: { text } }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <search className="filters">
      <input
        type="search"
        placeholder="Find in the timeline"
        aria-label="Find in the timeline"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <select
        aria-label="Where"
        value={filter.where}
        onChange={({ target }) => dispatch({ type: 'filter', filter: { where: target.value } })}
      >
        <option value="">everywhere</option>
        {[...regions, 'global', 'supervisor'].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label="Kind of event"
        value={filter.event}
        onChange={({ target }) => dispatch({ type: 'filter', filter: { event: target.value } })}
      >
        <option value="">every event</option>
        {KINDS.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </search>
  );
}
