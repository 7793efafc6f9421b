/**
 * Makes reality follow the services: looks at tasks and targets about once a second and whenever a task
 * changes, asks deployment.ts and reconciliation.ts what to do, and does it.
 */
import type { ServiceContext } from '../contract.ts';
import { advance, taskFailed, taskHealthy } from './deployment.ts';
import { createMetadataServer } from './metadata.ts';
import { createMeter, METRIC_PERIOD_MS } from './metrics.ts';
import {
  type EcsRecords,
  hexId,
  isLeaving,
  primaryOf,
  type ServiceRecord,
  type TaskRecord,
  withEvent,
} from './model.ts';
import { type Action, reconcile, startBackoffMs } from './reconciliation.ts';
import { forgetOldTasks, recoverTasks } from './recovery.ts';
import { countTasks, situationOf } from './situation.ts';
import { healthOf, targetStates, tellRegistries } from './targets.ts';
import { createTaskRunner, type StopReason, type TaskRunner } from './task.ts';
import { createZones } from './zones.ts';

export interface Runtime {
  /** Something about the service changed: look at it now. */
  wake(serviceArn: string): void;
  readonly tasks: TaskRunner;
  /** Picks a place for a task that no service owns. */
  newTask(request: NewTask): TaskRecord;
  readonly zones: ReturnType<typeof createZones>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type NewTask = Pick<
  TaskRecord,
  'clusterArn' | 'taskDefinitionArn' | 'group' | 'subnetId' | 'availabilityZone'
> &
  Partial<Pick<TaskRecord, 'serviceArn' | 'deploymentId' | 'startedBy' | 'overrides'>>;

const LOOK_MS = 1000;
/** However fast the clock runs, real work is not asked for more often than this. */
const LEAST_LOOK_REAL_MS = 200;
const SHUTDOWN_PATIENCE_MS = 10_000;

export function createRuntime(context: ServiceContext, records: EcsRecords): Runtime {
  const metadata = createMetadataServer(context);
  const zones = createZones(context);
  const timers: { stop(): void }[] = [];
  /** Tasks that ended unasked, per service, until the ones that replace them are started. */
  const lost = new Map<string, TaskRecord[]>();
  const looking = new Map<string, { again: boolean }>();
  let open = false;

  const tasks = createTaskRunner({
    context,
    records,
    metadata,
    changed: (task) => task.serviceArn !== undefined && wake(task.serviceArn),
    ended: (task) => noteEnd(task),
  });
  const meter = createMeter(context, records, (taskId) => tasks.guest(taskId)?.usage());

  const wake = (serviceArn: string): void => {
    if (!open) return;
    const turn = looking.get(serviceArn);
    if (turn) {
      turn.again = true;
      return;
    }
    const mine = { again: false };
    looking.set(serviceArn, mine);
    void look(serviceArn)
      .catch((error: unknown) =>
        context.journal.record({
          event: 'service.look-failed',
          subject: serviceArn,
          because: error instanceof Error ? error.message : String(error),
        }),
      )
      .finally(() => {
        looking.delete(serviceArn);
        if (mine.again) setImmediate(wake, serviceArn);
      });
  };

  const look = async (serviceArn: string): Promise<void> => {
    const first = records.services.get(serviceArn);
    if (!first || first.status === 'INACTIVE') return;
    await zones.know(first.subnets);
    await observe(first);
    if (!open) return;
    // From here to the end nothing is awaited: what is decided is decided on what was read.
    const service = progress(records.services.get(serviceArn)!);
    const own = tasksOf(serviceArn);
    const primary = primaryOf(service);
    if (service.status === 'DRAINING' && own.length === 0) {
      records.services.put(serviceArn, { ...service, status: 'INACTIVE', deployments: [] });
      return;
    }
    if (!primary) return;
    const actions = reconcile(
      situationOf(
        service,
        primary.id,
        own,
        zones.of(service.subnets),
        context.clock.now(),
        context.clock.speed,
      ),
    );
    for (const action of actions) act(service, primary.id, primary.taskDefinitionArn, action);
  };

  const tasksOf = (serviceArn: string): readonly TaskRecord[] =>
    records.tasks.values().filter((task) => task.serviceArn === serviceArn && task.lastStatus !== 'STOPPED');

  /** Reads the health of the service's tasks from its balancers and writes down what changed. */
  const observe = async (service: ServiceRecord): Promise<void> => {
    // A balancer that does not answer leaves every task's health as it was last seen.
    const states = await targetStates(context, service).catch(() => undefined);
    if (!states) return;
    for (const task of tasksOf(service.arn)) {
      if (isLeaving(task)) continue;
      const health = healthOf(service, task, states);
      if (health === task.health) continue;
      const current = records.tasks.get(task.id)!;
      const proven = current.provenHealthy || health === 'HEALTHY';
      records.tasks.put(task.id, { ...current, health, provenHealthy: proven });
      if (health === 'HEALTHY' && task.deploymentId)
        records.services.put(service.arn, taskHealthy(records.services.get(service.arn)!, task.deploymentId));
      await tellRegistries(context, service, task, health);
    }
  };

  /** Moves the service's deployments on, and says so. */
  const progress = (service: ServiceRecord): ServiceRecord => {
    const counted = countTasks(tasksOf(service.arn));
    const now = context.clock.now();
    const { service: moved, changes } = advance(service, counted, now, newDeploymentId);
    let next = moved;
    for (const change of changes) {
      context.journal.record({ event: change.event, subject: service.arn, because: change.because });
      const message =
        change.event === 'deployment.completed'
          ? `(deployment ${change.deploymentId}) deployment completed.`
          : `(deployment ${change.deploymentId}) ${change.because}.`;
      next = withEvent(next, now, message);
      if (change.event === 'deployment.completed') next = withEvent(next, now, 'has reached a steady state.');
    }
    if (next !== service) records.services.put(service.arn, next);
    return next;
  };

  const act = (
    service: ServiceRecord,
    deploymentId: string,
    taskDefinitionArn: string,
    action: Action,
  ): void => {
    if (action.kind === 'stop') {
      const reason: StopReason = { code: 'ServiceSchedulerInitiated', because: action.because };
      void tasks.stop(action.taskId, reason);
      return;
    }
    const task = newTask({
      clusterArn: service.clusterArn,
      serviceArn: service.arn,
      taskDefinitionArn,
      deploymentId,
      startedBy: deploymentId,
      group: `service:${service.name}`,
      subnetId: action.subnetId,
      availabilityZone: action.zone,
    });
    const replaced = lost.get(service.arn)?.shift();
    if (replaced)
      context.journal.record({
        event: 'task.replaced',
        subject: replaced.arn,
        because: replaced.stoppedReason ?? action.because,
        data: { by: task.arn, zone: action.zone },
      });
    const current = records.services.get(service.arn)!;
    records.services.put(
      service.arn,
      withEvent(current, context.clock.now(), `has started 1 tasks: (task ${task.id}).`),
    );
    tasks.start(task);
  };

  const newTask = (request: NewTask): TaskRecord => {
    const id = hexId();
    return {
      ...request,
      id,
      arn: `${request.clusterArn.replace(':cluster/', ':task/')}/${id}`,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      health: 'UNKNOWN',
      provenHealthy: false,
      createdAtMs: context.clock.now(),
    };
  };

  /** A task that ended before it was ever healthy counts against its deployment and delays the next start. */
  const noteEnd = (task: TaskRecord): void => {
    const service = task.serviceArn === undefined ? undefined : records.services.get(task.serviceArn);
    if (service) {
      const unasked = task.stopCode === 'TaskFailedToStart' || task.stopCode === 'EssentialContainerExited';
      const sick = task.health === 'UNHEALTHY';
      if (unasked || sick) lost.set(service.arn, [...(lost.get(service.arn) ?? []), task].slice(-20));
      let next = service;
      if ((unasked || sick) && !task.provenHealthy) {
        const failures = service.throttle.failures + 1;
        const notBeforeMs = context.clock.now() + startBackoffMs(failures);
        next = { ...taskFailed(service, task.deploymentId ?? ''), throttle: { failures, notBeforeMs } };
      }
      const words = `has stopped 1 running tasks: (task ${task.id}): ${task.stoppedReason}.`;
      records.services.put(service.arn, withEvent(next, context.clock.now(), words));
      wake(service.arn);
    }
    forgetOldTasks(records);
  };

  return {
    wake,
    tasks,
    newTask,
    zones,
    start: async () => {
      await metadata.listen();
      await recoverTasks(context, records);
      open = true;
      const lookMs = Math.max(LOOK_MS, LEAST_LOOK_REAL_MS * context.clock.speed);
      timers.push(
        context.clock.every(lookMs, () => {
          for (const service of records.services.values()) wake(service.arn);
        }),
        context.clock.every(METRIC_PERIOD_MS, () => void meter.sample()),
      );
      for (const service of records.services.values()) wake(service.arn);
    },
    stop: async () => {
      open = false;
      for (const timer of timers) timer.stop();
      await tasks.shutdown(SHUTDOWN_PATIENCE_MS);
      await metadata.close();
    },
  };
}

/** `ecs-svc/` and nineteen digits. */
export function newDeploymentId(): string {
  return `ecs-svc/${String(BigInt(`0x${hexId(8)}`))
    .padStart(19, '0')
    .slice(0, 19)}`;
}
