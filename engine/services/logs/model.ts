/** Log groups, streams and metric filters as they are kept; the events themselves are in files. */
export interface LogGroup {
  readonly name: string;
  readonly createdMs: number;
  readonly retentionInDays?: number;
}

export interface LogStream {
  readonly group: string;
  readonly name: string;
  readonly createdMs: number;
  readonly firstEventMs?: number;
  readonly lastEventMs?: number;
  readonly lastIngestionMs?: number;
}

export interface MetricFilter {
  readonly group: string;
  readonly name: string;
  readonly pattern: string;
  readonly createdMs: number;
  readonly transformations: readonly Transformation[];
}

export interface Transformation {
  readonly metricName: string;
  readonly metricNamespace: string;
  /** A number or a selector (`$.latency`). */
  readonly metricValue: string;
  readonly defaultValue?: number;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly unit?: string;
}

/** Days AWS offers: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const retentionDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
