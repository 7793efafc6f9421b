/** The metrics of health checks, each minute, to us-east-1's CloudWatch: they exist nowhere else on AWS. */
import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { GlobalContext } from '../contract.ts';
import type { HealthBoard } from './health-board.ts';

const METRICS_REGION = 'us-east-1';

/** Best effort: while us-east-1 is away there is nobody to take them, as on AWS. */
export async function publishMetrics(
  context: Pick<GlobalContext, 'clock' | 'invoke'>,
  board: HealthBoard,
): Promise<void> {
  const MetricData = board.ids.flatMap((id) => metricsOf(board, id, new Date(context.clock.now())));
  if (MetricData.length === 0) return;
  await context.invoke<PutMetricDataCommandInput, unknown>(METRICS_REGION, 'cloudwatch', 'PutMetricData', {
    Namespace: 'AWS/Route53',
    MetricData,
  });
}

function metricsOf(board: HealthBoard, id: string, Timestamp: Date): MetricDatum[] {
  const state = board.state(id);
  if (!state) return [];
  const Dimensions = [{ Name: 'HealthCheckId', Value: id }];
  const common = { Dimensions, Timestamp };
  const data: MetricDatum[] = [
    { ...common, MetricName: 'HealthCheckStatus', Value: state.verdict.healthy ? 1 : 0, Unit: 'None' },
  ];
  const checkers = state.endpoint?.checkers ?? [];
  if (checkers.length > 0) {
    const healthy = checkers.filter((checker) => checker.healthy).length;
    const Value = (100 * healthy) / checkers.length;
    data.push({ ...common, MetricName: 'HealthCheckPercentageHealthy', Value, Unit: 'Percent' });
  }
  if (state.document.config.Type === 'CALCULATED')
    data.push({
      ...common,
      MetricName: 'ChildHealthCheckHealthyCount',
      Value: state.children.filter((child) => child.healthy).length,
      Unit: 'Count',
    });
  return data;
}
