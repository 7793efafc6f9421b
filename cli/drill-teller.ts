/**
 * A drill for a program that waits (the console's supervisor): a line of JSON at every step and every second. It
 * ends with its standard input, so that it never outlives who started it; asked to stop (SIGTERM), it brings back
 * what it had lost.
 */
import type { DrillEvents, DrillResult } from '@understudy/drills';
import type { ControlledSystem } from '@understudy/engine/client';
import type { DrillProgress } from '@understudy/engine/console';
import { begun, broken, ended } from './drill-report.ts';

export interface Teller {
  readonly events: DrillEvents;
  begin(system: ControlledSystem): Promise<void>;
  end(result: DrillResult): void;
  broken(because: string): void;
}

export function openTeller(id: string, drill: string): Teller {
  let so = begun(id, drill, 0);
  let rehearsed: ControlledSystem | undefined;
  const tell = (next: DrillProgress): void => {
    so = next;
    process.stdout.write(`${JSON.stringify(so)}\n`);
  };
  const stop = async (): Promise<void> => {
    let because = 'it was stopped';
    try {
      const restored = so.lossMs === null || !rehearsed ? [] : await restore(rehearsed);
      if (restored.length > 0) because += `; ${restored.join(' and ')} restored`;
    } catch (error) {
      because += `; what it lost could not be restored: ${(error as Error).message}`;
    }
    tell(broken(so, because));
    process.exit(130);
  };
  process.stdin.resume().once('end', () => process.exit(130));
  process.once('SIGTERM', () => void stop());
  const over = (next: DrillProgress): void => {
    process.stdin.destroy();
    tell(next);
  };
  return {
    events: {
      step: (step) => tell({ ...so, step }),
      figures: (figures) => tell({ ...so, ...figures }),
    },
    begin: async (system) => {
      rehearsed = system;
      const { awsNowMs } = await system.system();
      tell({ ...so, startedMs: Math.round(awsNowMs) });
    },
    end: (result) => over(ended(so, result)),
    broken: (because) => over(broken(so, because)),
  };
}

async function restore(system: ControlledSystem): Promise<readonly string[]> {
  const { members } = await system.status();
  const gone = members.filter(({ state }) => state === 'lost' || state === 'frozen');
  for (const { name } of gone) await system.fault('restore', name);
  return gone.map(({ name }) => name);
}
