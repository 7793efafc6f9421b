// The invariants, one file each.

import { ableStandby } from './able-standby.ts';
import { acknowledgedWrites } from './acknowledged-writes.ts';
import { capacity } from './capacity.ts';
import type { CheckerMaker } from './checker.ts';
import { controllerIndependence } from './controller-independence.ts';
import { decidedFirst } from './decided-first.ts';
import { failbackByCommand } from './failback-by-command.ts';
import { needlessMove } from './needless-move.ts';
import { noFlapping } from './no-flapping.ts';
import { reachableRegion } from './reachable-region.ts';
import { singleWriter } from './single-writer.ts';
import { told } from './told.ts';
import { twoWitnesses } from './two-witnesses.ts';

export const checkers: readonly CheckerMaker[] = [
  singleWriter,
  acknowledgedWrites,
  twoWitnesses,
  ableStandby,
  decidedFirst,
  noFlapping,
  failbackByCommand,
  needlessMove,
  reachableRegion,
  told,
  controllerIndependence,
  capacity,
];
