/** Every counter that the picture has rates of, by a name of its own. Pure. */
import { answered, number, type Report, type Row, rows, text } from './facts.ts';

export type Outcome = 'ok' | 'refused' | 'failed';
export const OUTCOMES: readonly Outcome[] = ['ok', 'refused', 'failed'];

/** The sequence number of a cluster's position: `0-10001-83` is the 83rd transaction of its domain. */
export function sequenceOf(gtid: string): number {
  return Math.max(0, ...gtid.split(',').map((one) => Number(one.split('-')[2] ?? 0) || 0));
}

export const counterOf = {
  edge: (name: string, what: 'requests' | 'hits' | 'misses' | 'refused' | 'failed') => `edge ${name} ${what}`,
  origin: (edge: string, place: string, outcome: Outcome) => `origin ${edge} ${place} ${outcome}`,
  target: (region: string, target: string, outcome: Outcome) => `target ${region} ${target} ${outcome}`,
  transactions: (region: string) => `transactions ${region}`,
  replicated: (region: string) => `replicated ${region}`,
};

/** Where an edge sent requests: a region's load balancer or its bucket, as the id of that box. */
export function placeOf(report: Report, place: Row): string | undefined {
  const bucket = text(place, 'bucket');
  if (bucket) return `${bucket}/bucket`;
  const region = report.regionOf(text(place, 'address'));
  return region && `${region}/load-balancer`;
}

export function countsOf(report: Report): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const add = (counter: string, count: number): void => {
    counts[counter] = (counts[counter] ?? 0) + count;
  };
  for (const edge of rows(answered(report, 'global')?.services, 'cloudfront', 'edges')) {
    const name = text(edge, 'name');
    for (const what of ['requests', 'hits', 'misses', 'refused', 'failed'] as const)
      add(counterOf.edge(name, what), number(edge, what));
    for (const place of rows(edge, 'places')) {
      const box = placeOf(report, place);
      if (box)
        for (const outcome of OUTCOMES) add(counterOf.origin(name, box, outcome), number(place, outcome));
    }
  }
  for (const region of report.system.regions) {
    const services = answered(report, region)?.services;
    if (!services) continue;
    for (const balancer of rows(services, 'elbv2'))
      for (const target of rows(balancer, 'targetGroups').flatMap((group) => rows(group, 'targets')))
        for (const outcome of OUTCOMES)
          add(counterOf.target(region, text(target, 'target'), outcome), number(target, outcome));
    for (const cluster of rows(services, 'rds', 'clusters'))
      add(counterOf.transactions(region), sequenceOf(text(cluster, 'gtid')));
    const s3 = services['s3'] as Row | undefined;
    if (s3) add(counterOf.replicated(region), number(s3, 'replicated'));
  }
  return counts;
}
