/** AWS actions on instances. Inputs and outputs are the SDK's. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CreateDBInstanceCommandInput,
  CreateDBInstanceCommandOutput,
  DBInstance,
  DeleteDBInstanceCommandInput,
  DeleteDBInstanceCommandOutput,
  DescribeDBInstancesCommandInput,
  DescribeDBInstancesCommandOutput,
  ModifyDBInstanceCommandInput,
  ModifyDBInstanceCommandOutput,
  RebootDBInstanceCommandInput,
  RebootDBInstanceCommandOutput,
} from '@aws-sdk/client-rds';
import type { Operations, Output } from '../../wire/types.ts';
import { checkIdentifier, findCluster } from './cluster-operations.ts';
import { closeInstance, openInstance } from './cluster-runtime.ts';
import { describeInstance } from './descriptions.ts';
import { fault } from './errors.ts';
import { recordEvent } from './events.ts';
import {
  changeInstance,
  clusterRole,
  type Instance,
  leaderOf,
  type Rds,
  reasonOf,
  servingInstances,
} from './house.ts';
import { restart, switchWriterInRegion } from './in-region-failover.ts';
import { instanceName, publishInstanceName, withdrawNames } from './names.ts';
import { applyParameters } from './parameter-operations.ts';
import { chooseSubnet, createInterface, deleteInterface, subnetsOf } from './placement.ts';
import { reconcile, stopWriting } from './reconcile.ts';
import { type InstanceRecord, nextNumber } from './records.ts';

const STOP_GRACE_MS = 15_000;
/** Server numbers are unique in the whole system: each region counts in its own ten thousand. */
const SERVER_NUMBERS_PER_REGION = 10_000;

export function instanceOperations(rds: Rds): Operations {
  return {
    CreateDBInstance: async (
      input: CreateDBInstanceCommandInput,
    ): Promise<Output<CreateDBInstanceCommandOutput>> => ({ DBInstance: await createInstance(rds, input) }),
    DescribeDBInstances: (
      input: DescribeDBInstancesCommandInput,
    ): Output<DescribeDBInstancesCommandOutput> => {
      if (input.DBInstanceIdentifier !== undefined)
        return { DBInstances: [describeInstance(rds, findInstance(rds, input.DBInstanceIdentifier))] };
      const clusters = input.Filters?.find((filter) => filter.Name === 'db-cluster-id')?.Values;
      return {
        DBInstances: rds.records.instances
          .values()
          .filter((record) => !clusters || clusters.includes(record.clusterIdentifier))
          .map((record) => describeInstance(rds, record)),
      };
    },
    ModifyDBInstance: async (
      input: ModifyDBInstanceCommandInput,
    ): Promise<Output<ModifyDBInstanceCommandOutput>> => {
      const record = findInstance(rds, input.DBInstanceIdentifier);
      changeInstance(rds, record.identifier, {
        ...(input.DBInstanceClass ? { instanceClass: input.DBInstanceClass } : {}),
        ...(input.PromotionTier === undefined ? {} : { promotionTier: input.PromotionTier }),
        ...(input.DBParameterGroupName ? { parameterGroup: input.DBParameterGroupName } : {}),
      });
      if (input.DBInstanceClass || input.DBParameterGroupName) await applyParameters(rds);
      return { DBInstance: describeInstance(rds, findInstance(rds, record.identifier)) };
    },
    RebootDBInstance: (input: RebootDBInstanceCommandInput): Output<RebootDBInstanceCommandOutput> => ({
      DBInstance: reboot(rds, input),
    }),
    DeleteDBInstance: async (
      input: DeleteDBInstanceCommandInput,
    ): Promise<Output<DeleteDBInstanceCommandOutput>> => ({ DBInstance: await deleteInstance(rds, input) }),
  };
}

export function findInstance(rds: Rds, identifier: string | undefined): InstanceRecord {
  const name = (identifier ?? '').split(':').at(-1)!.toLowerCase();
  const record = rds.records.instances.get(name);
  if (record) return record;
  throw fault('DBInstanceNotFound', `DBInstance ${identifier} not found in ${rds.context.region}.`);
}

async function createInstance(rds: Rds, input: CreateDBInstanceCommandInput): Promise<DBInstance> {
  const identifier = checkIdentifier('DBInstanceIdentifier', input.DBInstanceIdentifier);
  if (rds.records.instances.get(identifier))
    throw fault('DBInstanceAlreadyExists', `DB instance ${identifier} already exists.`);
  if (!input.DBClusterIdentifier)
    throw fault(
      'InvalidParameterCombination',
      'Only instances of an Aurora cluster run here; give DBClusterIdentifier.',
    );
  const cluster = findCluster(rds, input.DBClusterIdentifier);
  const { account, region, regions, clock } = rds.context;
  const subnets = await subnetsOf(rds, cluster.subnetGroup);
  const subnet = chooseSubnet(rds, cluster.identifier, subnets, input.AvailabilityZone);
  const number = nextNumber(rds.records, 'instance');
  const endpoint = await createInterface(rds, subnet, cluster.securityGroups, `${identifier}-${number}`);
  const record: InstanceRecord = {
    identifier,
    arn: `arn:aws:rds:${region}:${account}:db:${identifier}`,
    resourceId: `db-${String(number).padStart(4, '0')}${identifier.replaceAll('-', '').toUpperCase().slice(0, 20)}`,
    clusterIdentifier: cluster.identifier,
    serverId: (regions.indexOf(region) + 1) * SERVER_NUMBERS_PER_REGION + number,
    instanceClass: input.DBInstanceClass ?? 'db.r5.large',
    availabilityZone: subnet.zone,
    endpoint,
    promotionTier: input.PromotionTier ?? 1,
    acknowledging: false,
    rebuild: false,
    createdAtMs: clock.now(),
    ...(input.DBParameterGroupName ? { parameterGroup: input.DBParameterGroupName } : {}),
    tags: (input.Tags ?? []).map((tag) => ({ ...tag })),
  };
  rds.records.instances.put(identifier, record);
  void bringUp(rds, record);
  return describeInstance(rds, record);
}

async function bringUp(rds: Rds, record: InstanceRecord): Promise<void> {
  const cluster = rds.clusters.get(record.clusterIdentifier);
  if (!cluster) return;
  await openInstance(rds, cluster, record);
  publishInstanceName(rds, record);
  recordEvent(rds, 'instanceCreated', record);
  await reconcile(rds, cluster);
}

function running(rds: Rds, record: InstanceRecord): Instance {
  const instance = rds.clusters.get(record.clusterIdentifier)?.instances.get(record.identifier);
  if (instance && instance.status === 'available') return instance;
  throw fault(
    'InvalidDBInstanceState',
    `DB instance ${record.identifier} is ${instance?.status ?? 'creating'}; it must be available.`,
  );
}

function reboot(rds: Rds, input: RebootDBInstanceCommandInput): DBInstance {
  const record = findInstance(rds, input.DBInstanceIdentifier);
  const instance = running(rds, record);
  const cluster = rds.clusters.get(record.clusterIdentifier)!;
  instance.status = 'rebooting';
  const work = async (): Promise<void> => {
    const leads = leaderOf(rds, cluster) === instance && clusterRole(rds, cluster) === 'writer';
    await cluster.serialize(async () => {
      if (leads) await stopWriting(rds, cluster, instance);
      else changeInstance(rds, record.identifier, { acknowledging: false });
      await instance.server.stop(STOP_GRACE_MS);
      instance.plan = undefined;
    });
    await restart(rds, cluster, instance, !leads);
  };
  work().catch((error: unknown) =>
    rds.context.journal.record({
      event: 'instance.reboot-failed',
      subject: record.identifier,
      because: reasonOf(error),
    }),
  );
  return { ...describeInstance(rds, record), DBInstanceStatus: 'rebooting' };
}

async function deleteInstance(rds: Rds, input: DeleteDBInstanceCommandInput): Promise<DBInstance> {
  const record = findInstance(rds, input.DBInstanceIdentifier);
  const cluster = rds.clusters.get(record.clusterIdentifier);
  const instance = cluster?.instances.get(record.identifier);
  const description = describeInstance(rds, record);
  if (cluster && instance && leaderOf(rds, cluster) === instance) {
    const heir = servingInstances(rds, cluster).find((other) => other !== instance);
    // AWS fails over before it deletes a writer.
    if (heir && clusterRole(rds, cluster) === 'writer') await switchWriterInRegion(rds, cluster, heir);
    else changeClusterLeader(rds, record.clusterIdentifier);
  }
  changeInstance(rds, record.identifier, { acknowledging: false });
  if (cluster && instance) await closeInstance(cluster, instance);
  rds.records.instances.delete(record.identifier);
  withdrawNames(rds, [instanceName(rds, record.identifier)]);
  await deleteInterface(rds, record.endpoint);
  await rm(join(rds.context.directory, 'instances', record.identifier), { recursive: true, force: true });
  recordEvent(rds, 'instanceDeleted', record);
  if (cluster) await reconcile(rds, cluster);
  return { ...description, DBInstanceStatus: 'deleting' };
}

function changeClusterLeader(rds: Rds, clusterIdentifier: string): void {
  const record = rds.records.clusters.get(clusterIdentifier);
  if (!record) return;
  const { leader: _, ...rest } = record;
  rds.records.clusters.put(clusterIdentifier, rest);
}
