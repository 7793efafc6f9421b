// What CloudWatch learns from this task: one line in the embedded metric format every ten seconds, on
// standard output, from where the awslogs driver carries it (Amazon CloudWatch User Guide, "Embedded metric
// format specification"). Counting is cheap and in memory; a line is one reading, after which counts restart.

export interface RequestCounts {
  requests: number;
  /** Refused at once because of overload; they are no part of the latency, which they would embellish. */
  requestsShed: number;
  errors5xx: number;
  ordersAccepted: number;
  ordersReplayed: number;
  ordersRefused: number;
  latenciesMs: number[];
}

export interface Gauges {
  readonly region: string;
  readonly task: string | null;
  readonly writerRole: boolean;
  readonly lagMs: number | null;
}

export const metricsIntervalMs = 10_000;

const namespace = 'Understudy/Storefront';

/** The format allows a metric at most 100 values an event. */
const longestValues = 100;

export function noCounts(): RequestCounts {
  return {
    requests: 0,
    requestsShed: 0,
    errors5xx: 0,
    ordersAccepted: 0,
    ordersReplayed: 0,
    ordersRefused: 0,
    latenciesMs: [],
  };
}

export function emfLine(counts: RequestCounts, gauges: Gauges, nowMs: number): string {
  const counted = {
    Requests: counts.requests,
    RequestsShed: counts.requestsShed,
    Errors5xx: counts.errors5xx,
    OrdersAccepted: counts.ordersAccepted,
    OrdersReplayed: counts.ordersReplayed,
    OrdersRefused: counts.ordersRefused,
  };
  const latency = counts.latenciesMs.length === 0 ? {} : { LatencyMs: spread(counts.latenciesMs) };
  const lag = gauges.lagMs === null ? {} : { HeartbeatLagMs: gauges.lagMs };
  const values = { ...counted, WriterRole: gauges.writerRole ? 1 : 0, ...latency, ...lag };
  return JSON.stringify({
    _aws: {
      Timestamp: Math.round(nowMs),
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [['Region']],
          Metrics: Object.keys(values).map((name) => ({ Name: name, Unit: unitOf(name) })),
        },
      ],
    },
    Region: gauges.region,
    Task: gauges.task,
    ...values,
  });
}

/** All values, or a hundred of them evenly spread over the sorted list, smallest and largest included. */
export function spread(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b).map((value) => Math.round(value * 1000) / 1000);
  if (sorted.length <= longestValues) return sorted;
  const step = (sorted.length - 1) / (longestValues - 1);
  return Array.from({ length: longestValues }, (_, index) => sorted[Math.round(index * step)]!);
}

function unitOf(name: string): string {
  if (name.endsWith('Ms')) return 'Milliseconds';
  return name === 'WriterRole' ? 'None' : 'Count';
}
