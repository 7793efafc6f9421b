// THE TABLE. Every situation the controller can be in has a name, a priority (highest first), a predicate, a sentence
// for the operator and a verdict. The first row that holds decides; there is no other place where choices are made.
//
// When is the peer lost? When two witnesses agree: the world (Route 53's checkers, read as a DNS answer) and this
// region's own probe. Each must have said so in K consecutive looks. Failures that the probe saw while DNS still named
// the peer count for the probe alone, and shorten nothing for DNS. From the first look in which both agree the next
// one comes after `lookAgainSeconds` (3 s) instead of 10, so K = 2 costs three seconds, not ten, and still no single
// look, and no single witness, moves anything. An unknown answer ends a run.
//
// The lossless switchover asks for more looks (9 × 10 s): a region that has just recovered answers our probe a minute
// and a half before Route 53 believes it (3 × 30 s), and must not be taken for one that the world cannot reach.

import { operating } from './problems-operating.ts';
import { watching } from './problems-watching.ts';
import type { Situation } from './situation.ts';

export type Verdict =
  | 'lead'
  | 'watch'
  | 'warn'
  | 'hold'
  | 'wait'
  | 'prepare'
  | 'fail-over'
  | 'switch-over'
  | 'complete'
  | 'abandon'
  | 'keep-latch'
  | 'fail-back'
  | 'failback-failed'
  | 'stand-down';

export interface Problem {
  readonly name: string;
  readonly priority: number;
  readonly when: (s: Situation) => boolean;
  readonly sentence: (s: Situation) => string;
  readonly verdict: Verdict;
  /** `once` an episode, `repeat` every `repageSeconds`; after it has stood for so many looks. */
  readonly page: 'never' | 'once' | 'repeat';
  readonly afterTicks: number;
}

export const problems: readonly Problem[] = Object.freeze(
  [...operating, ...watching].sort((a, b) => b.priority - a.priority),
);

export function problemOf(situation: Situation): Problem {
  for (const problem of problems) if (problem.when(situation)) return problem;
  throw new Error('the table of problems has no row for this situation');
}
