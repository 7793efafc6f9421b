/** What a caller may ask of Elastic Load Balancing: each noun's operations, and tags of all of them. */
import type {
  AddTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  RemoveTagsCommandInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext, Table } from '../contract.ts';
import { listenerOperations } from './listeners.ts';
import { loadBalancerOperations, type Running } from './load-balancers.ts';
import type { Records } from './model.ts';
import { ruleOperations } from './rules.ts';
import { targetGroupOperations } from './target-groups.ts';
import { type HealthOf, targetOperations } from './targets.ts';

export function createOperations(
  context: ServiceContext,
  records: Records,
  running: Running,
  healthOf: HealthOf,
): Operations {
  return {
    ...loadBalancerOperations(context, records, running),
    ...targetGroupOperations(context, records, running),
    ...targetOperations(context, records, running, healthOf),
    ...listenerOperations(context, records, running),
    ...ruleOperations(context, records, running),
    AddTags: (input: AddTagsCommandInput) => {
      for (const arn of input.ResourceArns ?? [])
        setTags(records, arn, (tags) => merged(tags, input.Tags ?? []));
      return {};
    },
    RemoveTags: (input: RemoveTagsCommandInput) => {
      const removed = new Set(input.TagKeys);
      for (const arn of input.ResourceArns ?? [])
        setTags(records, arn, (tags) => tags.filter((tag) => !removed.has(tag.Key ?? '')));
      return {};
    },
    DescribeTags: (input: DescribeTagsCommandInput): Output<DescribeTagsCommandOutput> => ({
      TagDescriptions: (input.ResourceArns ?? []).map((arn) => ({
        ResourceArn: arn,
        Tags: [...taggedRecord(records, arn).tags],
      })),
    }),
  };
}

interface Tagged {
  readonly tags: readonly Tag[];
}

function tableOf(records: Records, arn: string): { readonly table: Table<Tagged>; readonly missing: string } {
  const kind = /^arn:aws:elasticloadbalancing:[^:]+:[^:]+:([a-z-]+)\//.exec(arn)?.[1];
  const { loadBalancers, targetGroups, listeners, rules } = records;
  if (kind === 'targetgroup') return { table: targetGroups as Table<Tagged>, missing: 'TargetGroupNotFound' };
  if (kind === 'listener') return { table: listeners as Table<Tagged>, missing: 'ListenerNotFound' };
  if (kind === 'listener-rule') return { table: rules as Table<Tagged>, missing: 'RuleNotFound' };
  return { table: loadBalancers as Table<Tagged>, missing: 'LoadBalancerNotFound' };
}

function taggedRecord(records: Records, arn: string): Tagged {
  const { table, missing } = tableOf(records, arn);
  const record = table.get(arn);
  if (!record) throw new AwsError(missing, `'${arn}' not found`);
  return record;
}

function setTags(records: Records, arn: string, change: (tags: readonly Tag[]) => readonly Tag[]): void {
  const record = taggedRecord(records, arn);
  tableOf(records, arn).table.put(arn, { ...record, tags: change(record.tags) });
}

export function merged(tags: readonly Tag[], added: readonly Tag[]): Tag[] {
  const names = new Set(added.map((tag) => tag.Key));
  return [...tags.filter((tag) => !names.has(tag.Key)), ...added];
}
