/** What a caller may ask about log groups, streams, events and metric filters. */
import type {
  CreateLogGroupCommandInput,
  CreateLogStreamCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogStreamsCommandInput,
  DescribeMetricFiltersCommandInput,
  PutLogEventsCommandInput,
  PutMetricFilterCommandInput,
  PutRetentionPolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsError, type Operations } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { type Archive, groupNameOf, notFound, refuse } from './archive.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import {
  type LogGroup,
  type LogStream,
  type MetricFilter,
  retentionDays,
  type Transformation,
} from './model.ts';
import { putLogEvents } from './put-events.ts';
import { filterLogEvents, getLogEvents } from './read-events.ts';

const PAGE = 50;

export function operations(context: ServiceContext, archive: Archive): Operations {
  const now = (): number => Math.floor(context.clock.now());
  const arnOf = (group: string): string =>
    `arn:aws:logs:${context.region}:${context.account}:log-group:${group}`;
  return {
    CreateLogGroup: ({ logGroupName: name = '' }: CreateLogGroupCommandInput) => {
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name))
        throw refuse(
          `logGroupName must be 1 to 512 letters, digits and ._-/#, found ${JSON.stringify(name)}`,
        );
      if (archive.groups.get(name)) throw exists('log group');
      archive.groups.put(name, { name, createdMs: now() });
      return {};
    },
    DeleteLogGroup: ({ logGroupName: name = '' }: CreateLogGroupCommandInput) => {
      archive.group(name);
      archive.deleteGroup(name);
      return {};
    },
    CreateLogStream: ({
      logGroupName: group = '',
      logStreamName: name = '',
    }: CreateLogStreamCommandInput) => {
      archive.group(group);
      if (!/^[^:*]{1,512}$/.test(name))
        throw refuse(
          `logStreamName must be 1 to 512 characters without : and *, found ${JSON.stringify(name)}`,
        );
      if (archive.streams(group).some((stream) => stream.name === name)) throw exists('log stream');
      archive.createStream(group, name, now());
      return {};
    },
    DeleteLogStream: ({
      logGroupName: group = '',
      logStreamName: name = '',
    }: CreateLogStreamCommandInput) => {
      archive.stream(group, name);
      archive.deleteStream(group, name);
      return {};
    },
    PutRetentionPolicy: ({ logGroupName: name = '', retentionInDays }: PutRetentionPolicyCommandInput) => {
      const group = archive.group(name);
      if (retentionInDays === undefined || !retentionDays.includes(retentionInDays))
        throw refuse(`retentionInDays must be one of ${retentionDays.join(', ')}, found ${retentionInDays}`);
      archive.groups.put(name, { ...group, retentionInDays });
      return {};
    },
    DeleteRetentionPolicy: ({ logGroupName = '' }: { logGroupName?: string }) => {
      const { name, createdMs } = archive.group(logGroupName);
      archive.groups.put(name, { name, createdMs });
      return {};
    },
    DescribeLogGroups: (input: DescribeLogGroupsCommandInput) => {
      const found = archive.groups
        .values()
        .filter(
          ({ name }) =>
            name.startsWith(input.logGroupNamePrefix ?? '') && name.includes(input.logGroupNamePattern ?? ''),
        );
      const page = pageOf(found, input.nextToken, input.limit);
      return {
        logGroups: page.items.map((group) => describeGroup(archive, group, arnOf(group.name))),
        ...page.next,
      };
    },
    DescribeLogStreams: (input: DescribeLogStreamsCommandInput) => {
      const group = groupNameOf(input.logGroupName, input.logGroupIdentifier);
      archive.group(group);
      const found = archive
        .streams(group)
        .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''));
      const byTime = input.orderBy === 'LastEventTime';
      found.sort((a, b) =>
        byTime ? (a.lastEventMs ?? a.createdMs) - (b.lastEventMs ?? b.createdMs) : a.name < b.name ? -1 : 1,
      );
      if (input.descending) found.reverse();
      const page = pageOf(found, input.nextToken, input.limit);
      return { logStreams: page.items.map((stream) => describeStream(stream, arnOf(group))), ...page.next };
    },
    PutLogEvents: (input: PutLogEventsCommandInput) => putLogEvents(context, archive, input),
    GetLogEvents: (input) => getLogEvents(archive, input),
    FilterLogEvents: (input) => filterLogEvents(archive, input),
    PutMetricFilter: (input: PutMetricFilterCommandInput) => {
      const { logGroupName: group = '', filterName: name = '', filterPattern: pattern = '' } = input;
      archive.group(group);
      try {
        parseFilterPattern(pattern);
      } catch (error) {
        throw refuse((error as Error).message);
      }
      const transformations = (input.metricTransformations ?? []) as readonly Transformation[];
      archive.filters.put(filterKey(group, name), {
        group,
        name,
        pattern,
        transformations,
        createdMs: now(),
      });
      return {};
    },
    DeleteMetricFilter: ({
      logGroupName: group = '',
      filterName: name = '',
    }: PutMetricFilterCommandInput) => {
      if (!archive.filters.get(filterKey(group, name))) throw notFound('metric filter');
      archive.filters.delete(filterKey(group, name));
      return {};
    },
    DescribeMetricFilters: (input: DescribeMetricFiltersCommandInput) => {
      const found = archive.filters
        .values()
        .filter(
          ({ group, name, transformations }) =>
            (input.logGroupName === undefined || group === input.logGroupName) &&
            name.startsWith(input.filterNamePrefix ?? '') &&
            (input.metricName === undefined ||
              transformations.some(({ metricName }) => metricName === input.metricName)),
        );
      const page = pageOf(found, input.nextToken, input.limit);
      return { metricFilters: page.items.map(describeFilter), ...page.next };
    },
  };
}

export function filterKey(group: string, name: string): string {
  return JSON.stringify([group, name]);
}

function exists(what: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);
}

function pageOf<T>(
  all: readonly T[],
  token: string | undefined,
  limit = PAGE,
): { readonly items: readonly T[]; readonly next: { readonly nextToken?: string } } {
  const from = Number(token ?? 0);
  if (!Number.isInteger(from)) throw refuse(`nextToken is not one of ours: ${token}`);
  const more = all.length > from + limit;
  return { items: all.slice(from, from + limit), next: more ? { nextToken: String(from + limit) } : {} };
}

function describeGroup(
  archive: Archive,
  { name, createdMs, retentionInDays }: LogGroup,
  arn: string,
): object {
  return {
    logGroupName: name,
    creationTime: createdMs,
    ...(retentionInDays === undefined ? {} : { retentionInDays }),
    metricFilterCount: archive.filters.values().filter(({ group }) => group === name).length,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: archive
      .streams(name)
      .reduce((total, stream) => total + archive.files(name, stream.name).bytes(), 0),
    logGroupClass: 'STANDARD',
  };
}

function describeStream(stream: LogStream, groupArn: string): object {
  return {
    logStreamName: stream.name,
    creationTime: stream.createdMs,
    firstEventTimestamp: stream.firstEventMs,
    lastEventTimestamp: stream.lastEventMs,
    lastIngestionTime: stream.lastIngestionMs,
    uploadSequenceToken: '0',
    arn: `${groupArn}:log-stream:${stream.name}`,
    storedBytes: 0,
  };
}

function describeFilter({ group, name, pattern, transformations, createdMs }: MetricFilter): object {
  return {
    filterName: name,
    filterPattern: pattern,
    metricTransformations: transformations,
    creationTime: createdMs,
    logGroupName: group,
  };
}
