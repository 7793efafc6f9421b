/** The page's head: what the system is doing in one line, AWS's time, and the ways to the rest. */
import { useState } from 'react';
import { writerSide } from '../picture/roles.ts';
import { dispatch, useStore } from '../state/store.ts';
import { clockText } from '../words/format.ts';
import { applyTheme, isDark, storedTheme } from './theme.ts';

export function Head() {
  const view = useStore((state) => state.view);
  return (
    <header className="head">
      <p className="head-name">Understudy</p>
      <Summary />
      <nav className="head-views" aria-label="Views">
        {(['picture', 'reports'] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-current={view === name ? 'page' : undefined}
            onClick={() => dispatch({ type: 'view', view: name })}
          >
            {name === 'picture' ? 'Picture' : 'Reports'}
          </button>
        ))}
      </nav>
      <Actions />
      <ThemeSwitch />
    </header>
  );
}

function Summary() {
  const text = useStore(({ picture }) => {
    if (!picture) return 'waiting for the system';
    const writer = picture.regions[writerSide(picture)];
    const writes = writer && writer.process.condition !== 'lost' ? writer.name : 'nobody';
    const serves = picture.dns.active ?? 'no region';
    return writes === serves ? `${serves} serves and writes` : `DNS names ${serves}, ${writes} writes`;
  });
  const clock = useStore(({ picture }) => (picture ? clockText(picture.atMs) : '--:--:--'));
  const speed = useStore(({ picture }) => picture?.speed ?? 1);
  return (
    <p className="head-summary">
      <strong>{text}</strong>
      <span className="head-clock">
        {clock} <abbr title="AWS time, in UTC">UTC</abbr>
      </span>
      {speed !== 1 && <span className="head-speed">{speed}× speed</span>}
    </p>
  );
}

function Actions() {
  const isLive = useStore(({ picture }) => picture !== null);
  const isRunning = useStore(({ drill }) => drill?.state === 'running');
  const ways = useStore(({ picture }) => {
    const writer = picture?.regions[writerSide(picture)];
    const other = picture?.regions.find(({ name }) => name !== writer?.name);
    return writer && other ? { region: writer.name, to: other.name } : null;
  });
  return (
    <div className="head-actions">
      <button
        type="button"
        disabled={!isLive || isRunning}
        onClick={() => dispatch({ type: 'ask', question: { kind: 'drill' } })}
      >
        Start a drill…
      </button>
      <button
        type="button"
        disabled={ways === null}
        onClick={() => ways && dispatch({ type: 'ask', question: { kind: 'failback', ...ways } })}
      >
        Fail back…
      </button>
    </div>
  );
}

function ThemeSwitch() {
  const [dark, setDark] = useState(isDark);
  const change = () => {
    const next = dark ? 'light' : 'dark';
    applyTheme(next);
    setDark(storedTheme() === 'dark');
    window.dispatchEvent(new Event('themechange'));
  };
  return (
    <button type="button" className="head-theme" aria-pressed={dark} aria-label="Dark theme" onClick={change}>
      {dark ? '☾' : '☀'}
    </button>
  );
}
