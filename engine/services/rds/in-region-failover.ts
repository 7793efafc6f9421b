/**
 * An instance ended: what the region does by itself. A dead writer is replaced by the reader that has every
 * acknowledged commit, or restarted in place when there is none; whatever ended is started again, with
 * growing pauses if it keeps ending.
 */
import { recordEvent } from './events.ts';
import { formatPosition } from './gtid.ts';
import {
  type Cluster,
  changeCluster,
  changeInstance,
  clusterRecord,
  clusterRole,
  type Instance,
  instanceRecord,
  leaderOf,
  type Rds,
  reasonOf,
} from './house.ts';
import { failuresAfterEnd, restartPauseMs } from './instance-rules.ts';
import { type Candidate, chooseWriter } from './promotion.ts';
import { applyWaiting, closeStaleConnections, reconcile, reconcileNow, stopWriting } from './reconcile.ts';
import { instancesOf } from './records.ts';
import { drain, followerState, positionOf, waitForPosition } from './replication.ts';

const DRAIN_DEADLINE_MS = 120_000;

/** Called by the process when it ends unasked. */
export function instanceEnded(rds: Rds, cluster: Cluster, instance: Instance, reason: string): void {
  if (rds.stopping || cluster.status === 'deleting' || instance.status === 'deleting') return;
  const { clock, journal } = rds.context;
  instance.failures = failuresAfterEnd(instance.failures, clock.now() - instance.startedAtMs);
  const wasLeader = leaderOf(rds, cluster) === instance;
  const leads = wasLeader && clusterRole(rds, cluster) === 'writer' && cluster.settled;
  journal.record({
    event: 'instance.failed',
    subject: instance.identifier,
    because: `its server ${reason}`,
    data: { role: instance.plan?.role ?? null, gtid: wasLeader ? cluster.position : null },
  });
  instance.status = 'failed';
  instance.plan = undefined;
  instance.following = false;
  recordEvent(rds, 'instanceShutdown', instanceRecord(rds, instance));
  closeStaleConnections(rds, cluster);
  if (instance.busy) return;
  if (leads) {
    void replaceWriter(rds, cluster, instance);
    return;
  }
  changeInstance(rds, instance.identifier, { acknowledging: false });
  // At once and without the lock: the writer's commits are waiting for this reader.
  void applyWaiting(rds, cluster).catch(() => {});
  void restart(rds, cluster, instance, true);
  void reconcile(rds, cluster);
}

async function replaceWriter(rds: Rds, cluster: Cluster, failed: Instance): Promise<void> {
  failed.busy = true;
  const began = performance.now();
  await cluster
    .serialize(async () => {
      cluster.status = 'failing-over';
      const choice = chooseWriter(await candidatesFor(rds, cluster, failed));
      if (choice.kind === 'restart') {
        recordEvent(rds, 'failoverSameWriter', clusterRecord(rds, cluster), failed.identifier);
        rds.context.journal.record({
          event: 'cluster.restarts-writer',
          subject: cluster.identifier,
          because: `${failed.identifier} is restarted in place: ${choice.because}`,
        });
        failed.busy = false;
        return;
      }
      const heir = cluster.instances.get(choice.identifier)!;
      await promoteInRegion(rds, cluster, heir, {
        because: `${failed.identifier} ended; ${choice.identifier} takes over: ${choice.because}`,
        delay: true,
        began,
      });
      failed.busy = false;
    })
    .catch((error: unknown) => {
      failed.busy = false;
      if (rds.stopping) return;
      recordEvent(rds, 'failoverFailed', clusterRecord(rds, cluster), reasonOf(error));
      rds.context.journal.record({
        event: 'cluster.promotion-failed',
        subject: cluster.identifier,
        because: reasonOf(error),
      });
    });
  cluster.status = 'available';
  await restart(rds, cluster, failed, leaderOf(rds, cluster) !== failed);
}

async function candidatesFor(rds: Rds, cluster: Cluster, failed: Instance): Promise<readonly Candidate[]> {
  const readers = [...cluster.instances.values()].filter((instance) => instance !== failed);
  return await Promise.all(
    readers.map(async (instance) => {
      const record = instanceRecord(rds, instance);
      const state = instance.server.running
        ? await followerState(instance.server).catch(() => undefined)
        : undefined;
      return {
        identifier: instance.identifier,
        available: state !== undefined && !record.rebuild,
        acknowledging: record.acknowledging,
        received: state?.received ?? [],
        promotionTier: record.promotionTier,
      };
    }),
  );
}

/** The lock is held and nobody else writes: makes a reader the leader and has the others follow it. */
export async function promoteInRegion(
  rds: Rds,
  cluster: Cluster,
  heir: Instance,
  reason: { readonly because: string; readonly delay: boolean; readonly began: number },
): Promise<void> {
  const record = clusterRecord(rds, cluster);
  recordEvent(rds, 'failoverStarted', record, heir.identifier);
  // First: if draining fails half way, this server is told its part anew and follows again.
  heir.plan = undefined;
  const [position] = await Promise.all([
    drain(heir.server, DRAIN_DEADLINE_MS),
    reason.delay ? rds.context.delay('rds.in-region-failover') : undefined,
  ]);
  const workMs = Math.round(performance.now() - reason.began);
  rds.records.transaction(() => {
    changeCluster(rds, cluster.identifier, { leader: heir.identifier });
    for (const { identifier } of instancesOf(rds.records, cluster.identifier))
      changeInstance(rds, identifier, { acknowledging: false });
  });
  cluster.position = formatPosition(position);
  await reconcileNow(rds, cluster);
  rds.context.journal.record({
    event: 'cluster.promoted',
    subject: cluster.identifier,
    because: reason.because,
    data: { writer: heir.identifier, from: record.leader ?? null, gtid: cluster.position, realMs: workMs },
  });
  recordEvent(rds, 'failoverCompleted', clusterRecord(rds, cluster), heir.identifier);
}

/** Starts an ended server again after AWS's time for it and, if it keeps ending, growing pauses. */
export async function restart(
  rds: Rds,
  cluster: Cluster,
  instance: Instance,
  asReplica: boolean,
): Promise<void> {
  if (instance.busy) return;
  instance.busy = true;
  const { clock, journal } = rds.context;
  instance.status = 'starting';
  await rds.context.delay('rds.instance-start');
  while (!rds.stopping && cluster.instances.get(instance.identifier) === instance) {
    const pauseMs = restartPauseMs(instance.failures);
    if (pauseMs > 0) await clock.sleep(pauseMs);
    try {
      if (instance.server.pid === undefined) await instance.server.start({ asReplica });
      break;
    } catch (error) {
      instance.failures++;
      if (!rds.stopping)
        journal.record({
          event: 'instance.start-failed',
          subject: instance.identifier,
          because: reasonOf(error),
        });
    }
  }
  instance.busy = false;
  if (rds.stopping || !instance.server.running) return;
  instance.startedAtMs = clock.now();
  instance.status = 'available';
  instance.misses = 0;
  journal.record({
    event: 'instance.restarted',
    subject: instance.identifier,
    because: asReplica ? 'it comes back as a reader' : 'it comes back as the writer',
    data: { gtid: formatPosition(await positionOf(instance.server).catch(() => [])) },
  });
  recordEvent(rds, 'instanceRestarted', instanceRecord(rds, instance));
  await reconcile(rds, cluster);
}

/** FailoverDBCluster: writes stop, the reader catches up, the roles change. Nothing is lost. */
export async function switchWriterInRegion(rds: Rds, cluster: Cluster, heir: Instance): Promise<void> {
  await cluster.serialize(async () => {
    const leader = leaderOf(rds, cluster);
    if (!leader || leader === heir) return;
    const began = performance.now();
    cluster.status = 'failing-over';
    try {
      await stopWriting(rds, cluster, leader);
      const position = await positionOf(leader.server);
      if (!(await waitForPosition(heir.server, position, DRAIN_DEADLINE_MS)))
        throw new Error(`${heir.identifier} did not reach ${formatPosition(position)}`);
      const because = `asked for: ${heir.identifier} has everything up to ${formatPosition(position)}`;
      await promoteInRegion(rds, cluster, heir, { because, delay: true, began });
    } catch (error) {
      // The old writer goes on: it is told its part anew.
      leader.plan = undefined;
      recordEvent(rds, 'failoverFailed', clusterRecord(rds, cluster), reasonOf(error));
      await reconcileNow(rds, cluster);
      throw error;
    } finally {
      cluster.status = 'available';
    }
  });
}
