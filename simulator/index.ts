// The door of the simulator: a campaign, its report, one run again, and the words in which a person asks for them.

export { DEFAULT_TABLE, type FailureTable } from './availability/failure-rates.ts';
export { readRates } from './availability/rates-overlay.ts';
export { type Campaign, campaign, type Progress } from './campaign/campaign.ts';
export type { Failure, Part } from './campaign/chunk.ts';
export { readKinds, readSchedule } from './campaign/fault-words.ts';
export { partsOf } from './campaign/parts.ts';
export { type Choice, DEFAULT_CHOICE, readChoice } from './campaign/policy-file.ts';
export { isRegionLoss, reportOf, reportPage, reportText } from './campaign/report.ts';
export { FAULT_KINDS } from './faults.ts';
export { drawOptions } from './options.ts';
export { traceText } from './report/trace-text.ts';
export { run } from './run.ts';
