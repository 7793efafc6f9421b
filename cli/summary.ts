/**
 * What a person wants to know of a running system first: where the name leads, who writes, which tasks and
 * instances serve, which alarms stand. Services report facts as JSON; what is not there is left out. Pure.
 */
import type { StatusReport } from '@understudy/engine/client';

export interface Fact {
  readonly what: string;
  readonly is: string;
  /** Something that somebody should look at. */
  readonly bad: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** The facts of one process, in the order in which a request meets them. */
export function summaryOf(answer: StatusReport['processes'][string] | undefined): readonly Fact[] {
  if (!answer) return [];
  if (!('services' in answer)) return [{ what: 'says', is: answer.unavailable, bad: true }];
  const services = answer.services as Row;
  return [
    ...rows(services, 'cloudfront', 'edges').map(edge),
    ...rows(services, 'route53', 'zones').flatMap((zone) => rows(zone, 'failover').map(failoverRecord)),
    ...rows(services, 'route53', 'healthChecks').map(healthCheck),
    ...rows(services, 'ecs', 'services').map(service),
    ...rows(services, 'rds', 'clusters').flatMap(cluster),
    ...alarms(rows(services, 'cloudwatch', 'alarms')),
  ];
}

function edge(one: Row): Fact {
  const is = `${one['address']}, ${one['requests']} requests, ${one['hits']} from its cache, ${one['errors']} errors`;
  return { what: `edge ${one['name']}`, is, bad: false };
}

function failoverRecord(one: Row): Fact {
  const is = `${one['setIdentifier']}: ${one['because']}`;
  return { what: `${one['name']} ${one['type']}`, is, bad: false };
}

function healthCheck(one: Row): Fact {
  const healthy = one['healthy'] === true;
  const is = `${healthy ? 'healthy' : 'unhealthy'}: ${one['because']}`;
  return { what: `“${one['name']}”`, is, bad: !healthy };
}

function service(one: Row): Fact {
  const is = `${one['running']} of ${one['desired']} tasks run, ${one['healthy']} healthy, deployment ${one['deployment']}`;
  return { what: `service ${one['name']}`, is, bad: one['healthy'] !== one['desired'] };
}

function cluster(one: Row): readonly Fact[] {
  const available = (status: unknown): boolean => status === 'available';
  const of = (row: Row): string => `${row['role'] ?? 'no role yet'}, ${row['status']}`;
  return [
    { what: `cluster ${one['identifier']}`, is: of(one), bad: !available(one['status']) },
    ...rows(one, 'instances').map((instance) => {
      const lag = typeof instance['lagMs'] === 'number' ? `, ${instance['lagMs']} ms behind` : '';
      const is = `${of(instance)}, ${instance['zone']}${lag}`;
      return { what: `  ${instance['identifier']}`, is, bad: !available(instance['status']) };
    }),
  ];
}

/** Scaling's own alarms stand whenever there is little to do; they are no news. */
function alarms(all: readonly Row[]): readonly Fact[] {
  const own = all.filter(({ name }) => !String(name).startsWith('TargetTracking-'));
  if (own.length === 0) return [];
  const standing = own.filter(({ state }) => state === 'ALARM');
  if (standing.length === 0) return [{ what: 'alarms', is: `none of ${own.length} stands`, bad: false }];
  return standing.map((one) => ({ what: `alarm ${one['name']}`, is: String(one['reason']), bad: true }));
}

function rows(facts: unknown, ...path: readonly string[]): readonly Row[] {
  let found: unknown = facts;
  for (const name of path) found = isRow(found) ? found[name] : undefined;
  return Array.isArray(found) ? found.filter(isRow) : [];
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
