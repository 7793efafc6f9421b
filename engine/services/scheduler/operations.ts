/** EventBridge Scheduler's actions on schedules and their groups. */
import type {
  CreateScheduleCommandInput,
  CreateScheduleCommandOutput,
  CreateScheduleGroupCommandInput,
  DeleteScheduleCommandInput,
  DeleteScheduleGroupCommandInput,
  GetScheduleCommandInput,
  GetScheduleCommandOutput,
  GetScheduleGroupCommandInput,
  GetScheduleGroupCommandOutput,
  ListScheduleGroupsCommandOutput,
  ListSchedulesCommandInput,
  ListSchedulesCommandOutput,
  UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { parseSchedule, ScheduleError } from '../../time/schedule-expression.ts';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { refusal } from '../delivery.ts';
import { type GroupRecord, type ScheduleRecord, type SchedulerRecords, scheduleKey } from './model.ts';
import type { Runtime } from './runtime.ts';

export function createOperations(
  context: ServiceContext,
  records: SchedulerRecords,
  runtime: Runtime,
): Operations {
  const find = (input: GetScheduleCommandInput): ScheduleRecord => {
    const found = records.schedules.get(scheduleKey(input.GroupName, input.Name));
    if (!found)
      throw new AwsError('ResourceNotFoundException', `Schedule ${input.Name} does not exist.`, 404);
    return found;
  };
  const groupOf = (name: string | undefined): GroupRecord => {
    const group = name === undefined || name === 'default' ? defaultGroup(context) : records.groups.get(name);
    if (!group)
      throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
    return group;
  };
  const write = (schedule: ScheduleRecord): Output<CreateScheduleCommandOutput> => {
    const key = scheduleKey(schedule.group, schedule.name);
    records.schedules.put(key, schedule);
    runtime.plan(key);
    return { ScheduleArn: schedule.arn };
  };
  return {
    CreateSchedule: (input: CreateScheduleCommandInput) => {
      groupOf(input.GroupName);
      if (records.schedules.get(scheduleKey(input.GroupName, input.Name)))
        throw new AwsError('ConflictException', `Schedule ${input.Name} already exists.`, 409);
      return write(scheduleOf(context, input, context.clock.now()));
    },
    UpdateSchedule: (input: UpdateScheduleCommandInput) =>
      write(scheduleOf(context, input, find(input).createdAtMs)),
    GetSchedule: (input: GetScheduleCommandInput): Output<GetScheduleCommandOutput> => describe(find(input)),
    DeleteSchedule: (input: DeleteScheduleCommandInput) => {
      find(input);
      records.schedules.delete(scheduleKey(input.GroupName, input.Name));
      runtime.plan(scheduleKey(input.GroupName, input.Name));
      return {};
    },
    ListSchedules: (input: ListSchedulesCommandInput): Output<ListSchedulesCommandOutput> => ({
      Schedules: records.schedules
        .values()
        .filter((one) => !input.GroupName || one.group === input.GroupName)
        .filter((one) => one.name.startsWith(input.NamePrefix ?? ''))
        .map((one) => ({
          Arn: one.arn,
          Name: one.name,
          GroupName: one.group,
          State: one.state,
          CreationDate: new Date(one.createdAtMs),
          LastModificationDate: new Date(one.modifiedAtMs),
          Target: { Arn: one.target.Arn },
        })),
    }),
    CreateScheduleGroup: (input: CreateScheduleGroupCommandInput) => {
      const name = input.Name!;
      const group = records.groups.get(name) ?? newGroup(context, name);
      records.groups.put(name, group);
      return { ScheduleGroupArn: group.arn };
    },
    GetScheduleGroup: (input: GetScheduleGroupCommandInput): Output<GetScheduleGroupCommandOutput> =>
      describeGroup(groupOf(input.Name)),
    ListScheduleGroups: (): Output<ListScheduleGroupsCommandOutput> => ({
      ScheduleGroups: [defaultGroup(context), ...records.groups.values()].map(describeGroup),
    }),
    DeleteScheduleGroup: (input: DeleteScheduleGroupCommandInput) => {
      const group = groupOf(input.Name);
      for (const schedule of records.schedules.values().filter((one) => one.group === group.name)) {
        records.schedules.delete(scheduleKey(schedule.group, schedule.name));
        runtime.plan(scheduleKey(schedule.group, schedule.name));
      }
      records.groups.delete(group.name);
      return {};
    },
  };
}

function newGroup(context: ServiceContext, name: string): GroupRecord {
  return {
    name,
    arn: `arn:aws:scheduler:${context.region}:${context.account}:schedule-group/${name}`,
    createdAtMs: context.clock.now(),
  };
}

function defaultGroup(context: ServiceContext): GroupRecord {
  return { ...newGroup(context, 'default'), createdAtMs: 0 };
}

function describeGroup(group: GroupRecord): Output<GetScheduleGroupCommandOutput> {
  return {
    Arn: group.arn,
    Name: group.name,
    State: 'ACTIVE',
    CreationDate: new Date(group.createdAtMs),
    LastModificationDate: new Date(group.createdAtMs),
  };
}

function scheduleOf(
  context: ServiceContext,
  input: CreateScheduleCommandInput,
  createdAtMs: number,
): ScheduleRecord {
  const group = input.GroupName ?? 'default';
  const timezone = input.ScheduleExpressionTimezone ?? 'UTC';
  checkExpression(input.ScheduleExpression ?? '', timezone);
  const why = refusal(input.Target?.Arn ?? '');
  if (why) throw new AwsError('ValidationException', `Schedule ${input.Name}: ${why}.`);
  const window = input.FlexibleTimeWindow;
  return {
    name: input.Name!,
    group,
    arn: `arn:aws:scheduler:${context.region}:${context.account}:schedule/${group}/${input.Name}`,
    description: input.Description ?? '',
    state: input.State ?? 'ENABLED',
    expression: input.ScheduleExpression!,
    timezone,
    ...(input.StartDate ? { startMs: input.StartDate.getTime() } : {}),
    ...(input.EndDate ? { endMs: input.EndDate.getTime() } : {}),
    flexibleWindow: {
      Mode: window?.Mode ?? 'OFF',
      ...(window?.MaximumWindowInMinutes === undefined
        ? {}
        : { MaximumWindowInMinutes: window.MaximumWindowInMinutes }),
    },
    target: input.Target!,
    deleteAfterCompletion: input.ActionAfterCompletion === 'DELETE',
    createdAtMs,
    modifiedAtMs: context.clock.now(),
  };
}

function checkExpression(expression: string, timezone: string): void {
  try {
    parseSchedule(expression);
    new Intl.DateTimeFormat('en-US', { timeZone: timezone });
  } catch (error) {
    if (error instanceof ScheduleError)
      throw new AwsError(
        'ValidationException',
        `Invalid Schedule Expression ${expression}: ${error.message}.`,
      );
    if (error instanceof RangeError)
      throw new AwsError('ValidationException', `The time zone ${timezone} is not valid.`);
    throw error;
  }
}

function describe(one: ScheduleRecord): Output<GetScheduleCommandOutput> {
  return {
    Arn: one.arn,
    Name: one.name,
    GroupName: one.group,
    Description: one.description,
    State: one.state,
    ScheduleExpression: one.expression,
    ScheduleExpressionTimezone: one.timezone,
    ...(one.startMs === undefined ? {} : { StartDate: new Date(one.startMs) }),
    ...(one.endMs === undefined ? {} : { EndDate: new Date(one.endMs) }),
    FlexibleTimeWindow: { ...one.flexibleWindow },
    Target: one.target,
    ActionAfterCompletion: one.deleteAfterCompletion ? 'DELETE' : 'NONE',
    CreationDate: new Date(one.createdAtMs),
    LastModificationDate: new Date(one.modifiedAtMs),
  };
}
