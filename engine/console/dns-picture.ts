/** What the names with failover routing answer now, and the health checks that decide it. Pure. */
import type { Picture } from './api.ts';
import { answered, type Report, type Row, rows, text, texts } from './facts.ts';

export type DnsPicture = Picture['dns'];

export const NO_DNS: DnsPicture = { active: null, answers: [], healthChecks: [] };

export function dnsOf(report: Report): DnsPicture {
  const services = answered(report, 'global')?.services;
  const answers = rows(services, 'route53', 'zones')
    .flatMap((zone) => rows(zone, 'failover'))
    .map((answer) => ({
      name: text(answer, 'name'),
      region: regionOfAnswer(report, answer),
      because: text(answer, 'because'),
    }));
  return {
    // The TXT record says it in words; an app without one is where its addresses are.
    active: (answers.find(({ name }) => name.startsWith('active.')) ?? answers[0])?.region ?? null,
    answers,
    healthChecks: rows(services, 'route53', 'healthChecks').map((check) => ({
      name: text(check, 'name') || text(check, 'id'),
      healthy: check['healthy'] === true,
      because: text(check, 'because'),
    })),
  };
}

function regionOfAnswer(report: Report, answer: Row): string | null {
  const values = texts(answer, 'values');
  const named = values.find((value) => report.system.regions.includes(value));
  if (named) return named;
  for (const value of values) {
    const region = report.regionOf(value);
    if (region) return region;
  }
  return null;
}

/** Nobody answers: what was answered last is no answer any more. */
export function silentDns(last: DnsPicture, because: string): DnsPicture {
  return {
    active: null,
    answers: last.answers.map(({ name }) => ({ name, region: null, because })),
    healthChecks: last.healthChecks.map(({ name }) => ({ name, healthy: false, because })),
  };
}
