// A checker watches one invariant while a run goes on. It counts for itself: what it holds against the world is never
// what the code under test says about itself.

import type { Action } from '@understudy/controller/actions';
import type { RegionState, Running, World } from '../model/state.ts';

export interface Checker {
  readonly invariant: string;
  /** Before a controller's action takes effect. */
  readonly act?: (region: RegionState, action: Action, running: Running) => string | undefined;
  /** After every step that changed something. */
  readonly step?: () => string | undefined;
  /** Once, when the run is over. */
  readonly end?: () => string | undefined;
}

export type CheckerMaker = (world: World) => Checker;
