/** The door of the drills: what there is to rehearse, how to run it, and its reports. */
export { catalogue, type Drill } from './catalogue.ts';
export {
  CONTROLLER_FUNCTION,
  type Controller,
  type ControllerReply,
  openController,
  type Precondition,
} from './controller-client.ts';
export type { LiveFigures } from './progress.ts';
export type { DrillEvents, RegionLossOptions } from './region-loss.ts';
export { htmlReport, junitXml, statusLine, summaryText, timelineLine } from './report/index.ts';
export { type DrillResult, SEED_BUDGET } from './result.ts';
