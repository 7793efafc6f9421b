/** AWS actions on global clusters. Inputs and outputs are the SDK's. */
import type {
  CreateGlobalClusterCommandInput,
  CreateGlobalClusterCommandOutput,
  DeleteGlobalClusterCommandInput,
  DeleteGlobalClusterCommandOutput,
  DescribeGlobalClustersCommandInput,
  DescribeGlobalClustersCommandOutput,
  FailoverGlobalClusterCommandInput,
  FailoverGlobalClusterCommandOutput,
  GlobalCluster,
  ModifyGlobalClusterCommandInput,
  ModifyGlobalClusterCommandOutput,
  RemoveFromGlobalClusterCommandInput,
  RemoveFromGlobalClusterCommandOutput,
  SwitchoverGlobalClusterCommandInput,
  SwitchoverGlobalClusterCommandOutput,
} from '@aws-sdk/client-rds';
import type { Operations, Output } from '../../wire/types.ts';
import { checkIdentifier, findCluster } from './cluster-operations.ts';
import { currentMove, describeGlobal } from './descriptions.ts';
import { fault } from './errors.ts';
import { beginFailover } from './global-failover.ts';
import { addMember, detach, findGlobal } from './global-joining.ts';
import { epochToOverrule, overrule } from './global-overrule.ts';
import { failoverRefusal, operationRefusal, writerRefusal } from './global-rules.ts';
import { beginSwitchover, whyNoSwitchover } from './global-switchover.ts';
import { type Cluster, changeCluster, type Rds, servingInstances } from './house.ts';
import { type Member, newMembership } from './membership.ts';
import { clusterInGlobal } from './membership-exchange.ts';
import { type GlobalRecord, nextNumber } from './records.ts';

/** The target has to be asked over the link and may be slow; after this the planned move is refused. */
const FORWARD_DEADLINE_MS = 5000;

export function globalOperations(rds: Rds): Operations {
  return {
    CreateGlobalCluster: async (
      input: CreateGlobalClusterCommandInput,
    ): Promise<Output<CreateGlobalClusterCommandOutput>> => ({ GlobalCluster: await create(rds, input) }),
    DescribeGlobalClusters: (
      input: DescribeGlobalClustersCommandInput,
    ): Output<DescribeGlobalClustersCommandOutput> => ({
      GlobalClusters: (input.GlobalClusterIdentifier
        ? [ownGlobal(rds, input.GlobalClusterIdentifier)]
        : rds.records.globals.values()
      ).map((record) => describeGlobal(rds, record)),
    }),
    ModifyGlobalCluster: async (
      input: ModifyGlobalClusterCommandInput,
    ): Promise<Output<ModifyGlobalClusterCommandOutput>> => {
      const record = ownGlobal(rds, input.GlobalClusterIdentifier);
      const changed: GlobalRecord = {
        ...record,
        deletionProtection: input.DeletionProtection ?? record.deletionProtection,
        engineVersion: input.EngineVersion ?? record.engineVersion,
      };
      rds.records.globals.put(record.identifier, changed);
      return { GlobalCluster: describeGlobal(rds, changed) };
    },
    DeleteGlobalCluster: (
      input: DeleteGlobalClusterCommandInput,
    ): Output<DeleteGlobalClusterCommandOutput> => ({ GlobalCluster: remove(rds, input) }),
    FailoverGlobalCluster: async (
      input: FailoverGlobalClusterCommandInput,
    ): Promise<Output<FailoverGlobalClusterCommandOutput>> => {
      if (input.AllowDataLoss && input.Switchover)
        throw fault('InvalidParameterCombination', 'AllowDataLoss and Switchover exclude each other.');
      // Without AllowDataLoss the action is a planned switchover, which needs the other region alive.
      if (!input.AllowDataLoss)
        return {
          GlobalCluster: await switchOver(
            rds,
            input.GlobalClusterIdentifier,
            input.TargetDbClusterIdentifier,
          ),
        };
      return { GlobalCluster: await failOver(rds, input) };
    },
    SwitchoverGlobalCluster: async (
      input: SwitchoverGlobalClusterCommandInput,
    ): Promise<Output<SwitchoverGlobalClusterCommandOutput>> => ({
      GlobalCluster: await switchOver(rds, input.GlobalClusterIdentifier, input.TargetDbClusterIdentifier),
    }),
    RemoveFromGlobalCluster: async (
      input: RemoveFromGlobalClusterCommandInput,
    ): Promise<Output<RemoveFromGlobalClusterCommandOutput>> => {
      const record = ownGlobal(rds, input.GlobalClusterIdentifier);
      const member = findMember(record, input.DbClusterIdentifier);
      if (member.region === rds.context.region) {
        const cluster = clusterInGlobal(rds, record.identifier);
        if (cluster) await detach(rds, cluster);
      } else
        await rds.peers.ask(member.region, 'detach', { identifier: record.identifier }, FORWARD_DEADLINE_MS);
      return { GlobalCluster: describeGlobal(rds, rds.records.globals.get(record.identifier) ?? record) };
    },
  };
}

function ownGlobal(rds: Rds, identifier: string | undefined): GlobalRecord {
  const record = rds.records.globals.get((identifier ?? '').split(':').at(-1)!);
  if (record) return record;
  throw fault(
    'GlobalClusterNotFoundFault',
    `Global cluster ${identifier} not found in ${rds.context.region}.`,
  );
}

async function create(rds: Rds, input: CreateGlobalClusterCommandInput): Promise<GlobalCluster> {
  const identifier = checkIdentifier('GlobalClusterIdentifier', input.GlobalClusterIdentifier);
  const known = await findGlobal(rds, identifier).catch(() => undefined);
  if (known) throw fault('GlobalClusterAlreadyExistsFault', `Global cluster ${identifier} already exists.`);
  const source = input.SourceDBClusterIdentifier
    ? findCluster(rds, input.SourceDBClusterIdentifier)
    : undefined;
  if (!source && input.Engine !== 'aurora-mysql')
    throw fault('InvalidParameterValue', `Engine ${input.Engine} does not run here; allowed: aurora-mysql.`);
  const record: GlobalRecord = {
    identifier,
    // Global clusters have no region in their ARN.
    arn: `arn:aws:rds::${rds.context.account}:global-cluster:${identifier}`,
    resourceId: `cluster-global-${String(nextNumber(rds.records, 'global')).padStart(4, '0')}${identifier.replaceAll('-', '')}`,
    engine: 'aurora-mysql',
    engineVersion: input.EngineVersion ?? source?.engineVersion ?? '8.0.mysql_aurora.3.10.0',
    ...(input.DatabaseName ? { databaseName: input.DatabaseName } : {}),
    deletionProtection: input.DeletionProtection ?? false,
    storageEncrypted: input.StorageEncrypted ?? source?.storageEncrypted ?? false,
    membership: newMembership(identifier),
    tags: (input.Tags ?? []).map((tag) => ({ ...tag })),
  };
  rds.records.transaction(() => {
    rds.records.globals.put(identifier, record);
    if (source) {
      changeCluster(rds, source.identifier, { globalClusterIdentifier: identifier });
      addMember(rds, identifier, {
        region: rds.context.region,
        clusterIdentifier: source.identifier,
        clusterArn: source.arn,
        synchronization: 'connected',
      });
    }
  });
  return describeGlobal(rds, rds.records.globals.get(identifier)!);
}

function remove(rds: Rds, input: DeleteGlobalClusterCommandInput): GlobalCluster {
  const record = ownGlobal(rds, input.GlobalClusterIdentifier);
  const members = record.membership.members.map((member) => member.clusterIdentifier);
  if (record.deletionProtection)
    throw fault(
      'InvalidGlobalClusterStateFault',
      `Global cluster ${record.identifier} has deletion protection enabled.`,
    );
  if (members.length > 0)
    throw fault(
      'InvalidGlobalClusterStateFault',
      `Global cluster ${record.identifier} is not empty: ${members.join(', ')}.`,
    );
  rds.records.globals.delete(record.identifier);
  return { ...describeGlobal(rds, record), Status: 'deleting' };
}

function findMember(record: GlobalRecord, target: string | undefined): Member {
  const member = record.membership.members.find(
    (known) => known.clusterArn === target || known.clusterIdentifier === target,
  );
  if (member) return member;
  const allowed = record.membership.members.map((known) => known.clusterArn).join(', ');
  throw fault(
    'DBClusterNotFoundFault',
    `DBCluster ${target} is no member of ${record.identifier}; members: ${allowed}.`,
  );
}

async function failOver(rds: Rds, input: FailoverGlobalClusterCommandInput): Promise<GlobalCluster> {
  const record = ownGlobal(rds, input.GlobalClusterIdentifier);
  const target = findMember(record, input.TargetDbClusterIdentifier);
  const { region } = rds.context;
  if (target.region !== region)
    throw fault(
      'InvalidDBClusterStateFault',
      `${target.clusterIdentifier} is in ${target.region}: call FailoverGlobalCluster there, so that it needs no other Region.`,
    );
  const operation = currentMove(rds, record.identifier)?.kind;
  const cluster = clusterInGlobal(rds, record.identifier);
  if (cluster && epochToOverrule(rds, cluster) !== undefined) {
    const why = await overrule(rds, cluster);
    if (why) throw fault('InvalidDBClusterStateFault', why);
    return describeGlobal(rds, ownGlobal(rds, record.identifier));
  }
  const because = failoverRefusal({
    membership: record.membership,
    region,
    operation,
    historyInDoubt: cluster !== undefined && rds.records.lastKnown.get(cluster.identifier) !== undefined,
    availableInstances: cluster ? servingInstances(rds, cluster).length : 0,
  });
  // AWS names the global cluster in the one case and the member in the others.
  if (because || !cluster)
    throw fault(
      operation ? 'InvalidGlobalClusterStateFault' : 'InvalidDBClusterStateFault',
      because ?? `${target.clusterIdentifier} is not here.`,
    );
  void beginFailover(rds, cluster).done;
  return describeGlobal(rds, record);
}

/** Conducted by the writer's region; asked elsewhere, the question goes there, and fails if that region is away. */
async function switchOver(
  rds: Rds,
  identifier: string | undefined,
  target: string | undefined,
): Promise<GlobalCluster> {
  const record = ownGlobal(rds, identifier);
  const member = findMember(record, target);
  const busy = operationRefusal(record.identifier, currentMove(rds, record.identifier)?.kind);
  if (busy) throw fault('InvalidGlobalClusterStateFault', busy);
  const already = writerRefusal(record.membership, member.region);
  if (already) throw fault('InvalidDBClusterStateFault', already);
  const writer = record.membership.writerRegion;
  if (writer !== rds.context.region && writer !== undefined)
    await forward(rds, record, writer, member.region);
  else {
    const because = acceptSwitchover(rds, record.identifier, member.region);
    if (because) throw fault('InvalidGlobalClusterStateFault', because);
  }
  return describeGlobal(rds, record);
}

async function forward(rds: Rds, record: GlobalRecord, writer: string, to: string): Promise<void> {
  const input = { identifier: record.identifier, to };
  const answer = await rds.peers.ask(writer, 'switchover', input, FORWARD_DEADLINE_MS).catch(() => ({
    accepted: false,
    because: `${writer} does not answer, and a planned switchover needs it; FailoverGlobalCluster with AllowDataLoss does not`,
  }));
  if (!answer.accepted) throw fault('InvalidGlobalClusterStateFault', answer.because ?? `${writer} refused`);
}

/** In the writer's region; the reason if it cannot begin. */
export function acceptSwitchover(rds: Rds, identifier: string, to: string): string | undefined {
  const cluster: Cluster | undefined = clusterInGlobal(rds, identifier);
  if (!cluster) return `${rds.context.region} has no cluster in ${identifier}`;
  const because = whyNoSwitchover(rds, cluster, to);
  if (because === undefined) void beginSwitchover(rds, cluster, to).done;
  return because;
}
