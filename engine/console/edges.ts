/** The edge locations: how much they are asked, how much they answer from memory, where their origin is. Pure. */
import type { EdgePicture } from './api.ts';
import { counterOf } from './counters.ts';
import { answered, isRow, number, type Report, type Row, rows, text } from './facts.ts';
import type { Rates } from './rates.ts';

export function edgesOf(report: Report, rates: Rates): readonly EdgePicture[] {
  const edges = rows(answered(report, 'global')?.services, 'cloudfront', 'edges');
  return edges.map((edge) => edgeOf(report, edge, rates));
}

function edgeOf(report: Report, edge: Row, rates: Rates): EdgePicture {
  const name = text(edge, 'name');
  const perSecond = rates.perSecond(counterOf.edge(name, 'requests'));
  const failedPerSecond = rates.perSecond(counterOf.edge(name, 'failed'));
  const refusedPerSecond = rates.perSecond(counterOf.edge(name, 'refused'));
  const origin = originOf(report, edge);
  const failing = failedPerSecond > 0;
  return {
    id: `edge/${name}`,
    label: name,
    condition: failing || origin === null ? 'ailing' : 'well',
    because: failing
      ? `${failedPerSecond.toFixed(1)} requests a second fail`
      : origin === null
        ? 'its origin’s name stands for no region yet'
        : `its origin is in ${origin}`,
    hitRate: hitRateOf(edge, rates),
    perSecond,
    failedPerSecond,
    refusedPerSecond,
    origin,
  };
}

/** Of the last seconds; where nobody asked in them, of all times. */
function hitRateOf(edge: Row, rates: Rates): number | null {
  const name = text(edge, 'name');
  const recent = [rates.added(counterOf.edge(name, 'hits')), rates.added(counterOf.edge(name, 'misses'))];
  const [hits = 0, misses = 0] =
    recent[0]! + recent[1]! > 0 ? recent : [number(edge, 'hits'), number(edge, 'misses')];
  return hits + misses > 0 ? Math.round((hits / (hits + misses)) * 1000) / 1000 : null;
}

/** The region of the addresses that the edge found last for an origin's name. */
function originOf(report: Report, edge: Row): string | null {
  const origins = edge['origins'];
  if (!isRow(origins)) return null;
  for (const addresses of Object.values(origins)) {
    const first = Array.isArray(addresses) ? addresses[0] : undefined;
    const region = typeof first === 'string' ? report.regionOf(first) : undefined;
    if (region) return region;
  }
  return null;
}
