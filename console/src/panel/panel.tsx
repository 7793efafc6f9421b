/** The panel about the chosen box: what it is, what may be done to it, and then its parts one by one. */
import { useEffect, useRef } from 'react';
import { Sign } from '../picture/sign.tsx';
import { dispatch, useStore } from '../state/store.ts';
import { type About, aboutBox, type Part } from './about.ts';
import { AlarmsPart } from './alarms-part.tsx';
import { DnsPart } from './dns-part.tsx';
import { EdgesPart } from './edges-part.tsx';
import { LogsPart } from './logs-part.tsx';
import { MailPart } from './mail-part.tsx';
import { MetricsPart } from './metrics-part.tsx';
import { PositionsPart } from './positions-part.tsx';
import { ResourcesPart } from './resources-part.tsx';

export function Panel() {
  const about = useStore(({ picture, selected }) =>
    picture && selected ? aboutBox(picture, selected) : null,
  );
  const selected = useStore((state) => state.selected);
  const close = () => {
    const opener = document.querySelector<HTMLElement>(`[data-box="${CSS.escape(selected ?? '')}"]`);
    dispatch({ type: 'select', id: null });
    opener?.focus();
  };
  return (
    <section
      className="panel"
      onKeyDown={({ key }) => key === 'Escape' && close()}
      aria-label="The chosen box"
    >
      <div className="panel-bar">
        <button type="button" onClick={close}>
          ← Timeline
        </button>
      </div>
      {about ? <Content key={about.id} about={about} /> : <p>What you chose is not there any more.</p>}
    </section>
  );
}

function Content({ about }: { readonly about: About }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className="panel-content">
      <p className="panel-kind">{about.kind}</p>
      <h2 ref={heading} tabIndex={-1}>
        {about.title}
      </h2>
      <p className="panel-condition" data-condition={about.condition}>
        <Sign condition={about.condition} />
        <strong>{about.condition}</strong> {about.because}
      </p>
      {about.questions.length > 0 && (
        <div className="panel-actions">
          {about.questions.map(({ label, question }) => (
            <button key={label} type="button" onClick={() => dispatch({ type: 'ask', question })}>
              {label}
            </button>
          ))}
        </div>
      )}
      {about.facts.length > 0 && (
        <dl className="facts">
          {about.facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {about.parts.map((part) => (
        <PartOf key={part} part={part} about={about} />
      ))}
    </div>
  );
}

function PartOf({ part, about }: { readonly part: Part; readonly about: About }) {
  switch (part) {
    case 'dns':
      return <DnsPart />;
    case 'edges':
      return <EdgesPart />;
    case 'positions':
      return <PositionsPart />;
    case 'alarms':
      return <AlarmsPart region={about.region} />;
    case 'mail':
      return <MailPart region={about.region} />;
    case 'metrics':
      return <MetricsPart region={about.region} box={about.id} />;
    case 'logs':
      return <LogsPart region={about.region} box={about.id} />;
    case 'resources':
      return <ResourcesPart about={about} />;
  }
}
