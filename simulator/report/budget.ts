// What a failover is allowed to take: the architecture's own figures (recovery within five minutes, a second of data;
// detection 3 × 30 s, and so on). Other systems have other figures, so everything that judges takes a budget.

import type { PhaseName } from '../result.ts';

export interface Budget {
  readonly rtoSeconds: number;
  readonly rpoSeconds: number;
  readonly phases: Readonly<Record<PhaseName, number>>;
}

export const ARCHITECTURE_BUDGET: Budget = {
  rtoSeconds: 300,
  rpoSeconds: 1,
  phases: { detect: 90, decide: 30, promote: 60, redirect: 60, recover: 30 },
};
