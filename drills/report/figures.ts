/** How figures are worded, the same in every form of the report. Pure. */
import type { DrillResult } from '../result.ts';

/** Seconds with as many decimals as mean something; `never` for what was not reached. */
export function secondsText(seconds: number | null, none = 'never'): string {
  if (seconds === null || !Number.isFinite(seconds)) return none;
  if (seconds === 0) return '0 s';
  if (Math.abs(seconds) < 0.01) return `${Math.round(seconds * 1000)} ms`;
  if (Math.abs(seconds) < 10) return `${seconds.toFixed(2)} s`;
  return `${seconds.toFixed(1)} s`;
}

/** A budget or another given figure, as given. */
export function givenSeconds(seconds: number): string {
  return `${Number(seconds.toFixed(3))} s`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

export function lagText(lagMs: number | null): string {
  if (lagMs === null) return 'unknown';
  return lagMs < 10_000 ? `${Math.round(lagMs)} ms` : `${(lagMs / 1000).toFixed(1)} s`;
}

/** `T+ 86.3 s`; before the loss `T- 12.0 s`. */
export function momentText(atSeconds: number, decimals = 1): string {
  const sign = atSeconds < 0 ? '-' : '+';
  return `T${sign}${Math.abs(atSeconds)
    .toFixed(decimals)
    .padStart(decimals ? 5 : 4)} s`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** Whether a figure keeps within its budget; a figure that was never reached does not. */
export const within = (found: number | null, allowed: number): boolean => found !== null && found <= allowed;

/** What happened, in one sentence or two. */
export function story(result: DrillResult): string {
  const { regions, rto, rpo, acknowledged } = result;
  const back =
    rto.writesSeconds === null
      ? `Writes did not come back in ${regions.survivor}.`
      : rto.writesSeconds === 0
        ? 'No write failed.'
        : `Writes were back after ${secondsText(rto.writesSeconds)}, from ${regions.survivor}.`;
  const lost =
    acknowledged === 0
      ? 'No order was acknowledged.'
      : rpo.lostWrites === 0
        ? `All ${countText(acknowledged)} acknowledged orders are there.`
        : `${countText(rpo.lostWrites)} of ${countText(acknowledged)} acknowledged orders ${rpo.lostWrites === 1 ? 'is' : 'are'} gone.`;
  return `${regions.lost} was lost. ${back} ${lost}`;
}

export function failbackText(failback: DrillResult['failback']): string {
  if (!failback.done) return failback.because ? `not done: ${failback.because}` : 'not done';
  const parts = [
    failback.seconds === null ? 'done' : `done in ${secondsText(failback.seconds)}`,
    `${plural(failback.lostWrites, 'write')} lost`,
    failback.writesPausedSeconds === null
      ? 'pause of writes not measured'
      : `longest pause of writes ${secondsText(failback.writesPausedSeconds)}`,
  ];
  return parts.join(', ');
}

/** What the figures are measured in; an accelerated clock does not make real work faster. */
export function speedNote(speed: number): string {
  if (speed === 1) return 'Figures are AWS time, measured at speed 1 (one AWS second is one real second).';
  return (
    `Figures are AWS time. At speed ${speed} waits pass ${speed} times faster but real work does not: ` +
    `one real second of work counts as ${speed} AWS seconds${speed > 1 ? ', so an RTO is an upper bound' : ''}.`
  );
}
