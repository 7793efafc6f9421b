// The door of the comparison: a drill's journal on one side, simulated runs of its schedule on the other.

export { agreementOf, inWords } from './agreement.ts';
export { type Happening, momentsIn } from './milestones.ts';
export { type DrillSchedule, momentsOfRun, recovered } from './schedule.ts';
