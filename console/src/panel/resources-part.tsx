/** Which resources of which stack a box is, and whether they run here or are only recorded. */
import type { ResourceEntry } from '@understudy/engine/console';
import { get } from '../live/api.ts';
import type { About } from './about.ts';
import { Part } from './part.tsx';
import { useAnswer } from './use-answer.ts';

export function ResourcesPart({ about }: { readonly about: About }) {
  const { value, error } = useAnswer('resources', (signal) => get('/api/resources', {}, signal));
  const found = (value ?? []).filter((resource) => isOf(resource, about));
  return (
    <Part
      title="Resources"
      error={error}
      nothing={value !== null && found.length === 0 && 'no resource of a template stands for it'}
    >
      <ul className="resources">
        {found.map((resource) => (
          <li key={`${resource.stack} ${resource.logicalId}`}>
            <strong>{resource.logicalId}</strong>
            <span className="resource-fate" data-fate={resource.fate}>
              {resource.fate}
            </span>
            <span className="fact-why">{resource.type}</span>
            <span className="fact-why">
              {resource.stack}, {resource.status}
            </span>
            {resource.physicalId && <code>{resource.physicalId}</code>}
          </li>
        ))}
      </ul>
    </Part>
  );
}

function isOf(resource: ResourceEntry, about: About): boolean {
  if (about.region !== null && resource.region !== about.region) return false;
  if (about.kind === 'Region') return true;
  return (
    about.resourceTypes.includes(resource.type) &&
    `${resource.physicalId ?? ''} ${resource.logicalId}`
      .toLowerCase()
      .includes(about.resourceName.toLowerCase())
  );
}
