/** A health check's state as facts: for GetHealthCheckStatus, the CLI and the console. */
import type { Json } from '../contract.ts';
import type { HealthBoard } from './health-board.ts';

/** What GetHealthCheckStatus is made of: one observation a checker. */
export interface CheckerObservation {
  readonly region: string;
  readonly status: string;
  readonly checkedAtMs: number;
}

export function statusAnswer(board: HealthBoard, id: string): Json {
  const state = board.state(id);
  const endpoint = state?.endpoint;
  if (!endpoint) return { id, observations: [] };
  const observations = endpoint.checkers.map((checker, n) => ({
    region: endpoint.regions[n] ?? '',
    status: checker.last
      ? `${checker.last.ok ? 'Success' : 'Failure'}: ${checker.last.because}`
      : 'Success: not checked yet',
    checkedAtMs: checker.last?.atMs ?? state.sinceMs,
  }));
  return { id, observations };
}

export function statusOf(board: HealthBoard, id: string): Json {
  const state = board.state(id);
  if (!state) return null;
  const { document, verdict, sinceMs, endpoint, children } = state;
  const { config } = document;
  return {
    id,
    name: document.name ?? null,
    type: config.Type ?? '',
    target:
      config.FullyQualifiedDomainName ??
      config.IPAddress ??
      (config.AlarmIdentifier ? `${config.AlarmIdentifier.Name} in ${config.AlarmIdentifier.Region}` : null),
    healthy: verdict.healthy,
    because: verdict.because,
    sinceMs,
    ...(endpoint && {
      checkers: {
        healthy: endpoint.checkers.filter((checker) => checker.healthy).length,
        total: endpoint.checkers.length,
        last: endpoint.checkers.map((checker, n) => ({
          region: endpoint.regions[n] ?? '',
          healthy: checker.healthy,
          because: checker.last?.because ?? 'not checked yet',
        })),
      },
    }),
    ...(children.length > 0 && { children: children.map((child) => ({ ...child })) }),
  };
}
