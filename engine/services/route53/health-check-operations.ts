/** What a caller may ask about health checks, and tags of both kinds of resource. */
import { randomUUID } from 'node:crypto';
import type {
  ChangeTagsForResourceCommandInput,
  ChangeTagsForResourceCommandOutput,
  CreateHealthCheckCommandInput,
  CreateHealthCheckCommandOutput,
  DeleteHealthCheckCommandInput,
  DeleteHealthCheckCommandOutput,
  GetHealthCheckCommandInput,
  GetHealthCheckCommandOutput,
  GetHealthCheckStatusCommandInput,
  GetHealthCheckStatusCommandOutput,
  HealthCheck,
  HealthCheckConfig,
  ListHealthChecksCommandInput,
  ListHealthChecksCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  UpdateHealthCheckCommandInput,
  UpdateHealthCheckCommandOutput,
} from '@aws-sdk/client-route-53';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import { configProblem, withDefaults } from './health-check-config.ts';
import type { CheckerObservation } from './health-status.ts';
import type { HealthCheckRecord } from './model.ts';
import type { Records } from './records.ts';
import { bareId } from './zone-operations.ts';

/** Route 53 says where a checker asks from; these stand for its address ranges. */
const CHECKER_ADDRESS = '127.0.0.1';

export function healthCheckOperations(records: Records): Operations {
  const { context, healthChecks } = records;
  const find = (given: string | undefined): HealthCheckRecord => {
    const check = healthChecks.get(bareId(given));
    if (!check)
      throw new AwsError('NoSuchHealthCheck', `A health check with id ${bareId(given)} does not exist.`, 404);
    return check;
  };
  const checked = (config: HealthCheckConfig): HealthCheckConfig => {
    const problem = configProblem(config);
    if (problem) throw new AwsError('InvalidInput', `Invalid health check: ${problem}.`);
    const missing = config.ChildHealthChecks?.find((id) => !healthChecks.get(id));
    if (missing) throw new AwsError('InvalidInput', `Invalid health check: child ${missing} does not exist.`);
    return config;
  };
  return {
    CreateHealthCheck: (input: CreateHealthCheckCommandInput): Output<CreateHealthCheckCommandOutput> => {
      const config = checked(withDefaults(input.HealthCheckConfig as HealthCheckConfig));
      const before = healthChecks.values().find((check) => check.callerReference === input.CallerReference);
      if (before && JSON.stringify(before.config) !== JSON.stringify(config))
        throw new AwsError(
          'HealthCheckAlreadyExists',
          'A health check with the same caller reference but other settings exists.',
          409,
        );
      const check: HealthCheckRecord = before ?? {
        id: randomUUID(),
        callerReference: input.CallerReference ?? '',
        config,
        version: 1,
        tags: {},
        createdMs: context.clock.now(),
      };
      if (!before) records.putHealthCheck(check);
      return {
        HealthCheck: described(check),
        Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`,
      };
    },
    GetHealthCheck: (input: GetHealthCheckCommandInput): Output<GetHealthCheckCommandOutput> => ({
      HealthCheck: described(find(input.HealthCheckId)),
    }),
    UpdateHealthCheck: (input: UpdateHealthCheckCommandInput): Output<UpdateHealthCheckCommandOutput> => {
      const check = find(input.HealthCheckId);
      if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== check.version)
        throw new AwsError(
          'HealthCheckVersionMismatch',
          `The health check has version ${check.version}, not ${input.HealthCheckVersion}.`,
          409,
        );
      const { HealthCheckId: _id, HealthCheckVersion: _version, ResetElements, ...changes } = input;
      const kept: Record<string, unknown> = { ...check.config };
      for (const element of ResetElements ?? []) delete kept[element];
      const config = checked({ ...kept, ...defined(changes), Type: check.config.Type });
      const updated = { ...check, config, version: check.version + 1 };
      records.putHealthCheck(updated);
      return { HealthCheck: described(updated) };
    },
    DeleteHealthCheck: (input: DeleteHealthCheckCommandInput): Output<DeleteHealthCheckCommandOutput> => {
      const { id } = find(input.HealthCheckId);
      const parent = healthChecks.values().find((check) => check.config.ChildHealthChecks?.includes(id));
      if (parent)
        throw new AwsError('HealthCheckInUse', `Health check ${id} is a child of health check ${parent.id}.`);
      records.deleteHealthCheck(id);
      return {};
    },
    ListHealthChecks: (input: ListHealthChecksCommandInput): Output<ListHealthChecksCommandOutput> => {
      const limit = input.MaxItems ?? 100;
      const all = [...healthChecks.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      const from = Math.max(
        0,
        all.findIndex((check) => check.id === input.Marker),
      );
      const next = all[from + limit];
      return {
        HealthChecks: all.slice(from, from + limit).map(described),
        Marker: input.Marker ?? '',
        MaxItems: limit,
        IsTruncated: next !== undefined,
        ...(next && { NextMarker: next.id }),
      };
    },
    GetHealthCheckStatus: async (
      input: GetHealthCheckStatusCommandInput,
    ): Promise<Output<GetHealthCheckStatusCommandOutput>> => {
      const { id, config } = find(input.HealthCheckId);
      if (config.Type === 'CALCULATED' || config.Type === 'CLOUDWATCH_METRIC')
        throw new AwsError(
          'InvalidInput',
          `GetHealthCheckStatus is not for health checks of type ${config.Type}.`,
        );
      const answer = await context.ask('route53', 'health-check-status', { id });
      const { observations } = answer as unknown as { readonly observations: readonly CheckerObservation[] };
      return {
        HealthCheckObservations: observations.map(({ region, status, checkedAtMs }) => ({
          Region: region as 'us-east-1',
          IPAddress: CHECKER_ADDRESS,
          StatusReport: { Status: status, CheckedTime: new Date(checkedAtMs) },
        })),
      };
    },
    ChangeTagsForResource: (
      input: ChangeTagsForResourceCommandInput,
    ): Output<ChangeTagsForResourceCommandOutput> => {
      const change = (before: Readonly<Record<string, string>>): Record<string, string> => {
        const tags: Record<string, string> = { ...before };
        for (const key of input.RemoveTagKeys ?? []) delete tags[key];
        for (const { Key, Value } of input.AddTags ?? []) tags[Key ?? ''] = Value ?? '';
        return tags;
      };
      const zone = input.ResourceType === 'hostedzone' ? zoneOf(records, input.ResourceId) : undefined;
      if (zone) records.putZone({ ...zone, tags: change(zone.tags) });
      else {
        const check = find(input.ResourceId);
        records.putHealthCheck({ ...check, tags: change(check.tags) });
      }
      return {};
    },
    ListTagsForResource: (
      input: ListTagsForResourceCommandInput,
    ): Output<ListTagsForResourceCommandOutput> => {
      const zone = input.ResourceType === 'hostedzone' ? zoneOf(records, input.ResourceId) : undefined;
      const { tags } = zone ?? find(input.ResourceId);
      return {
        ResourceTagSet: {
          ResourceType: input.ResourceType,
          ResourceId: input.ResourceId,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        },
      };
    },
  };
}

function zoneOf(records: Records, given: string | undefined): ReturnType<Records['zones']['get']> {
  const zone = records.zones.get(bareId(given));
  if (!zone) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${bareId(given)}`, 404);
  return zone;
}

function described(check: HealthCheckRecord): HealthCheck {
  return {
    Id: check.id,
    CallerReference: check.callerReference,
    HealthCheckConfig: check.config,
    HealthCheckVersion: check.version,
  };
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
