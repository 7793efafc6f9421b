/** Route 53 drawn as what it is: a switch with one lever, two contacts, and the health checks that move it. */
import { useStore } from '../state/store.ts';

export function DnsSwitch() {
  const dns = useStore(({ picture }) => picture?.dns ?? null);
  const regions = useStore(({ picture }) => picture?.regions.map(({ name }) => name).slice(0, 2) ?? []);
  if (!dns) return null;
  const side = regions.indexOf(dns.active ?? '');
  const origin =
    dns.answers.find(({ name }) => name.startsWith('origin.'))?.name ?? dns.answers[0]?.name ?? '';
  const other = dns.healthChecks.find(
    ({ name, healthy }) => !healthy && !regions.some((region) => concerns(name, region)),
  );
  return (
    <span className="dns" data-side={side}>
      {regions.map((region, index) => (
        <Contact
          key={region}
          region={region}
          isChosen={side === index}
          checks={dns.healthChecks.filter(({ name }) => concerns(name, region))}
        />
      ))}
      <span className="dns-middle">
        <span className="box-title">Route 53</span>
        <svg className="dns-lever" viewBox="-70 -6 140 36" aria-hidden="true">
          <path className="dns-contact" data-chosen={side === 0} d="M-70 22 H-50" />
          <path className="dns-contact" data-chosen={side === 1} d="M70 22 H50" />
          <circle className="dns-dot" data-chosen={side === 0} cx="-46" cy="22" r="5" />
          <circle className="dns-dot" data-chosen={side === 1} cx="46" cy="22" r="5" />
          <path className="dns-arm" d="M0 0 L46 22" />
          <circle className="dns-pivot" cx="0" cy="0" r="5" />
        </svg>
        <span className="dns-name">{origin}</span>
        {other && <span className="dns-name dns-other">✕ {other.name}</span>}
      </span>
    </span>
  );
}

/** A check is named for the region that it is about; what else is checked is told when it fails, and in the panel. */
const concerns = (check: string, region: string): boolean => check.startsWith(region);

interface ContactProps {
  readonly region: string;
  readonly isChosen: boolean;
  readonly checks: readonly { readonly healthy: boolean; readonly because: string }[];
}

function Contact({ region, isChosen, checks }: ContactProps) {
  const isHealthy = checks.every(({ healthy }) => healthy);
  return (
    <span className="dns-region" data-chosen={isChosen} data-healthy={isHealthy}>
      <span className="dns-region-name">{region}</span>
      <span className="dns-health">
        {checks.length === 0 ? '? not checked' : isHealthy ? '✓ healthy' : '✕ unhealthy'}
      </span>
    </span>
  );
}
