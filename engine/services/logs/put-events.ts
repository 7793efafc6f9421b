/**
 * PutLogEvents: events into the stream's files, and metrics out of them (embedded metrics and metric filters),
 * put to CloudWatch together.
 */
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { PutLogEventsCommandInput, PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import type { Archive } from './archive.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { filteredMetrics } from './metric-filters.ts';

const DAY_MS = 86_400_000;
const TOO_OLD_MS = 14 * DAY_MS;
const TOO_NEW_MS = 2 * 3_600_000;
const EVENTS_LIMIT = 10_000;
const BYTES_LIMIT = 1_048_576;
const EVENT_OVERHEAD = 26;
/** AWS's limit of one PutMetricData. */
const DATA_LIMIT = 1_000;

interface Event {
  readonly timestamp: number;
  readonly message: string;
}

export function putLogEvents(
  context: ServiceContext,
  archive: Archive,
  input: PutLogEventsCommandInput,
): Output<PutLogEventsCommandOutput> {
  const { logGroupName: groupName = '', logStreamName: streamName = '' } = input;
  const nowMs = Math.floor(context.clock.now());
  const group = archive.group(groupName);
  const stream = archive.stream(groupName, streamName);
  const events = (input.logEvents ?? []).map(
    ({ timestamp = nowMs, message = '' }): Event => ({ timestamp: Math.floor(timestamp), message }),
  );
  check(events);
  const oldest = nowMs - Math.min(TOO_OLD_MS, (group.retentionInDays ?? Number.POSITIVE_INFINITY) * DAY_MS);
  const tooOld = events.filter(({ timestamp }) => timestamp < oldest).length;
  const tooNew = events.filter(({ timestamp }) => timestamp > nowMs + TOO_NEW_MS).length;
  const kept = events.slice(tooOld, events.length - tooNew);
  const files = archive.files(groupName, streamName);
  files.append(kept.map(({ timestamp, message }) => ({ t: timestamp, i: nowMs, m: message })));
  const [first, last] = [kept[0], kept.at(-1)];
  if (first && last)
    archive.note({
      ...stream,
      firstEventMs: Math.min(stream.firstEventMs ?? first.timestamp, first.timestamp),
      lastEventMs: Math.max(stream.lastEventMs ?? last.timestamp, last.timestamp),
      lastIngestionMs: nowMs,
    });
  putMetrics(context, archive, groupName, kept, nowMs);
  return {
    nextSequenceToken: String(files.next()),
    ...(tooOld + tooNew > 0
      ? {
          rejectedLogEventsInfo: {
            ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
            ...(tooNew > 0 ? { tooNewLogEventStartIndex: events.length - tooNew } : {}),
          },
        }
      : {}),
  };
}

function check(events: readonly Event[]): void {
  const refuse = (message: string): never => {
    throw new AwsError('InvalidParameterException', message);
  };
  if (events.length === 0) refuse('logEvents must have 1 event or more');
  if (events.length > EVENTS_LIMIT)
    refuse(`logEvents may have ${EVENTS_LIMIT} events, found ${events.length}`);
  const bytes = events.reduce((total, { message }) => total + Buffer.byteLength(message) + EVENT_OVERHEAD, 0);
  if (bytes > BYTES_LIMIT) refuse(`Upload too large: ${bytes} bytes exceeds limit of ${BYTES_LIMIT}`);
  if (events.some(({ message }) => message === '')) refuse('message must have 1 character or more');
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0)))
    refuse('Log events in a single PutLogEvents request must be in chronological order.');
}

function putMetrics(
  context: ServiceContext,
  archive: Archive,
  group: string,
  events: readonly Event[],
  nowMs: number,
): void {
  // A guest's own clock may run at real speed while AWS time does not: then an event counts when it comes in.
  const stampOf = (timestamp: number | undefined): number | undefined =>
    context.clock.speed === 1 ? timestamp : nowMs;
  const extracted = [
    ...events.flatMap(({ message }) => embeddedMetrics(message, stampOf(undefined))),
    ...archive.filters
      .values()
      .filter((filter) => filter.group === group)
      .flatMap((filter) =>
        filteredMetrics(
          filter,
          events.map(({ timestamp, message }) => ({ atMs: stampOf(timestamp) ?? nowMs, message })),
        ),
      ),
  ];
  const byNamespace = new Map<string, MetricDatum[]>();
  for (const { namespace, data } of extracted)
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), ...data]);
  for (const [Namespace, data] of byNamespace)
    for (let at = 0; at < data.length; at += DATA_LIMIT)
      context
        .invoke('cloudwatch', 'PutMetricData', { Namespace, MetricData: data.slice(at, at + DATA_LIMIT) })
        .catch((error: unknown) =>
          context.journal.record({
            event: 'metrics.refused',
            subject: group,
            because: error instanceof Error ? error.message : String(error),
            data: { namespace: Namespace },
          }),
        );
}
