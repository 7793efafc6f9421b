/** GetLogEvents and FilterLogEvents. Tokens are event numbers, so they hold while events come and go. */
import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Output } from '../../wire/types.ts';
import { type Archive, groupNameOf, refuse } from './archive.ts';
import { type Matcher, parseFilterPattern } from './filter-pattern.ts';
import type { LogEvent } from './stream-files.ts';

const LIMIT = 10_000;

export function getLogEvents(
  archive: Archive,
  input: GetLogEventsCommandInput,
): Output<GetLogEventsCommandOutput> {
  const group = groupNameOf(input.logGroupName, input.logGroupIdentifier);
  const stream = archive.stream(group, input.logStreamName ?? '').name;
  const { startTime = 0, endTime = Number.POSITIVE_INFINITY, limit = LIMIT } = input;
  const all = archive
    .files(group, stream)
    .read()
    .filter(({ t }) => t >= startTime && t < endTime);
  const token = input.nextToken === undefined ? undefined : /^([fb])\/(\d{1,15})$/.exec(input.nextToken);
  if (token === null) throw refuse(`nextToken is not one of ours: ${input.nextToken}`);
  const at = Number(token?.[2] ?? 0);
  const forward = token ? token[1] === 'f' : input.startFromHead === true;
  const eligible = !token ? all : forward ? all.filter(({ n }) => n >= at) : all.filter(({ n }) => n < at);
  const page = forward ? eligible.slice(0, limit) : eligible.slice(-limit);
  const [first, last] = [page[0], page.at(-1)];
  return {
    events: page.map(({ t, i, m }) => ({ timestamp: t, ingestionTime: i, message: m })),
    // An empty page answers the token it was asked with: that is how a reader knows the end.
    nextForwardToken: `f/${last ? last.n + 1 : at}`,
    nextBackwardToken: `b/${first ? first.n : at}`,
  };
}

export function filterLogEvents(
  archive: Archive,
  input: FilterLogEventsCommandInput,
): Output<FilterLogEventsCommandOutput> {
  const group = groupNameOf(input.logGroupName, input.logGroupIdentifier);
  archive.group(group);
  const { startTime = 0, endTime = Number.POSITIVE_INFINITY, limit = LIMIT } = input;
  const matches = matcher(input.filterPattern ?? '');
  const streams = archive
    .streams(group)
    .filter(
      ({ name }) =>
        (input.logStreamNames === undefined || input.logStreamNames.includes(name)) &&
        name.startsWith(input.logStreamNamePrefix ?? ''),
    );
  const found = streams.flatMap(({ name }) =>
    archive
      .files(group, name)
      .read()
      .filter(({ t, m }) => t >= startTime && t <= endTime && matches(m))
      .map((event) => ({ event, name })),
  );
  found.sort((a, b) => a.event.t - b.event.t || a.event.n - b.event.n);
  const from = Number(input.nextToken ?? 0);
  if (!Number.isInteger(from)) throw refuse(`nextToken is not one of ours: ${input.nextToken}`);
  return {
    events: found.slice(from, from + limit).map(({ event, name }) => ({
      logStreamName: name,
      timestamp: event.t,
      message: event.m,
      ingestionTime: event.i,
      eventId: eventId(event),
    })),
    searchedLogStreams: [],
    ...(found.length > from + limit ? { nextToken: String(from + limit) } : {}),
  };
}

function matcher(pattern: string): Matcher {
  try {
    return parseFilterPattern(pattern);
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

function eventId({ t, n }: LogEvent): string {
  return `${String(t).padStart(15, '0')}${String(n).padStart(21, '0')}`;
}
