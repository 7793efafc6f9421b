/**
 * Statistics of a bucket by AWS's names: SampleCount, Sum, Average, Minimum, Maximum and percentiles p0.0 to
 * p100. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
import { AwsError } from '../../wire/types.ts';
import type { Bucket } from './datapoints.ts';

export type Statistic = 'SampleCount' | 'Sum' | 'Average' | 'Minimum' | 'Maximum' | `p${number}`;

const PERCENTILE = /^p(100(?:\.0+)?|\d{1,2}(?:\.\d{1,10})?)$/;

export function parseStatistic(name: string): Statistic | undefined {
  switch (name) {
    case 'SampleCount':
    case 'Sum':
    case 'Average':
    case 'Minimum':
    case 'Maximum':
      return name;
    default:
      return PERCENTILE.test(name) ? (name as Statistic) : undefined;
  }
}

/** Undefined where the bucket cannot say: a percentile of statistic sets. */
export function statisticOf(bucket: Bucket, statistic: Statistic): number | undefined {
  switch (statistic) {
    case 'SampleCount':
      return bucket.count;
    case 'Sum':
      return bucket.sum;
    case 'Average':
      return bucket.count === 0 ? undefined : bucket.sum / bucket.count;
    case 'Minimum':
      return bucket.min;
    case 'Maximum':
      return bucket.max;
    default:
      return percentile(bucket, Number(statistic.slice(1)));
  }
}

function percentile(bucket: Bucket, percent: number): number | undefined {
  if (bucket.unknown > 0 || bucket.count === 0) return undefined;
  const rank = (percent / 100) * bucket.count;
  let passed = 0;
  for (const [value, count] of [...bucket.values].sort(([a], [b]) => a - b)) {
    passed += count;
    // Values may have been rounded; the extremes are known exactly.
    if (passed >= rank) return Math.min(Math.max(value, bucket.min), bucket.max);
  }
  return bucket.max;
}

export function checkPeriod(seconds: number): void {
  if (![1, 5, 10, 20, 30].includes(seconds) && (seconds < 60 || seconds % 60 !== 0))
    throw invalid(`Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds, found ${seconds}`);
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
