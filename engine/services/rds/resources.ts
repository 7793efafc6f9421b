/**
 * What a template may say about databases. Handlers call the same operations as a client does and wait, as
 * CloudFormation does, until the thing is available. A name that the template leaves out follows from the
 * stack and the change's token, so that a repeat finds what the first attempt made.
 */
import { createHash } from 'node:crypto';
import { setTimeout as realSleep } from 'node:timers/promises';
import type { DBCluster, DBInstance, GlobalCluster } from '@aws-sdk/client-rds';
import { AwsError, type Operations } from '../../wire/types.ts';
import type { PhysicalResource, Properties, ResourceHandler, ResourceRequest } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { globalEndpoint } from './descriptions.ts';
import type { Rds } from './house.ts';

/** Real time: a template's other region may still be making its cluster. */
const PEER_DEADLINE_MS = 120_000;
const AVAILABLE_DEADLINE_MS = 180_000;
const POLL_MS = 100;

type Call = <O>(operation: string, input: Properties) => Promise<O>;

export function resourceHandlers(rds: Rds, operations: Operations): Record<string, ResourceHandler> {
  const call: Call = async (operation, input) => await operations[operation]!(input, provisioning);
  return {
    'AWS::RDS::DBSubnetGroup': subnetGroup(call),
    'AWS::RDS::DBClusterParameterGroup': parameterGroup(call, 'DBClusterParameterGroup'),
    'AWS::RDS::DBParameterGroup': parameterGroup(call, 'DBParameterGroup'),
    'AWS::RDS::GlobalCluster': globalCluster(rds, call),
    'AWS::RDS::DBCluster': dbCluster(rds, call),
    'AWS::RDS::DBInstance': dbInstance(call),
  };
}

/** RDS keeps names in lower case, at most 63 characters. */
function nameOf(request: ResourceRequest, given: unknown): string {
  if (typeof given === 'string' && given !== '') return given.toLowerCase();
  const token = createHash('sha256').update(`${request.stack.id}/${request.clientToken}`).digest('hex');
  const readable = `${request.stack.name}-${request.logicalId}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `${readable.slice(0, 48).replace(/-+$/, '')}-${token.slice(0, 12)}`;
}

async function unlessThere(work: Promise<unknown>, ...codes: string[]): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof AwsError && codes.includes(error.code))) throw error;
  });
}

function subnetGroup(call: Call): ResourceHandler {
  return {
    create: async (request) => {
      const DBSubnetGroupName = nameOf(request, request.properties['DBSubnetGroupName']);
      const input = { ...request.properties, DBSubnetGroupName };
      await unlessThere(call('CreateDBSubnetGroup', input), 'DBSubnetGroupAlreadyExists');
      return { physicalId: DBSubnetGroupName, attributes: {} };
    },
    update: async ({ properties, existing }) => {
      await call('ModifyDBSubnetGroup', { ...properties, DBSubnetGroupName: existing.physicalId });
      return existing;
    },
    delete: async ({ existing }) =>
      unlessThere(
        call('DeleteDBSubnetGroup', { DBSubnetGroupName: existing.physicalId }),
        'DBSubnetGroupNotFoundFault',
      ),
  };
}

function parameterGroup(call: Call, kind: 'DBClusterParameterGroup' | 'DBParameterGroup'): ResourceHandler {
  /** A template's Parameters are an object; its values may be numbers and booleans. */
  const setParameters = async (name: string, properties: Properties): Promise<void> => {
    const Parameters = Object.entries((properties['Parameters'] ?? {}) as Record<string, unknown>).map(
      ([ParameterName, value]) => ({
        ParameterName,
        ParameterValue: String(value),
        ApplyMethod: 'immediate',
      }),
    );
    if (Parameters.length > 0) await call(`Modify${kind}`, { [`${kind}Name`]: name, Parameters });
  };
  return {
    create: async (request) => {
      const { properties } = request;
      const name = nameOf(request, properties[`${kind}Name`]);
      const DBParameterGroupFamily = properties['DBParameterGroupFamily'] ?? properties['Family'];
      const input = { ...properties, DBParameterGroupFamily, [`${kind}Name`]: name };
      await unlessThere(call(`Create${kind}`, input), 'DBParameterGroupAlreadyExists');
      await setParameters(name, properties);
      return { physicalId: name, attributes: { [`${kind}Name`]: name } };
    },
    update: async ({ properties, existing }) => {
      await call(`Reset${kind}`, { [`${kind}Name`]: existing.physicalId, ResetAllParameters: true });
      await setParameters(existing.physicalId, properties);
      return existing;
    },
    delete: async ({ existing }) => {
      await call(`Delete${kind}`, { [`${kind}Name`]: existing.physicalId });
    },
  };
}

function globalCluster(rds: Rds, call: Call): ResourceHandler {
  const physical = (identifier: string): PhysicalResource => {
    const record = rds.records.globals.get(identifier);
    const address = record && globalEndpoint(rds, record);
    return { physicalId: identifier, attributes: { 'GlobalEndpoint.Address': address ?? '' } };
  };
  return {
    create: async (request) => {
      const identifier = nameOf(request, request.properties['GlobalClusterIdentifier']);
      const input = { ...request.properties, GlobalClusterIdentifier: identifier };
      await unlessThere(call('CreateGlobalCluster', input), 'GlobalClusterAlreadyExistsFault');
      return physical(identifier);
    },
    update: async ({ properties, existing }) => {
      await call<{ GlobalCluster: GlobalCluster }>('ModifyGlobalCluster', {
        ...properties,
        GlobalClusterIdentifier: existing.physicalId,
      });
      return physical(existing.physicalId);
    },
    delete: async ({ existing }) =>
      unlessThere(
        call('DeleteGlobalCluster', { GlobalClusterIdentifier: existing.physicalId }),
        'GlobalClusterNotFoundFault',
      ),
  };
}

function dbCluster(rds: Rds, call: Call): ResourceHandler {
  const physical = async (identifier: string): Promise<PhysicalResource> => {
    const found = await call<{ DBClusters: DBCluster[] }>('DescribeDBClusters', {
      DBClusterIdentifier: identifier,
    });
    const cluster = found.DBClusters[0]!;
    return {
      physicalId: identifier,
      attributes: {
        'Endpoint.Address': cluster.Endpoint ?? '',
        'Endpoint.Port': String(cluster.Port ?? 3306),
        'ReadEndpoint.Address': cluster.ReaderEndpoint ?? '',
        DBClusterArn: cluster.DBClusterArn ?? '',
        DBClusterResourceId: cluster.DbClusterResourceId ?? '',
      },
    };
  };
  return {
    create: async (request) => {
      const { properties } = request;
      const identifier = nameOf(request, properties['DBClusterIdentifier']);
      if (!rds.records.clusters.get(identifier)) {
        const input = { ...properties, DBClusterIdentifier: identifier };
        await createWhenPeerIsReady(request, () => call('CreateDBCluster', input));
      }
      return await physical(identifier);
    },
    update: async ({ properties, existing }) => {
      await call('ModifyDBCluster', {
        ...withoutUnchangedPassword(properties, existing, rds),
        DBClusterIdentifier: existing.physicalId,
      });
      return await physical(existing.physicalId);
    },
    delete: async ({ existing }) =>
      unlessThere(
        call('DeleteDBCluster', { DBClusterIdentifier: existing.physicalId, SkipFinalSnapshot: true }),
        'DBClusterNotFoundFault',
      ),
  };
}

function withoutUnchangedPassword(properties: Properties, existing: PhysicalResource, rds: Rds): Properties {
  const { MasterUserPassword: password, ...rest } = properties;
  const known = rds.records.clusters.get(existing.physicalId)?.masterUserPassword;
  return password === undefined || password === known ? rest : properties;
}

/** A global cluster is declared in one region's stack; the other region's cluster joins when it is there. */
async function createWhenPeerIsReady(
  request: ResourceRequest,
  create: () => Promise<unknown>,
): Promise<void> {
  const identifier = request.properties['GlobalClusterIdentifier'];
  const deadline = performance.now() + PEER_DEADLINE_MS;
  for (;;) {
    try {
      await create();
      return;
    } catch (error) {
      const waits =
        error instanceof AwsError &&
        identifier &&
        (error.code === 'GlobalClusterNotFoundFault' ||
          error.code === 'InvalidGlobalClusterStateFault' ||
          (error.code === 'InvalidParameterCombination' && !request.properties['MasterUsername']));
      if (!waits || performance.now() > deadline) throw error;
      request.progress(`global cluster ${identifier} to have its writer`);
      await realSleep(POLL_MS * 5);
    }
  }
}

function dbInstance(call: Call): ResourceHandler {
  const describe = async (identifier: string): Promise<DBInstance> => {
    const input = { DBInstanceIdentifier: identifier };
    return (await call<{ DBInstances: DBInstance[] }>('DescribeDBInstances', input)).DBInstances[0]!;
  };
  const available = async (request: ResourceRequest, identifier: string): Promise<PhysicalResource> => {
    const deadline = performance.now() + AVAILABLE_DEADLINE_MS;
    let instance = await describe(identifier);
    while (instance.DBInstanceStatus !== 'available') {
      if (performance.now() > deadline)
        throw new Error(
          `DB instance ${identifier} is ${instance.DBInstanceStatus} after ${AVAILABLE_DEADLINE_MS / 1000} s; its server's log is in the rds folder under instances/${identifier}`,
        );
      request.progress(`DB instance ${identifier} to be available`);
      await realSleep(POLL_MS);
      instance = await describe(identifier);
    }
    return {
      physicalId: identifier,
      attributes: {
        'Endpoint.Address': instance.Endpoint?.Address ?? '',
        'Endpoint.Port': String(instance.Endpoint?.Port ?? 3306),
        DBInstanceArn: instance.DBInstanceArn ?? '',
        DbiResourceId: instance.DbiResourceId ?? '',
      },
    };
  };
  return {
    create: async (request) => {
      const identifier = nameOf(request, request.properties['DBInstanceIdentifier']);
      const input = {
        ...request.properties,
        DBInstanceIdentifier: identifier,
        ...numeric(request.properties, 'PromotionTier'),
      };
      await unlessThere(call('CreateDBInstance', input), 'DBInstanceAlreadyExists');
      return await available(request, identifier);
    },
    update: async (request) => {
      await call('ModifyDBInstance', {
        ...request.properties,
        DBInstanceIdentifier: request.existing.physicalId,
        ...numeric(request.properties, 'PromotionTier'),
      });
      return await available(request, request.existing.physicalId);
    },
    delete: async ({ existing }) =>
      unlessThere(
        call('DeleteDBInstance', { DBInstanceIdentifier: existing.physicalId }),
        'DBInstanceNotFound',
      ),
  };
}

/** Templates may write numbers as text. */
function numeric(properties: Properties, name: string): Properties {
  return properties[name] === undefined ? {} : { [name]: Number(properties[name]) };
}
