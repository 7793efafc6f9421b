/**
 * AWS actions on the parameters of groups, and how they reach servers: at every start, and at once when a
 * group changes unless the caller wants them at the next start. Which of them do, and as what, is decided in
 * `server-parameters.ts`.
 */
import type {
  DescribeDBClusterParametersCommandInput,
  DescribeDBParametersCommandInput,
  ModifyDBClusterParameterGroupCommandInput,
  ModifyDBParameterGroupCommandInput,
  Parameter,
  ResetDBClusterParameterGroupCommandInput,
  ResetDBParameterGroupCommandInput,
} from '@aws-sdk/client-rds';
import type { Operations } from '../../wire/types.ts';
import { fault } from './errors.ts';
import type { Instance, Rds } from './house.ts';
import { reasonOf } from './house.ts';
import type { ParameterGroupRecord } from './records.ts';
import { parameterFate, type Setting, settingsOf } from './server-parameters.ts';

type Kind = 'cluster' | 'instance';

export function parameterOperations(rds: Rds): Operations {
  return {
    ModifyDBClusterParameterGroup: async (input: ModifyDBClusterParameterGroupCommandInput) => ({
      DBClusterParameterGroupName: await modify(
        rds,
        'cluster',
        input.DBClusterParameterGroupName,
        input.Parameters,
      ),
    }),
    ModifyDBParameterGroup: async (input: ModifyDBParameterGroupCommandInput) => ({
      DBParameterGroupName: await modify(rds, 'instance', input.DBParameterGroupName, input.Parameters),
    }),
    ResetDBClusterParameterGroup: async (input: ResetDBClusterParameterGroupCommandInput) => ({
      DBClusterParameterGroupName: await reset(rds, 'cluster', input.DBClusterParameterGroupName, input),
    }),
    ResetDBParameterGroup: async (input: ResetDBParameterGroupCommandInput) => ({
      DBParameterGroupName: await reset(rds, 'instance', input.DBParameterGroupName, input),
    }),
    DescribeDBClusterParameters: (input: DescribeDBClusterParametersCommandInput) => ({
      Parameters: describe(findGroup(rds, 'cluster', input.DBClusterParameterGroupName)),
    }),
    DescribeDBParameters: (input: DescribeDBParametersCommandInput) => ({
      Parameters: describe(findGroup(rds, 'instance', input.DBParameterGroupName)),
    }),
  };
}

function findGroup(rds: Rds, kind: Kind, name: string | undefined): ParameterGroupRecord {
  const record = rds.records.parameterGroups.get(`${kind}/${(name ?? '').toLowerCase()}`);
  if (record) return record;
  throw fault('DBParameterGroupNotFound', `DBParameterGroup not found: ${name}`);
}

async function modify(
  rds: Rds,
  kind: Kind,
  name: string | undefined,
  parameters: readonly Parameter[] | undefined,
): Promise<string> {
  const group = findGroup(rds, kind, name);
  const changed: Record<string, string> = {};
  const kept: string[] = [];
  for (const { ParameterName = '', ParameterValue = '' } of parameters ?? []) {
    const found = parameterFate(ParameterName, ParameterValue);
    if (found.fate === 'refused')
      throw fault(
        'InvalidParameterValue',
        `Invalid parameter value: ${ParameterValue} for: ${ParameterName} allowed values are: ${found.allowed}`,
      );
    if (found.fate === 'kept') kept.push(`${ParameterName}=${ParameterValue} (${found.because})`);
    changed[ParameterName] = ParameterValue;
  }
  const atOnce = (parameters ?? []).some((parameter) => parameter.ApplyMethod !== 'pending-reboot');
  await keep(rds, kind, { ...group, parameters: { ...group.parameters, ...changed } }, atOnce);
  if (kept.length > 0)
    rds.context.journal.record({
      event: 'parameter-group.kept',
      subject: group.name,
      because: `these parameters are kept and reach no server: ${kept.join(', ')}`,
    });
  return group.name;
}

async function reset(
  rds: Rds,
  kind: Kind,
  name: string | undefined,
  input: {
    readonly ResetAllParameters?: boolean | undefined;
    readonly Parameters?: readonly Parameter[] | undefined;
  },
): Promise<string> {
  const group = findGroup(rds, kind, name);
  const gone = new Set((input.Parameters ?? []).map((parameter) => parameter.ParameterName));
  const left = Object.entries(group.parameters).filter(
    ([parameter]) => !input.ResetAllParameters && !gone.has(parameter),
  );
  await keep(rds, kind, { ...group, parameters: Object.fromEntries(left) }, true);
  return group.name;
}

async function keep(rds: Rds, kind: Kind, group: ParameterGroupRecord, atOnce: boolean): Promise<void> {
  rds.records.parameterGroups.put(`${kind}/${group.name}`, group);
  if (atOnce) await applyParameters(rds);
}

function describe(group: ParameterGroupRecord): Parameter[] {
  return Object.entries(group.parameters).map(([ParameterName, ParameterValue]) => ({
    ParameterName,
    ParameterValue,
    Source: 'user',
    IsModifiable: true,
    ApplyType: parameterFate(ParameterName, ParameterValue).fate === 'set' ? 'dynamic' : 'static',
  }));
}

/** What an instance's server is to be told, by the records. */
export function settingsFor(rds: Rds, identifier: string): readonly Setting[] {
  const { instances, clusters, parameterGroups } = rds.records;
  const instance = instances.get(identifier);
  const cluster = instance && clusters.get(instance.clusterIdentifier);
  const parametersOf = (kind: Kind, name: string | undefined) =>
    parameterGroups.get(`${kind}/${(name ?? '').toLowerCase()}`)?.parameters ?? {};
  return settingsOf({
    clusterParameters: parametersOf('cluster', cluster?.parameterGroup),
    instanceParameters: parametersOf('instance', instance?.parameterGroup),
    instanceClass: instance?.instanceClass ?? '',
    capacity: cluster?.capacity,
  });
}

/** Tells every server that runs what has changed for it; those that do not run hear of it when they start. */
export async function applyParameters(rds: Rds): Promise<void> {
  const instances = [...rds.clusters.values()].flatMap((cluster) => [...cluster.instances.values()]);
  await Promise.all(
    instances
      .filter((instance) => instance.server.running)
      .map((instance) =>
        tell(rds, instance).catch((error: unknown) =>
          rds.context.journal.record({
            event: 'instance.parameters-failed',
            subject: instance.identifier,
            because: `${reasonOf(error)}; they are set when it starts again`,
          }),
        ),
      ),
  );
}

async function tell(rds: Rds, instance: Instance): Promise<void> {
  const wanted = settingsFor(rds, instance.identifier);
  const settingOf = (settings: readonly Setting[], variable: string): string | undefined =>
    settings.find((setting) => setting.variable === variable)?.value;
  const before = instance.settings;
  instance.settings = wanted;
  const sql = instance.server.sql('upkeep');
  // Names are the table's own, never the caller's.
  for (const { variable, value } of wanted)
    if (settingOf(before, variable) !== value)
      await sql.query(`SET GLOBAL ${variable}=?`, [/^[\d.]+$/.test(value) ? Number(value) : value]);
  for (const { variable } of before)
    if (settingOf(wanted, variable) === undefined) await sql.query(`SET GLOBAL ${variable}=DEFAULT`);
}
