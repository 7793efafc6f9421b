/** Rules of listeners: conditions and actions by priority; the default is the listener's own. */
import type {
  CreateRuleCommandInput,
  CreateRuleCommandOutput,
  DeleteRuleCommandInput,
  DescribeRulesCommandInput,
  DescribeRulesCommandOutput,
  ModifyRuleCommandInput,
  ModifyRuleCommandOutput,
  Rule,
  SetRulePrioritiesCommandInput,
  SetRulePrioritiesCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { checkedActions, checkedConditions } from './actions.ts';
import { invalid } from './attributes.ts';
import { listener } from './listeners.ts';
import { type Running, shortId } from './load-balancers.ts';
import type { ListenerRecord, Records, RuleRecord } from './model.ts';
import { page } from './pagination.ts';

export function ruleOperations(context: ServiceContext, records: Records, running: Running): Operations {
  const table = records.rules;
  const rulesOf = (listenerArn: string): RuleRecord[] =>
    table
      .values()
      .filter((rule) => rule.listenerArn === listenerArn)
      .sort((a, b) => a.priority - b.priority);
  return {
    CreateRule: async (input: CreateRuleCommandInput): Promise<Output<CreateRuleCommandOutput>> => {
      const owner = listener(records, input.ListenerArn);
      const priority = checkedPriority(input.Priority);
      const draft = {
        listenerArn: owner.arn,
        priority,
        conditions: checkedConditions(input.Conditions),
        actions: checkedActions(records, owner.protocol, input.Actions),
        tags: input.Tags ?? [],
      };
      const known = rulesOf(owner.arn).find((rule) => rule.priority === priority);
      if (known && JSON.stringify({ ...known, arn: '' }) !== JSON.stringify({ arn: '', ...draft }))
        throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
      const rule: RuleRecord = known ?? { arn: newRuleArn(records, owner, priority), ...draft };
      table.put(rule.arn, rule);
      await running.follow();
      return { Rules: [describeRule(rule)] };
    },
    DescribeRules: (input: DescribeRulesCommandInput): Output<DescribeRulesCommandOutput> => {
      if (input.RuleArns)
        return { Rules: input.RuleArns.map((arn) => describeRule(ruleRecord(records, arn))) };
      const owner = listener(records, input.ListenerArn);
      const all = [...rulesOf(owner.arn).map(describeRule), defaultRule(owner)];
      const { items, next } = page(all, input.Marker, input.PageSize);
      return { Rules: [...items], ...(next && { NextMarker: next }) };
    },
    ModifyRule: async (input: ModifyRuleCommandInput): Promise<Output<ModifyRuleCommandOutput>> => {
      const rule = ruleRecord(records, input.RuleArn);
      const { protocol } = listener(records, rule.listenerArn);
      const changed: RuleRecord = {
        ...rule,
        conditions: input.Conditions ? checkedConditions(input.Conditions) : rule.conditions,
        actions: input.Actions ? checkedActions(records, protocol, input.Actions) : rule.actions,
      };
      table.put(rule.arn, changed);
      await running.follow();
      return { Rules: [describeRule(changed)] };
    },
    SetRulePriorities: async (
      input: SetRulePrioritiesCommandInput,
    ): Promise<Output<SetRulePrioritiesCommandOutput>> => {
      const changed = (input.RulePriorities ?? []).map((pair) => ({
        ...ruleRecord(records, pair.RuleArn),
        priority: checkedPriority(pair.Priority),
      }));
      for (const rule of changed) {
        const others = rulesOf(rule.listenerArn).map(
          (one) => changed.find((new_) => new_.arn === one.arn) ?? one,
        );
        if (others.some((one) => one.arn !== rule.arn && one.priority === rule.priority))
          throw new AwsError('PriorityInUse', `Priority '${rule.priority}' is currently in use`);
      }
      context.store.transaction(() => {
        for (const rule of changed) table.put(rule.arn, rule);
      });
      await running.follow();
      return { Rules: changed.map(describeRule) };
    },
    DeleteRule: async (input: DeleteRuleCommandInput) => {
      table.delete(ruleRecord(records, input.RuleArn).arn);
      await running.follow();
      return {};
    },
  };
}

function ruleRecord(records: Records, arn: string | undefined): RuleRecord {
  const found = records.rules.get(arn ?? '');
  if (!found) throw new AwsError('RuleNotFound', `Rule '${arn}' not found`);
  return found;
}

/** Follows from the priority, unless a rule that had it before still bears the name. */
function newRuleArn(records: Records, owner: ListenerRecord, priority: number): string {
  const base = owner.arn.replace(':listener/', ':listener-rule/');
  for (let attempt = 0; ; attempt++) {
    const arn = `${base}/${shortId(owner.arn, String(priority), String(attempt))}`;
    if (!records.rules.get(arn)) return arn;
  }
}

function checkedPriority(priority: number | undefined): number {
  if (priority !== undefined && priority >= 1 && priority <= 50_000) return priority;
  throw invalid(`A rule priority must be between 1 and 50000, found ${priority}`);
}

function describeRule(rule: RuleRecord): Rule {
  return {
    RuleArn: rule.arn,
    Priority: String(rule.priority),
    Conditions: [...rule.conditions],
    Actions: [...rule.actions],
    IsDefault: false,
  };
}

function defaultRule(owner: ListenerRecord): Rule {
  return {
    RuleArn: `${owner.arn.replace(':listener/', ':listener-rule/')}/${shortId(owner.arn, 'default')}`,
    Priority: 'default',
    Conditions: [],
    Actions: [...owner.defaultActions],
    IsDefault: true,
  };
}
