/** The drills there are. One line each; see docs/recipes/add-a-drill.md. */
import type { ControlledSystem } from '@understudy/engine/client';
import { type DrillEvents, type RegionLossOptions, regionLoss } from './region-loss.ts';
import type { DrillResult } from './result.ts';

export interface Drill {
  readonly name: string;
  readonly summary: string;
  run(system: ControlledSystem, options: RegionLossOptions, events?: DrillEvents): Promise<DrillResult>;
}

export const catalogue: readonly Drill[] = [
  {
    name: 'region-loss',
    summary:
      'the active region is killed under traffic; the other takes over; failback; every order is counted',
    run: regionLoss,
  },
];
