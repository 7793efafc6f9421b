/** What a deployment tells while it runs, made for a terminal: one event per change of a resource's state. */
import type { ResourceStatus } from './records.ts';

export interface ProgressEvent {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly status: ResourceStatus | 'UNCHANGED';
  /** What a long step is waiting for, in words. */
  readonly waitingFor?: string;
  readonly reason?: string;
  /** Resources of this operation that are finished, and all of them. */
  readonly done: number;
  readonly total: number;
}

export type OnProgress = (event: ProgressEvent) => void;

/** Counts what is finished: a resource once, whatever happens to it. */
export function progressReporter(
  stack: string,
  total: number,
  onProgress: OnProgress,
): (event: Pick<ProgressEvent, 'logicalId' | 'type' | 'status' | 'waitingFor' | 'reason'>) => void {
  const finished = new Set<string>();
  return (event) => {
    if (!event.status.endsWith('_IN_PROGRESS')) finished.add(event.logicalId);
    onProgress({
      stack,
      ...event,
      done: Math.min(finished.size, total),
      total: Math.max(total, finished.size),
    });
  };
}
