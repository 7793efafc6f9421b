/** Requests along the arrows: who asks whom, how often, with which outcome. Pure. */
import type { Flow } from './api.ts';
import { counterOf, OUTCOMES, placeOf } from './counters.ts';
import { answered, type Report, rows, text } from './facts.ts';
import type { Rates } from './rates.ts';
import { targetOfTask, taskIdOf } from './tasks.ts';

export function flowsOf(report: Report, rates: Rates): readonly Flow[] {
  return [
    ...viewerFlows(report, rates),
    ...report.system.regions.flatMap((one) => regionFlows(report, one, rates)),
  ];
}

function viewerFlows(report: Report, rates: Rates): readonly Flow[] {
  return rows(answered(report, 'global')?.services, 'cloudfront', 'edges').flatMap((edge) => {
    const name = text(edge, 'name');
    const rate = (what: 'requests' | 'refused' | 'failed'): number =>
      rates.perSecond(counterOf.edge(name, what));
    const asked: Flow = {
      from: 'viewers',
      to: `edge/${name}`,
      perSecond: rate('requests'),
      failedPerSecond: rate('failed'),
      refusedPerSecond: rate('refused'),
    };
    const places = new Set(rows(edge, 'places').map((place) => placeOf(report, place)));
    return [
      asked,
      ...[...places].flatMap((to) =>
        to ? [flow(rates, `edge/${name}`, to, (outcome) => counterOf.origin(name, to, outcome))] : [],
      ),
    ];
  });
}

function regionFlows(report: Report, region: string, rates: Rates): readonly Flow[] {
  const services = answered(report, region)?.services;
  if (!services) return [];
  const tasks = rows(services, 'ecs', 'tasks').flatMap((task) => {
    const target = targetOfTask(services, task);
    if (!target) return [];
    const counter = (outcome: (typeof OUTCOMES)[number]): string =>
      counterOf.target(region, text(target, 'target'), outcome);
    return [flow(rates, `${region}/load-balancer`, `task/${taskIdOf(task)}`, counter)];
  });
  const cluster = rows(services, 'rds', 'clusters')[0];
  const others = report.system.regions.filter((other) => other !== region);
  const writerRegion = rows(services, 'rds', 'globals').map((one) => text(one, 'writerRegion'))[0];
  const transactions = rates.perSecond(counterOf.transactions(region));
  // What arrives in a follower left the writer's region; in the writer's own region it came from its tasks.
  const source =
    writerRegion !== undefined && others.includes(writerRegion)
      ? `${writerRegion}/database`
      : `${region}/service`;
  const replicated = rates.perSecond(counterOf.replicated(region));
  return [
    ...tasks,
    ...(cluster ? [onlyGood(source, `${region}/database`, transactions)] : []),
    ...others.flatMap((other) =>
      replicated > 0 ? [onlyGood(`${region}/bucket`, `${other}/bucket`, replicated)] : [],
    ),
  ];
}

function flow(
  rates: Rates,
  from: string,
  to: string,
  counter: (outcome: (typeof OUTCOMES)[number]) => string,
): Flow {
  const [ok = 0, refused = 0, failed = 0] = OUTCOMES.map((outcome) => rates.perSecond(counter(outcome)));
  const perSecond = Math.round((ok + refused + failed) * 1000) / 1000;
  return { from, to, perSecond, failedPerSecond: failed, refusedPerSecond: refused };
}

function onlyGood(from: string, to: string, perSecond: number): Flow {
  return { from, to, perSecond, failedPerSecond: 0, refusedPerSecond: 0 };
}
