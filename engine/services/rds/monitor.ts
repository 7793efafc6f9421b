/**
 * Once a second: does every server answer, does every follower follow, which readers acknowledge. A server
 * that does not answer is killed, and its end is handled like any other; a follower whose history forked is
 * rebuilt. A reader counts as acknowledging only while the writer has been seen to wait for it.
 */
import { formatPosition, reached } from './gtid.ts';
import {
  type Cluster,
  changeInstance,
  clusterRole,
  type Instance,
  instanceRecord,
  leaderOf,
  type Rds,
  servingInstances,
} from './house.ts';
import { afterLook, afterMiss, MISSES_UNTIL_HUNG, PROBE_DEADLINE_MS } from './instance-rules.ts';
import { instanceLagMs } from './metrics.ts';
import { laggingReaders, type ReaderState } from './reader-rotation.ts';
import { applyWaiting, reconcile } from './reconcile.ts';
import { type FollowerState, followerState, positionOf, receiveAgain, waitForReader } from './replication.ts';

const SHORTEST_REAL_PERIOD_MS = 250;

export interface Monitor {
  stop(): void;
}

export function startMonitor(rds: Rds, cluster: Cluster): Monitor {
  const { clock } = rds.context;
  const told = new Set<string>();
  let looking = false;
  let tending = false;
  const timer = clock.every(Math.max(1000, SHORTEST_REAL_PERIOD_MS * clock.speed), () => {
    if (looking || rds.stopping) return;
    looking = true;
    void look(rds, cluster, told).finally(() => {
      looking = false;
      if (tending || rds.stopping) return;
      // Not awaited by the next look: a server that freezes in the middle of this is still found in time.
      tending = true;
      void tend(rds, cluster).finally(() => {
        tending = false;
      });
    });
  });
  return timer;
}

async function look(rds: Rds, cluster: Cluster, told: Set<string>): Promise<void> {
  await Promise.all([...cluster.instances.values()].map((instance) => probe(rds, cluster, instance)));
  watchLag(rds, cluster, told);
}

/** What serves, and how far behind the region's leader it is: what the leader itself lacks is nobody's lag. */
export function readerStates(rds: Rds, cluster: Cluster): readonly ReaderState[] {
  const leader = leaderOf(rds, cluster);
  const secondary = clusterRole(rds, cluster) === 'secondary';
  const behind = (secondary && leader && instanceLagMs(rds, cluster, leader)) || 0;
  return servingInstances(rds, cluster).map((instance) => {
    const lag = instanceLagMs(rds, cluster, instance);
    return {
      identifier: instance.identifier,
      leads: instance === leader,
      lagMs: lag === undefined ? undefined : Math.max(0, lag - behind),
    };
  });
}

/** A reader that has just started and has nothing yet is left out without a word. */
function watchLag(rds: Rds, cluster: Cluster, told: Set<string>): void {
  const states = readerStates(rds, cluster);
  cluster.lagging = laggingReaders(states, cluster.lagging);
  for (const { identifier: subject, lagMs } of states) {
    const out = cluster.lagging.has(subject);
    if (out === told.has(subject) || lagMs === undefined) continue;
    if (out) told.add(subject);
    else told.delete(subject);
    rds.context.journal.record({
      event: out ? 'instance.left-reader-endpoint' : 'instance.joined-reader-endpoint',
      subject,
      because: `it lags by ${Math.round(lagMs)} ms${out ? ': new connections go elsewhere' : ''}`,
    });
  }
}

async function tend(rds: Rds, cluster: Cluster): Promise<void> {
  await reconcile(rds, cluster);
  await applyWaiting(rds, cluster).catch(() => {});
  await watchAcknowledging(rds, cluster).catch(() => {});
}

async function probe(rds: Rds, cluster: Cluster, instance: Instance): Promise<void> {
  if (!instance.server.running || instance.busy) return;
  const misses = instance.misses;
  await lookAt(rds, cluster, instance);
  // A server that may hang is asked again at once: its clients are waiting.
  if (instance.misses > misses && instance.misses < MISSES_UNTIL_HUNG) await probe(rds, cluster, instance);
}

async function lookAt(rds: Rds, cluster: Cluster, instance: Instance): Promise<void> {
  try {
    await instance.server.sql('probe').query('SELECT 1', [], PROBE_DEADLINE_MS);
    instance.misses = 0;
    const state =
      instance.plan?.follows.kind === 'none' ? undefined : await followerState(instance.server, 'probe');
    if (state) await lookAtFollower(rds, cluster, instance, state);
    if (leaderOf(rds, cluster) === instance)
      cluster.position = formatPosition(await positionOf(instance.server, 'probe', PROBE_DEADLINE_MS));
  } catch {
    if (!instance.server.running) return;
    instance.misses++;
    switch (afterMiss(instance.misses)) {
      case 'stop-counting':
        return stopCounting(rds, cluster, instance, 'it does not answer');
      case 'kill':
        return killHung(rds, instance);
      case 'ask-again':
      case 'killed':
        return;
    }
  }
}

function killHung(rds: Rds, instance: Instance): void {
  rds.context.journal.record({
    event: 'instance.hung',
    subject: instance.identifier,
    because: `its server has not answered ${instance.misses} probes in a row and is killed`,
  });
  instance.server.kill();
}

async function lookAtFollower(
  rds: Rds,
  cluster: Cluster,
  instance: Instance,
  state: FollowerState,
): Promise<void> {
  instance.following = state.ioRunning && state.sqlRunning;
  // A reader that receives nothing because the writer is silent has missed no commit: the writer waits for it.
  if (!state.ioRunning && (await leaderAnswers(rds, cluster, instance)))
    stopCounting(rds, cluster, instance, 'it receives nothing');
  const verdict = afterLook(state);
  if (verdict === 'receive-again' && instance.plan) {
    rds.context.journal.record({
      event: 'instance.receives-again',
      subject: instance.identifier,
      because: `it had stopped receiving: ${state.lastError}`,
    });
    // Not awaited: it may wait for a change of roles, and the next look must not. Tried again if it fails.
    void receiveAgain(instance.server).catch(() => {});
  }
  if (
    verdict !== 'rebuild' ||
    !instance.plan ||
    instanceRecord(rds, instance).rebuild ||
    rds.records.surplus.get(cluster.identifier)
  )
    return;
  rds.context.journal.record({
    event: 'instance.forked',
    subject: instance.identifier,
    because: `it cannot follow its source and is rebuilt: ${state.lastError}`,
  });
  changeInstance(rds, instance.identifier, { rebuild: true, acknowledging: false });
}

async function leaderAnswers(rds: Rds, cluster: Cluster, asking: Instance): Promise<boolean> {
  const leader = leaderOf(rds, cluster);
  if (!leader || leader === asking) return true;
  return await leader.server
    .sql('probe')
    .query('SELECT 1', [], PROBE_DEADLINE_MS)
    .then(
      () => true,
      () => !leader.server.running,
    );
}

/** Written down first, then the writer stops waiting: nobody is promoted who missed a commit. */
function stopCounting(rds: Rds, cluster: Cluster, instance: Instance, why: string): void {
  if (!rds.records.instances.get(instance.identifier)?.acknowledging) return;
  changeInstance(rds, instance.identifier, { acknowledging: false });
  rds.context.journal.record({
    event: 'instance.stopped-acknowledging',
    subject: instance.identifier,
    because: why,
  });
  // A writer that cannot be told, because it hangs as well, is told when it answers again: by `tend`.
  void applyWaiting(rds, cluster).catch(() => {});
}

/** Readers that have caught up begin to count; the writer is seen to wait before that is written down. */
async function watchAcknowledging(rds: Rds, cluster: Cluster): Promise<void> {
  const leader = leaderOf(rds, cluster);
  if (
    clusterRole(rds, cluster) !== 'writer' ||
    leader?.plan?.role !== 'writer' ||
    leader.plan.readOnly ||
    leader.misses > 0
  )
    return;
  const candidates = [...cluster.instances.values()].filter(
    (instance) => instance !== leader && instance.plan?.acknowledges && instance.following,
  );
  const fresh = candidates.filter((instance) => !instanceRecord(rds, instance).acknowledging);
  if (fresh.length > 0) await beginAcknowledging(rds, cluster, leader, candidates, fresh);
  else if (leader.plan.waitsForReader && !(await isWaiting(leader, 1))) {
    for (const instance of candidates)
      stopCounting(rds, cluster, instance, 'the writer does not wait for it any more');
  }
}

async function beginAcknowledging(
  rds: Rds,
  cluster: Cluster,
  leader: Instance,
  candidates: readonly Instance[],
  fresh: readonly Instance[],
): Promise<void> {
  const target = await positionOf(leader.server);
  for (const instance of fresh) {
    const state = await followerState(instance.server);
    if (!state || !reached(state.received, target)) return;
  }
  const { pid } = leader.server;
  await waitForReader(leader.server, true);
  const deadline = performance.now() + 1000;
  while (!(await isWaiting(leader, candidates.length)))
    if (performance.now() > deadline) {
      // A reader that does not answer as an acknowledging one would stall every commit.
      if (!leader.plan?.waitsForReader) await waitForReader(leader.server, false);
      return;
    }
  if (leader.server.pid !== pid || fresh.some((instance) => !instance.server.running)) return;
  for (const instance of fresh) changeInstance(rds, instance.identifier, { acknowledging: true });
  await applyWaiting(rds, cluster);
}

async function isWaiting(leader: Instance, readers: number): Promise<boolean> {
  const rows = await leader.server.sql('probe').query("SHOW STATUS LIKE 'Rpl_semi_sync_master_%'", [], 5000);
  const value = (name: string): string =>
    String(rows.find((row) => row['Variable_name'] === name)?.['Value']);
  return (
    value('Rpl_semi_sync_master_status') === 'ON' && Number(value('Rpl_semi_sync_master_clients')) >= readers
  );
}
