/**
 * Subnet groups and parameter groups. A subnet group says where a cluster's addresses come from; parameters
 * are kept and shown, and reach no server.
 */
import type {
  CreateDBClusterParameterGroupCommandInput,
  CreateDBParameterGroupCommandInput,
  CreateDBSubnetGroupCommandInput,
  DeleteDBSubnetGroupCommandInput,
  DescribeDBSubnetGroupsCommandInput,
  ModifyDBSubnetGroupCommandInput,
} from '@aws-sdk/client-rds';
import type { Operations } from '../../wire/types.ts';
import { fault } from './errors.ts';
import type { Rds } from './house.ts';
import type { ParameterGroupRecord, SubnetGroupRecord } from './records.ts';

export function groupOperations(rds: Rds): Operations {
  const { subnetGroups, parameterGroups } = rds.records;
  const findSubnetGroup = (name: string | undefined): SubnetGroupRecord => {
    const record = subnetGroups.get((name ?? '').toLowerCase());
    if (record) return record;
    throw fault('DBSubnetGroupNotFoundFault', `DB subnet group ${name} does not exist.`);
  };
  const createParameterGroup = (
    kind: 'cluster' | 'instance',
    name: string | undefined,
    input: CreateDBParameterGroupCommandInput | CreateDBClusterParameterGroupCommandInput,
  ): ParameterGroupRecord => {
    const id = `${kind}/${(name ?? '').toLowerCase()}`;
    if (parameterGroups.get(id))
      throw fault('DBParameterGroupAlreadyExists', `Parameter group ${name} already exists.`);
    const record: ParameterGroupRecord = {
      name: (name ?? '').toLowerCase(),
      family: input.DBParameterGroupFamily ?? '',
      description: input.Description ?? '',
      parameters: {},
    };
    parameterGroups.put(id, record);
    return record;
  };
  const groupArn = (kind: 'cluster-pg' | 'pg' | 'subgrp', name: string): string =>
    `arn:aws:rds:${rds.context.region}:${rds.context.account}:${kind}:${name}`;
  const describeSubnetGroup = (record: SubnetGroupRecord) => ({
    DBSubnetGroupName: record.name,
    DBSubnetGroupDescription: record.description,
    SubnetGroupStatus: 'Complete',
    DBSubnetGroupArn: groupArn('subgrp', record.name),
    Subnets: record.subnetIds.map((SubnetIdentifier) => ({ SubnetIdentifier, SubnetStatus: 'Active' })),
  });
  const describeParameterGroup = (kind: 'cluster' | 'instance', record: ParameterGroupRecord) => ({
    DBParameterGroupFamily: record.family,
    Description: record.description,
    ...(kind === 'cluster'
      ? {
          DBClusterParameterGroupName: record.name,
          DBClusterParameterGroupArn: groupArn('cluster-pg', record.name),
        }
      : { DBParameterGroupName: record.name, DBParameterGroupArn: groupArn('pg', record.name) }),
  });
  const all = (kind: 'cluster' | 'instance', name: string | undefined) =>
    parameterGroups
      .entries()
      .filter(([id]) => id.startsWith(`${kind}/`) && (!name || id === `${kind}/${name.toLowerCase()}`))
      .map(([, record]) => describeParameterGroup(kind, record));

  return {
    CreateDBSubnetGroup: (input: CreateDBSubnetGroupCommandInput) => {
      const name = (input.DBSubnetGroupName ?? '').toLowerCase();
      if (subnetGroups.get(name))
        throw fault('DBSubnetGroupAlreadyExists', `DB subnet group ${name} already exists.`);
      return { DBSubnetGroup: describeSubnetGroup(putSubnetGroup(rds, name, input)) };
    },
    ModifyDBSubnetGroup: (input: ModifyDBSubnetGroupCommandInput) => {
      const found = findSubnetGroup(input.DBSubnetGroupName);
      const changed = { DBSubnetGroupDescription: found.description, ...input };
      return { DBSubnetGroup: describeSubnetGroup(putSubnetGroup(rds, found.name, changed)) };
    },
    DescribeDBSubnetGroups: (input: DescribeDBSubnetGroupsCommandInput) => ({
      DBSubnetGroups: (input.DBSubnetGroupName
        ? [findSubnetGroup(input.DBSubnetGroupName)]
        : subnetGroups.values()
      ).map(describeSubnetGroup),
    }),
    DeleteDBSubnetGroup: (input: DeleteDBSubnetGroupCommandInput) => {
      subnetGroups.delete(findSubnetGroup(input.DBSubnetGroupName).name);
      return {};
    },
    CreateDBClusterParameterGroup: (input: CreateDBClusterParameterGroupCommandInput) => ({
      DBClusterParameterGroup: describeParameterGroup(
        'cluster',
        createParameterGroup('cluster', input.DBClusterParameterGroupName, input),
      ),
    }),
    CreateDBParameterGroup: (input: CreateDBParameterGroupCommandInput) => ({
      DBParameterGroup: describeParameterGroup(
        'instance',
        createParameterGroup('instance', input.DBParameterGroupName, input),
      ),
    }),
    DescribeDBClusterParameterGroups: (input: { readonly DBClusterParameterGroupName?: string }) => ({
      DBClusterParameterGroups: all('cluster', input.DBClusterParameterGroupName),
    }),
    DescribeDBParameterGroups: (input: { readonly DBParameterGroupName?: string }) => ({
      DBParameterGroups: all('instance', input.DBParameterGroupName),
    }),
    DeleteDBClusterParameterGroup: (input: { readonly DBClusterParameterGroupName?: string }) => {
      parameterGroups.delete(`cluster/${(input.DBClusterParameterGroupName ?? '').toLowerCase()}`);
      return {};
    },
    DeleteDBParameterGroup: (input: { readonly DBParameterGroupName?: string }) => {
      parameterGroups.delete(`instance/${(input.DBParameterGroupName ?? '').toLowerCase()}`);
      return {};
    },
  };
}

function putSubnetGroup(
  rds: Rds,
  name: string,
  input: {
    readonly DBSubnetGroupDescription?: string | undefined;
    readonly SubnetIds?: string[] | undefined;
  },
): SubnetGroupRecord {
  if (!input.SubnetIds?.length)
    throw fault('InvalidParameterValue', `SubnetIds of DB subnet group ${name} must not be empty.`);
  const record = { name, description: input.DBSubnetGroupDescription ?? '', subnetIds: input.SubnetIds };
  rds.records.subnetGroups.put(name, record);
  return record;
}
