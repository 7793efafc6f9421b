/** EventBridge's actions on rules, targets and events. */
import type {
  DeleteRuleCommandInput,
  DescribeRuleCommandInput,
  DescribeRuleCommandOutput,
  ListRulesCommandInput,
  ListRulesCommandOutput,
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput,
  PutEventsCommandInput,
  PutEventsCommandOutput,
  PutRuleCommandInput,
  PutRuleCommandOutput,
  PutTargetsCommandInput,
  PutTargetsCommandOutput,
  RemoveTargetsCommandInput,
  TestEventPatternCommandInput,
} from '@aws-sdk/client-eventbridge';
import { parseSchedule, ScheduleError } from '../../time/schedule-expression.ts';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { refusal } from '../delivery.ts';
import type { EventRecords, RuleRecord } from './model.ts';
import { compile, matches, PatternError } from './pattern.ts';
import type { Runtime } from './runtime.ts';

export function createOperations(
  context: ServiceContext,
  records: EventRecords,
  runtime: Runtime,
): Operations {
  const find = (name: string | undefined, bus: string | undefined): RuleRecord => {
    checkBus(bus);
    const rule = records.rules.get(name ?? '');
    if (!rule)
      throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
    return rule;
  };
  const write = (rule: RuleRecord): void => {
    records.rules.put(rule.name, rule);
    runtime.plan(rule.name);
  };
  return {
    PutRule: (input: PutRuleCommandInput): Output<PutRuleCommandOutput> => {
      checkBus(input.EventBusName);
      const rule = ruleOf(context, input, records.rules.get(input.Name ?? ''));
      write(rule);
      return { RuleArn: rule.arn };
    },
    DeleteRule: (input: DeleteRuleCommandInput) => {
      const rule = records.rules.get(input.Name ?? '');
      if (rule && rule.targets.length > 0 && !input.Force)
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      records.rules.delete(input.Name ?? '');
      runtime.plan(input.Name ?? '');
      return {};
    },
    DescribeRule: (input: DescribeRuleCommandInput): Output<DescribeRuleCommandOutput> => ({
      ...describe(find(input.Name, input.EventBusName)),
      CreatedBy: context.account,
    }),
    ListRules: (input: ListRulesCommandInput): Output<ListRulesCommandOutput> => ({
      Rules: records.rules
        .values()
        .filter((rule) => rule.name.startsWith(input.NamePrefix ?? ''))
        .map(describe),
    }),
    EnableRule: (input: DescribeRuleCommandInput) => {
      write({ ...find(input.Name, input.EventBusName), state: 'ENABLED' });
      return {};
    },
    DisableRule: (input: DescribeRuleCommandInput) => {
      write({ ...find(input.Name, input.EventBusName), state: 'DISABLED' });
      return {};
    },
    PutTargets: (input: PutTargetsCommandInput): Output<PutTargetsCommandOutput> => {
      const rule = find(input.Rule, input.EventBusName);
      const added = input.Targets ?? [];
      for (const target of added) {
        const why = refusal(target.Arn ?? '');
        if (why) throw new AwsError('ValidationException', `Rule ${rule.name}: ${why}.`);
      }
      const kept = rule.targets.filter((old) => !added.some((target) => target.Id === old.Id));
      write({ ...rule, targets: [...kept, ...added] });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: (input: RemoveTargetsCommandInput) => {
      const rule = find(input.Rule, input.EventBusName);
      write({ ...rule, targets: rule.targets.filter((target) => !input.Ids?.includes(target.Id!)) });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: (input: ListTargetsByRuleCommandInput): Output<ListTargetsByRuleCommandOutput> => ({
      Targets: [...find(input.Rule, input.EventBusName).targets],
    }),
    PutEvents: (input: PutEventsCommandInput): Output<PutEventsCommandOutput> => {
      const entries = (input.Entries ?? []).map((entry) => {
        const problem = problemOf(entry);
        if (problem) return { ErrorCode: 'MalformedDetail', ErrorMessage: problem };
        const event = runtime.envelope({
          source: entry.Source!,
          'detail-type': entry.DetailType!,
          resources: entry.Resources ?? [],
          detail: JSON.parse(entry.Detail!),
        });
        runtime.publish(event);
        return { EventId: event.id };
      });
      return {
        FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length,
        Entries: entries,
      };
    },
    TestEventPattern: (input: TestEventPatternCommandInput) => ({
      Result: valid(() => matches(JSON.parse(input.EventPattern ?? ''), JSON.parse(input.Event ?? ''))),
    }),
  };
}

function checkBus(name: string | undefined): void {
  const bus = (name ?? 'default').slice((name ?? 'default').lastIndexOf('/') + 1);
  if (bus !== 'default')
    throw new AwsError(
      'ResourceNotFoundException',
      `Event bus ${bus} does not exist: only the default one does here.`,
    );
}

function ruleOf(
  context: ServiceContext,
  input: PutRuleCommandInput,
  before: RuleRecord | undefined,
): RuleRecord {
  const { ScheduleExpression: schedule, EventPattern: pattern } = input;
  if (!schedule && !pattern)
    throw new AwsError(
      'ValidationException',
      'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    );
  if (schedule) {
    if (!valid(() => parseSchedule(schedule).kind !== 'at'))
      throw new AwsError(
        'ValidationException',
        'Parameter ScheduleExpression is not valid: at() is for schedules, not rules.',
      );
  }
  if (pattern) valid(() => compile(JSON.parse(pattern)));
  return {
    name: input.Name!,
    arn: `arn:aws:events:${context.region}:${context.account}:rule/${input.Name}`,
    description: input.Description ?? '',
    state: input.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    ...(schedule ? { scheduleExpression: schedule } : {}),
    ...(pattern ? { eventPattern: pattern } : {}),
    ...(input.RoleArn ? { roleArn: input.RoleArn } : {}),
    targets: before?.targets ?? [],
    createdAtMs: before?.scheduleExpression === schedule && before ? before.createdAtMs : context.clock.now(),
  };
}

/** Runs a check whose complaints are the caller's mistakes. */
function valid<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof ScheduleError)
      throw new AwsError(
        'ValidationException',
        `Parameter ScheduleExpression is not valid: ${error.message}.`,
      );
    if (error instanceof PatternError || error instanceof SyntaxError)
      throw new AwsError('InvalidEventPatternException', error.message);
    throw error;
  }
}

function problemOf(entry: {
  Source?: string | undefined;
  DetailType?: string | undefined;
  Detail?: string | undefined;
}): string | undefined {
  if (!entry.Source || !entry.DetailType || !entry.Detail)
    return 'Source, DetailType and Detail are required.';
  try {
    const detail: unknown = JSON.parse(entry.Detail);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail)
      ? undefined
      : 'Detail is malformed: it must be a JSON object.';
  } catch {
    return 'Detail is malformed.';
  }
}

function describe(rule: RuleRecord): NonNullable<ListRulesCommandOutput['Rules']>[number] {
  return {
    Name: rule.name,
    Arn: rule.arn,
    State: rule.state,
    Description: rule.description,
    EventBusName: 'default',
    ...(rule.scheduleExpression ? { ScheduleExpression: rule.scheduleExpression } : {}),
    ...(rule.eventPattern ? { EventPattern: rule.eventPattern } : {}),
    ...(rule.roleArn ? { RoleArn: rule.roleArn } : {}),
  };
}
