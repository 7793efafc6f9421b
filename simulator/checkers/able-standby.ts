// A standby that cannot serve is never promoted: it has a healthy target, a database, and a copy that is in step.

import type { CheckerMaker } from './checker.ts';

export const ableStandby: CheckerMaker = () => ({
  invariant: 'able-standby',
  act: (region, action, { seen }) => {
    const takes = action.do === 'promote' || (action.do === 'switch-over' && action.to === 'self');
    return takes && seen && !seen.able ? `${region.name} takes over although it could not serve` : undefined;
  },
});
