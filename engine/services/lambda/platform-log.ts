/**
 * The lines Lambda itself writes around an invocation, as text or as JSON by the function's log format.
 * Lambda Developer Guide, “Working with Lambda function logs” and “Telemetry API Event schema reference”.
 */
import type { Outcome } from './environment.ts';
import type { FunctionRecord } from './model.ts';

export function startLine(record: FunctionRecord, requestId: string, nowMs: number): string {
  return record.logFormat === 'JSON'
    ? platform(nowMs, 'platform.start', { requestId, version: '$LATEST' })
    : `START RequestId: ${requestId} Version: $LATEST`;
}

export function endLines(
  record: FunctionRecord,
  requestId: string,
  beganMs: number,
  endedMs: number,
  facts: { readonly outcome: Outcome; readonly initMs: number | undefined; readonly memoryMiB: number },
): readonly string[] {
  const durationMs = Math.round((endedMs - beganMs) * 100) / 100;
  const billedMs = Math.ceil(durationMs);
  const errorType = facts.outcome.ok ? undefined : errorTypeOf(facts.outcome.payload);
  if (record.logFormat === 'JSON')
    return [
      platform(endedMs, 'platform.report', {
        requestId,
        status: statusOf(errorType),
        ...(errorType ? { errorType } : {}),
        metrics: {
          durationMs,
          billedDurationMs: billedMs,
          memorySizeMB: record.memoryMiB,
          maxMemoryUsedMB: facts.memoryMiB,
          ...(facts.initMs === undefined ? {} : { initDurationMs: Math.round(facts.initMs) }),
        },
      }),
    ];
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${record.memoryMiB} MB`,
    `Max Memory Used: ${facts.memoryMiB} MB`,
    ...(facts.initMs === undefined ? [] : [`Init Duration: ${facts.initMs.toFixed(2)} ms`]),
    ...(errorType ? [`Status: ${statusOf(errorType)}`, `Error Type: ${errorType}`] : []),
  ];
  return [`END RequestId: ${requestId}`, report.join('\t')];
}

function errorTypeOf(payload: string): string {
  return (JSON.parse(payload) as { errorType?: string }).errorType ?? 'Error';
}

function statusOf(errorType: string | undefined): 'success' | 'timeout' | 'error' {
  if (errorType === undefined) return 'success';
  return errorType === 'Sandbox.Timedout' ? 'timeout' : 'error';
}

function platform(nowMs: number, type: string, record: object): string {
  return JSON.stringify({ time: new Date(nowMs).toISOString(), type, record });
}
