// ECS, the load balancer's targets and target tracking of one region. Target health checks are planned only while
// their outcome could change something: a check that repeats what the view says already is not worth an event.

import { REGISTERED } from '@understudy/engine/elbv2/target-health';
import { drawDuration } from './durations.ts';
import { later, note, type RegionState, type Task, type World } from './state.ts';
import { DEFAULT_TARGET_SETTINGS as settings } from './target-settings.ts';

/** Above this load over capacity a task that does not shed load misses its health check too. */
const HEALTH_FAILS_ABOVE = 3;
const TARGET_CPU = 70;
const COOLDOWN_MS = 300_000;
const GRACE_MS = 60_000;

function passes(world: World, region: RegionState, task: Task): boolean {
  const drowned = !world.options.topology.shedsLoad && region.service.utilization > HEALTH_FAILS_ABOVE;
  return task.running && !task.frozen && !drowned;
}

/** What ECS does next: asked whenever tasks, their health or the desired count changed. */
export function reconcileTasks(world: World, region: RegionState): void {
  if (!region.up || region.frozen > 0) return;
  const { service } = region;
  const { nowMs } = world.agenda;
  const zones = region.zonesDown.flatMap((down, zone) => (down === 0 ? [zone] : []));
  const actions = world.laws.reconcileService({
    nowMs,
    desiredCount: service.desired,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    gracePeriodMs: GRACE_MS,
    primaryDeploymentId: 'current',
    startNotBeforeMs: 0,
    subnets: zones.map((zone) => ({ subnetId: `subnet-${zone}`, zone: String(zone) })),
    tasks: service.tasks.map((task) => ({
      id: String(task.id),
      deploymentId: 'current',
      zone: String(task.zone),
      running: task.running,
      health: healthOf(task),
      createdAtMs: task.createdAtMs,
      ...(task.running ? { startedAtMs: task.startedAtMs } : {}),
    })),
  });
  for (const action of actions)
    if (action.kind === 'start') startTask(world, region, Number(action.zone));
    else stopTask(world, region, Number(action.taskId));
}

function healthOf(task: Task): 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN' {
  if (!task.running) return 'UNKNOWN';
  const { state } = task.view.health;
  return state === 'initial' ? 'UNKNOWN' : state === 'healthy' ? 'HEALTHY' : 'UNHEALTHY';
}

function startTask(world: World, region: RegionState, zone: number): void {
  const { service } = region;
  const task: Task = {
    id: service.nextTask++,
    zone,
    createdAtMs: world.agenda.nowMs,
    startedAtMs: 0,
    running: false,
    frozen: false,
    view: REGISTERED,
    awake: false,
  };
  service.tasks.push(task);
  note(world, region.name, 'task.starting', `task-${task.id}`, 'a wanted task is missing');
  later(world, region, drawDuration(world, 'taskStart'), () => {
    if (!service.tasks.includes(task)) return;
    task.running = true;
    task.startedAtMs = world.agenda.nowMs;
    world.dirty = true;
  });
}

export function stopTask(world: World, region: RegionState, id: number): void {
  const { service } = region;
  service.tasks = service.tasks.filter((task) => task.id !== id);
  note(world, region.name, 'task.stopped', `task-${id}`, 'it is gone');
  world.dirty = true;
}

/** Plans checks for targets whose view is not what a check would find now. */
export function wakeTargets(world: World, region: RegionState): void {
  for (const task of region.service.tasks) {
    if (task.awake || !task.running || isSettled(world, region, task)) continue;
    task.awake = true;
    planCheck(world, region, task);
  }
}

function isSettled(world: World, region: RegionState, task: Task): boolean {
  const { view } = task;
  return passes(world, region, task)
    ? view.health.state === 'healthy' && view.failures === 0
    : view.health.state === 'unhealthy';
}

/** Every target is checked on a beat of its own. */
function planCheck(world: World, region: RegionState, task: Task): void {
  const intervalMs = settings.intervalSeconds * 1000;
  const offsetMs = (task.id * 1_237) % intervalMs;
  const waitMs = intervalMs - ((world.agenda.nowMs - offsetMs) % intervalMs);
  later(world, region, waitMs, () => checkTarget(world, region, task));
}

function checkTarget(world: World, region: RegionState, task: Task): void {
  task.awake = false;
  if (!region.service.tasks.includes(task)) return;
  const before = task.view.health.state;
  const outcome = passes(world, region, task)
    ? ({ kind: 'answered', status: 200 } as const)
    : ({ kind: 'timed-out' } as const);
  task.view = world.laws.afterCheck(task.view, outcome, settings, world.agenda.nowMs);
  if (task.view.health.state !== before) {
    world.dirty = true;
    note(
      world,
      region.name,
      'target.health-changed',
      `task-${task.id}`,
      `${before} → ${task.view.health.state}`,
    );
  }
  if (isSettled(world, region, task)) return;
  task.awake = true;
  planCheck(world, region, task);
}

/** Requests go to healthy targets, to all of them when none is (fail open); what share meets one that answers? */
export function deriveServing(world: World, region: RegionState): void {
  const { tasks } = region.service;
  const healthy = tasks.filter((task) => task.view.health.state === 'healthy');
  const used = healthy.length > 0 ? healthy : tasks;
  const alive = used.filter((task) => task.running && !task.frozen).length;
  region.healthyTargets = healthy.length;
  region.runningTasks = tasks.filter((task) => task.running).length;
  region.serving = region.up && region.frozen === 0 && alive > 0;
  region.servedShare = region.serving ? alive / used.length : 0;
  region.capacity = alive * world.options.topology.taskCapacity;
  if (!region.up || region.frozen > 0) return;
  region.publishedHealthy = world.laws.evaluateTargetHealth([
    {
      targets: tasks.map((task) => ({
        zone: String(task.zone),
        healthy: task.view.health.state === 'healthy',
      })),
    },
  ]);
}

/** Once a minute: target tracking, by the alarms that it keeps (3 minutes above, 15 well below). */
export function trackTarget(world: World, region: RegionState): void {
  const { service } = region;
  if (!region.up || region.frozen > 0) return;
  service.cpu.push(region.serving ? Math.min(100, service.utilization * 100) : 0);
  if (service.cpu.length > 17) service.cpu.shift();
  const rule = { missingData: 'missing' } as const;
  const high = {
    ...rule,
    comparison: 'GreaterThanThreshold',
    threshold: TARGET_CPU,
    datapointsToAlarm: 3,
    evaluationPeriods: 3,
  } as const;
  const low = {
    ...rule,
    comparison: 'LessThanThreshold',
    threshold: TARGET_CPU * 0.9,
    datapointsToAlarm: 15,
    evaluationPeriods: 15,
  } as const;
  service.highAlarm = world.laws.evaluateAlarm(high, service.cpu, service.highAlarm).state;
  service.lowAlarm = world.laws.evaluateAlarm(low, service.cpu, service.lowAlarm).state;
  if (service.highAlarm !== 'ALARM' && service.lowAlarm !== 'ALARM') return;
  const situation = {
    nowMs: world.agenda.nowMs,
    current: service.desired,
    minimum: service.minimum,
    maximum: service.maximum,
    metricValue: service.cpu.at(-1)!,
    targetValue: TARGET_CPU,
    scaleOutCooldownMs: COOLDOWN_MS,
    scaleInCooldownMs: COOLDOWN_MS,
    lastOut: service.lastOut,
    lastIn: service.lastIn,
  };
  const decision =
    service.highAlarm === 'ALARM' ? world.laws.decideOut(situation) : world.laws.decideIn(situation);
  if (decision.move === 'none') return;
  note(world, region.name, 'capacity.scaled', region.name, decision.because);
  if (decision.move === 'out') service.lastOut = { atMs: world.agenda.nowMs, from: service.desired };
  else service.lastIn = { atMs: world.agenda.nowMs };
  setDesired(world, region, decision.capacity);
}

export function setDesired(world: World, region: RegionState, desired: number): void {
  if (region.service.desired === desired) return;
  region.service.desired = desired;
  world.dirty = true;
}

/** RegisterScalableTarget: new bounds; the desired count is brought inside. */
export function setBounds(world: World, region: RegionState, minimum: number, maximum: number | null): void {
  const { service } = region;
  service.minimum = minimum;
  service.maximum = maximum ?? service.maximum;
  const inside = world.laws.intoBounds(service.desired, service.minimum, service.maximum);
  if (inside !== undefined) setDesired(world, region, inside);
}
