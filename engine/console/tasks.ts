/** A region's tasks, its service and its load balancer, from what ECS and the load balancer report. Pure. */
import type { RegionPicture, TaskBox } from './api.ts';
import { number, type ProcessFacts, plural, type Row, rows, text } from './facts.ts';

const HEALTH: readonly TaskBox['health'][] = ['healthy', 'unhealthy', 'initial', 'draining', 'unused'];

export function targetsOf(services: Row): readonly Row[] {
  return rows(services, 'elbv2')
    .flatMap((balancer) => rows(balancer, 'targetGroups'))
    .flatMap((group) => rows(group, 'targets'));
}

/** The load balancer's name for a task: its address and port. */
export function targetOfTask(services: Row, task: Row): Row | undefined {
  const address = text(task, 'address');
  return address
    ? targetsOf(services).find((target) => text(target, 'target').startsWith(`${address}:`))
    : undefined;
}

export function taskIdOf(task: Row): string {
  const arn = text(task, 'arn');
  return arn.slice(arn.lastIndexOf('/') + 1);
}

export function tasksOf({ services, guests }: ProcessFacts): readonly TaskBox[] {
  return rows(services, 'ecs', 'tasks').map((task) => {
    const id = taskIdOf(task);
    const frozen = guests.some((guest) => guest.kind === 'task' && guest.id === id && guest.frozen === true);
    const state = text(targetOfTask(services, task) ?? {}, 'state');
    const health = HEALTH.find((one) => one === state) ?? 'unknown';
    const status = text(task, 'status');
    const serves = status === 'RUNNING' && (health === 'healthy' || health === 'unknown');
    return {
      id: `task/${id}`,
      label: id.slice(0, 8),
      zone: text(task, 'zone'),
      condition: frozen ? 'frozen' : serves ? 'well' : 'ailing',
      because: frozen
        ? 'its process was stopped where it stood'
        : `${status.toLowerCase()}, ${health === 'unknown' ? 'not behind the load balancer' : `${health} to the load balancer`}`,
      health,
    };
  });
}

export function serviceOf(region: string, services: Row): RegionPicture['service'] {
  const service = rows(services, 'ecs', 'services')[0];
  const box = { id: `${region}/service`, label: service ? text(service, 'name') : 'no service' };
  if (!service)
    return { ...box, condition: 'unknown', because: 'there is no service here', desired: 0, running: 0 };
  const [desired, running, healthy] = [
    number(service, 'desired'),
    number(service, 'running'),
    number(service, 'healthy'),
  ];
  return {
    ...box,
    condition: healthy < desired ? 'ailing' : 'well',
    because: `${running} of ${plural(desired, 'task')} run, ${healthy} healthy`,
    desired,
    running,
  };
}

export function loadBalancerOf(region: string, services: Row): RegionPicture['loadBalancer'] {
  const balancer = rows(services, 'elbv2')[0];
  const all = targetsOf(services);
  const targets = all.filter((target) => text(target, 'state') !== 'draining').length;
  const healthyTargets = all.filter((target) => text(target, 'state') === 'healthy').length;
  const box = {
    id: `${region}/load-balancer`,
    label: balancer ? text(balancer, 'name') : 'no load balancer',
  };
  const figures = { healthyTargets, targets };
  if (!balancer)
    return { ...box, condition: 'unknown', because: 'there is no load balancer here', ...figures };
  const closed = rows(balancer, 'nodes').filter((node) =>
    rows(node, 'listeners').some((listener) => listener['open'] !== true),
  );
  if (closed.length > 0) {
    const because = `not every listener is open in ${closed.map((node) => text(node, 'zone')).join(', ')}`;
    return { ...box, condition: 'ailing', because, ...figures };
  }
  return {
    ...box,
    condition: healthyTargets === 0 ? 'ailing' : 'well',
    because: `${healthyTargets} of ${plural(targets, 'target')} healthy`,
    ...figures,
  };
}
