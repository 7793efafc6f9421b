/** One health check: a GET on a connection of its own. What it means is decided in target-health.ts. */
import { type Destination, ExchangeError, fetchUpstream, type Pool } from '../../network/http/index.ts';
import type { HealthCheckSettings } from './model.ts';
import type { CheckOutcome } from './target-health.ts';

/** `pool` must keep no idle connections: every check makes a new one. */
export async function checkTarget(
  pool: Pool,
  to: Destination,
  hostHeader: string,
  settings: HealthCheckSettings,
): Promise<CheckOutcome> {
  const limitMs = settings.timeoutSeconds * 1000;
  const aborter = new AbortController();
  const timer = pool.clock.after(limitMs, () => aborter.abort());
  try {
    const response = await fetchUpstream(
      pool,
      to,
      {
        method: 'GET',
        target: settings.path,
        headers: ['Host', hostHeader, 'Connection', 'close', 'User-Agent', 'ELB-HealthChecker/2.0'],
      },
      { connectMs: limitMs, headMs: limitMs, bodyMs: limitMs },
      aborter.signal,
    );
    response.body.discard();
    return { kind: 'answered', status: response.status };
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    const { kind, because } = error.failure;
    const timedOut = aborter.signal.aborted || kind === 'connect-timeout' || kind === 'head-timeout';
    return timedOut ? { kind: 'timed-out' } : { kind: 'failed', because };
  } finally {
    timer.stop();
  }
}
