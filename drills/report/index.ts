/** The forms in which a drill's result is handed over; all are pure functions to text. */
export { htmlReport } from './html.ts';
export { junitXml } from './junit.ts';
export { statusLine, timelineLine } from './live.ts';
export { summaryText } from './summary.ts';
