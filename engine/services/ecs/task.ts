/**
 * One task, from PROVISIONING to STOPPED: an address, secrets and a log stream, the process, its targets; and
 * back: targets drained, SIGTERM, stopTimeout, SIGKILL, address freed. It does what it is told and reports
 * what it sees; which tasks exist is decided in reconciliation.ts.
 */
import type { CreateNetworkInterfaceCommandOutput } from '@aws-sdk/client-ec2';
import { withPreload } from '../../guest/environment.ts';
import { type LogStream, openLogStream } from '../../guest/log-stream.ts';
import { type Guest, startGuest } from '../../guest/process.ts';
import type { ServiceContext } from '../contract.ts';
import { containersOf, stopTimeoutMs } from './container.ts';
import { programOf } from './image.ts';
import { untilListening } from './listening.ts';
import { logPlace } from './log-configuration.ts';
import type { MetadataServer, TaskEndpoints } from './metadata.ts';
import type { EcsRecords, ServiceRecord, TaskRecord } from './model.ts';
import { readSecrets } from './secrets.ts';
import { deregisterTask, drained, registerTask } from './targets.ts';
import { taskFacts } from './task-facts.ts';

export type StopCode =
  | 'TaskFailedToStart'
  | 'EssentialContainerExited'
  | 'UserInitiated'
  | 'ServiceSchedulerInitiated';

export interface StopReason {
  readonly code: StopCode;
  readonly because: string;
}

export interface RunnerDependencies {
  readonly context: ServiceContext;
  readonly records: EcsRecords;
  readonly metadata: MetadataServer;
  /** A record changed: the service may have something to do. */
  changed(task: TaskRecord): void;
  ended(task: TaskRecord): void;
}

export interface TaskRunner {
  start(task: TaskRecord): void;
  stop(taskId: string, reason: StopReason): Promise<void>;
  guest(taskId: string): Guest | undefined;
  /** Every task: SIGTERM, at most so many real milliseconds, SIGKILL. No draining: the region is going down. */
  shutdown(patienceMs: number): Promise<void>;
}

interface Life {
  readonly abort: AbortController;
  starting: Promise<void>;
  stopping?: Promise<void>;
  guest?: Guest;
  logs?: LogStream;
  endpoints?: TaskEndpoints;
  stopSignal: NodeJS.Signals;
}

/** Patience for a process to end is real time, and never less than this, however fast the clock runs. */
const LEAST_PATIENCE_MS = 2000;

export function createTaskRunner(dependencies: RunnerDependencies): TaskRunner {
  const { context, records } = dependencies;
  const lives = new Map<string, Life>();
  let closing = false;

  const update = (taskId: string, change: Partial<TaskRecord>): TaskRecord => {
    const task = { ...records.tasks.get(taskId)!, ...change };
    records.tasks.put(taskId, task);
    dependencies.changed(task);
    return task;
  };
  const serviceOf = (task: TaskRecord): ServiceRecord | undefined =>
    task.serviceArn === undefined ? undefined : records.services.get(task.serviceArn);

  const begin = async (task: TaskRecord, life: Life): Promise<void> => {
    try {
      await bringUp(task, life);
    } catch (error) {
      if (life.stopping || life.abort.signal.aborted) return;
      const because = error instanceof Error ? error.message : String(error);
      // Not awaited: stopping waits for this start to be over.
      void runner.stop(task.id, { code: 'TaskFailedToStart', because });
    }
  };

  const bringUp = async (task: TaskRecord, life: Life): Promise<void> => {
    const definition = records.definitions.get(task.taskDefinitionArn)!.definition;
    const { main } = containersOf(definition);
    const service = serviceOf(task);
    const addressed = update(task.id, { ...(await attach(task, service)), lastStatus: 'PENDING' });
    await context.delay('ecs.task-start', life.abort.signal);
    const asset = context.assets.image(main.image ?? '');
    if (!asset)
      throw new Error(`CannotPullContainerError: ${main.image} is not built by an asset of this app`);
    const program = programOf(asset, { ...main, ...commandOverride(task) });
    const secrets = await readSecrets(context, main.secrets ?? []);
    const place = logPlace(main.logConfiguration, main.name!, task.id);
    if (place) life.logs = await openLogStream(context, place);
    life.endpoints = dependencies.metadata.add(
      task.id,
      taskFacts(context, records, task.id, () => life.guest?.usage()),
    );
    life.abort.signal.throwIfAborted();
    life.stopSignal = program.stopSignal;
    const address = context.network.address(addressed.privateAddress!);
    const guest = await startGuest({
      argv: program.argv,
      directory: program.directory,
      environment: withPreload(context.guestEnvironment(), {
        AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
        HOST: address,
        ...program.environment,
        ...Object.fromEntries((main.environment ?? []).map((one) => [one.name!, one.value ?? ''])),
        ...Object.fromEntries((task.overrides?.environment ?? []).map((one) => [one.name!, one.value ?? ''])),
        ...secrets,
        ...life.endpoints.environment,
        UNDERSTUDY_ADDRESS: address,
      }),
      onLine: (line) => life.logs?.write(line),
    });
    life.guest = guest;
    const running = update(task.id, {
      lastStatus: 'ACTIVATING',
      pid: guest.pid,
      ...(guest.startTicks === undefined ? {} : { pidStartTicks: guest.startTicks }),
    });
    void guest.exited.then((exit) => {
      if (closing || life.stopping) return;
      const how = exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.exitCode}`;
      void runner.stop(task.id, {
        code: 'EssentialContainerExited',
        because: `Essential container in task exited: ${main.name}, ${how}`,
      });
    });
    const port = service?.loadBalancers[0]?.containerPort;
    if (port !== undefined)
      await untilListening(address, port, () => life.stopping !== undefined || !guest.alive());
    if (service) await registerTask(context, service, running);
    if (life.stopping || !guest.alive()) return;
    update(task.id, { lastStatus: 'RUNNING', startedAtMs: context.clock.now() });
    context.journal.record({
      event: 'task.started',
      subject: task.arn,
      because: `${task.group} runs it in ${task.availabilityZone} at ${running.privateAddress}`,
      data: { pid: guest.pid, address, zone: task.availabilityZone, service: service?.name ?? null },
    });
  };

  const attach = async (
    task: TaskRecord,
    service: ServiceRecord | undefined,
  ): Promise<Partial<TaskRecord>> => {
    const { NetworkInterface } = await context.invoke<object, CreateNetworkInterfaceCommandOutput>(
      'ec2',
      'CreateNetworkInterface',
      {
        SubnetId: task.subnetId,
        Groups: service?.securityGroups ?? [],
        Description: `ecs task ${task.arn}`,
        ClientToken: task.id,
      },
    );
    return {
      networkInterfaceId: NetworkInterface!.NetworkInterfaceId!,
      privateAddress: NetworkInterface!.PrivateIpAddress!,
    };
  };

  const end = async (taskId: string, life: Life, reason: StopReason): Promise<void> => {
    const definition = records.definitions.get(records.tasks.get(taskId)!.taskDefinitionArn)!.definition;
    update(taskId, {
      desiredStatus: 'STOPPED',
      lastStatus: 'DEACTIVATING',
      stoppingAtMs: context.clock.now(),
      stopCode: reason.code,
      stoppedReason: reason.because,
    });
    life.abort.abort(new Error(reason.because));
    await life.starting;
    const task = records.tasks.get(taskId)!;
    const service = serviceOf(task);
    if (service && task.privateAddress) {
      await deregisterTask(context, service, task);
      if (life.guest?.alive() && !closing) await drainedOrDead(service, task, life.guest);
    }
    update(taskId, { lastStatus: 'STOPPING' });
    const patience = Math.max(
      LEAST_PATIENCE_MS,
      context.clock.real(stopTimeoutMs(containersOf(definition).main)),
    );
    const exit = await life.guest?.stop(patience, life.stopSignal);
    await life.logs?.close();
    life.endpoints?.close();
    update(taskId, { lastStatus: 'DEPROVISIONING' });
    await releaseInterface(context, task);
    lives.delete(taskId);
    const stopped = update(taskId, {
      lastStatus: 'STOPPED',
      stoppedAtMs: context.clock.now(),
      ...(exit ? { exitCode: exit.exitCode } : {}),
    });
    context.journal.record({
      event: 'task.stopped',
      subject: task.arn,
      because: reason.because,
      data: { code: reason.code, exitCode: exit?.exitCode ?? null, service: service?.name ?? null },
    });
    dependencies.ended(stopped);
  };

  const drainedOrDead = async (service: ServiceRecord, task: TaskRecord, guest: Guest): Promise<void> => {
    const dead = new AbortController();
    await Promise.race([
      drained(context, service, task, dead.signal),
      guest.exited.then(() => dead.abort(new Error('the task ended by itself'))),
    ]);
    dead.abort(new Error('drained'));
  };

  const runner: TaskRunner = {
    start: (task) => {
      if (closing) return;
      records.tasks.put(task.id, task);
      const life: Life = {
        abort: new AbortController(),
        starting: Promise.resolve(),
        stopSignal: 'SIGTERM',
      };
      lives.set(task.id, life);
      life.starting = begin(task, life);
    },
    stop: async (taskId, reason) => {
      const life = lives.get(taskId);
      if (!life) return;
      life.stopping ??= end(taskId, life, reason).catch((error: unknown) => {
        context.journal.record({
          event: 'task.stop-failed',
          subject: taskId,
          because: error instanceof Error ? error.message : String(error),
        });
      });
      await life.stopping;
    },
    guest: (taskId) => lives.get(taskId)?.guest,
    shutdown: async (patienceMs) => {
      closing = true;
      await Promise.all(
        [...lives.values()].map(async (life) => {
          life.abort.abort(new Error('the region is shutting down'));
          await life.starting;
          await life.guest?.stop(patienceMs, life.stopSignal);
          await life.stopping;
          await life.logs?.close();
          life.endpoints?.close();
        }),
      );
    },
  };
  return runner;
}

function commandOverride(task: TaskRecord): { command?: string[] } {
  return task.overrides?.command ? { command: [...task.overrides.command] } : {};
}

export async function releaseInterface(context: ServiceContext, task: TaskRecord): Promise<void> {
  if (task.networkInterfaceId === undefined) return;
  try {
    await context.invoke('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId: task.networkInterfaceId });
  } catch {
    // It is gone already: an earlier life of the region freed it and stopped before writing that down.
  }
}
