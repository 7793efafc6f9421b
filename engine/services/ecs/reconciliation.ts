/**
 * What ECS does next for a service: which tasks to start, where, and which to stop. Pure: the service, its
 * tasks with their health, and the time go in; actions with reasons come out. Rules of the rolling update
 * (API reference, DeploymentConfiguration): at least `minimumHealthyPercent` of the desired count (rounded
 * up) stays healthy, at most `maximumPercent` (rounded down) exists, and a task that has become unhealthy is
 * replaced before it is stopped where there is room.
 */
export interface TaskView {
  readonly id: string;
  readonly deploymentId: string;
  readonly zone: string;
  readonly running: boolean;
  readonly health: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
}

export interface Situation {
  readonly nowMs: number;
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly gracePeriodMs: number;
  readonly primaryDeploymentId: string;
  /** Starts wait until then, after starts that failed. */
  readonly startNotBeforeMs: number;
  readonly subnets: readonly { readonly subnetId: string; readonly zone: string }[];
  /** Tasks that exist and are not being stopped. */
  readonly tasks: readonly TaskView[];
}

export type Action =
  | { readonly kind: 'start'; readonly subnetId: string; readonly zone: string; readonly because: string }
  | { readonly kind: 'stop'; readonly taskId: string; readonly because: string };

export function reconcile(situation: Situation): readonly Action[] {
  const { desiredCount, tasks } = situation;
  const lower = Math.ceil((desiredCount * situation.minimumHealthyPercent) / 100);
  const upper = Math.max(1, Math.floor((desiredCount * situation.maximumPercent) / 100));
  const primary = tasks.filter((task) => task.deploymentId === situation.primaryDeploymentId);
  const old = tasks.filter((task) => task.deploymentId !== situation.primaryDeploymentId);
  const sick = primary.filter((task) => isSick(task, situation));
  const sound = primary.filter((task) => !isSick(task, situation));
  const starts = startsFor(situation, desiredCount - sound.length, upper - tasks.length);
  const stops: Action[] = [];
  let healthy = tasks.filter((task) => isHealthy(task, situation)).length;
  const stop = (task: TaskView, because: string): void => {
    if (isHealthy(task, situation)) healthy--;
    stops.push({ kind: 'stop', taskId: task.id, because });
  };

  for (const task of excess(sound, desiredCount, situation))
    stop(task, `${sound.length} tasks run where ${desiredCount} are wanted`);
  // An unhealthy task goes when its replacement serves, or at once where there is no room for one.
  const enough = sound.filter((task) => isHealthy(task, situation)).length >= desiredCount;
  const noRoom = upper - tasks.length - starts.length <= 0 && starts.length === 0;
  if (enough || noRoom) for (const task of sick) stop(task, 'it failed its health checks');
  for (const task of leavingFirst(old, situation)) {
    const mustStay = isHealthy(task, situation) && healthy - 1 < lower;
    if (!mustStay) stop(task, 'a newer deployment replaces it');
  }
  return [...starts, ...stops];
}

function startsFor(situation: Situation, missing: number, room: number): Action[] {
  if (situation.nowMs < situation.startNotBeforeMs) return [];
  const starts: Action[] = [];
  const zones = situation.tasks.map((task) => task.zone);
  for (let count = Math.min(missing, room); count > 0; count--) {
    const place = emptiestZone(situation.subnets, zones);
    if (!place) break;
    zones.push(place.zone);
    const have = situation.desiredCount - missing;
    starts.push({
      kind: 'start',
      ...place,
      because: `${have} of ${situation.desiredCount} wanted tasks exist`,
    });
  }
  return starts;
}

function emptiestZone(
  subnets: Situation['subnets'],
  zones: readonly string[],
): { readonly subnetId: string; readonly zone: string } | undefined {
  const load = (zone: string): number => zones.filter((one) => one === zone).length;
  return subnets.toSorted((one, other) => load(one.zone) - load(other.zone))[0];
}

/** Tasks of the primary deployment beyond the desired count: first what serves least, then from the fullest zone. */
function excess(sound: readonly TaskView[], desiredCount: number, situation: Situation): readonly TaskView[] {
  const staying = [...sound];
  const leaving: TaskView[] = [];
  while (staying.length > desiredCount) {
    const load = (task: TaskView): number => staying.filter((one) => one.zone === task.zone).length;
    const next = staying.toSorted(
      (one, other) =>
        Number(isHealthy(one, situation)) - Number(isHealthy(other, situation)) ||
        load(other) - load(one) ||
        other.createdAtMs - one.createdAtMs,
    )[0]!;
    staying.splice(staying.indexOf(next), 1);
    leaving.push(next);
  }
  return leaving;
}

function leavingFirst(old: readonly TaskView[], situation: Situation): readonly TaskView[] {
  return old.toSorted(
    (one, other) =>
      Number(isHealthy(one, situation)) - Number(isHealthy(other, situation)) ||
      one.createdAtMs - other.createdAtMs,
  );
}

function isHealthy(task: TaskView, situation: Situation): boolean {
  return task.running && task.health === 'HEALTHY' && !isSick(task, situation);
}

/** Within the grace period after its start, nothing counts against a task. */
function isSick(task: TaskView, situation: Situation): boolean {
  return (
    task.running &&
    task.health === 'UNHEALTHY' &&
    situation.nowMs - (task.startedAtMs ?? situation.nowMs) >= situation.gracePeriodMs
  );
}

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 15 * 60_000;

/**
 * Starts that fail one after another are spaced out, up to 15 minutes (ECS Developer Guide, “Service
 * throttle logic”; the steps between are not published: doubling from 10 s here, the first retry at once).
 */
export function startBackoffMs(failuresInARow: number): number {
  return failuresInARow < 2 ? 0 : Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failuresInARow - 2));
}
