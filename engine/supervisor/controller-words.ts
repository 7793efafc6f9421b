/**
 * What each region's controller said last: one JSON line of its log a look, read from the log's end. A file that
 * has not changed is not read again.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type ControllerWord, isRow, type Report, rows, text, textOrNull } from '../console/facts.ts';
import { linesOfStreams } from './log-files.ts';

/** What infra calls it. */
export const CONTROLLER_FUNCTION = 'understudy-failover';

const LINES = 40;

export interface ControllerWords {
  read(report: Pick<Report, 'processes' | 'system'>): Readonly<Record<string, ControllerWord>>;
  group(region: string): string | undefined;
}

export function createControllerWords(directory: string): ControllerWords {
  const words = new Map<string, ControllerWord>();
  const groups = new Map<string, string>();
  let readAtMs = Number.NEGATIVE_INFINITY;
  return {
    group: (region) => groups.get(region),
    read: ({ processes, system }) => {
      for (const region of system.regions) {
        const answer = processes[region];
        if (!answer || !('services' in answer)) continue;
        const found = rows(answer.services, 'lambda', 'functions').find(
          (one) => text(one, 'name') === CONTROLLER_FUNCTION,
        );
        if (found) groups.set(region, text(found, 'logGroup'));
      }
      // Looks are seconds apart; the log is written once a second.
      const now = performance.now();
      if (now - readAtMs < 900) return Object.fromEntries(words);
      readAtMs = now;
      for (const [region, group] of groups) {
        const word = lastWord(join(directory, region), group);
        if (word) words.set(region, word);
      }
      return Object.fromEntries(words);
    },
  };
}

function lastWord(home: string, group: string): ControllerWord | undefined {
  if (!statSync(join(home, 'logs'), { throwIfNoEntry: false })) return undefined;
  return linesOfStreams(home, (name) => name === group, LINES)
    .map(({ atMs, text: line }) => wordOf(atMs, line))
    .findLast((word) => word !== undefined);
}

/** Lambda puts the time, the request's id and a level before what a function says (tab-separated). */
export function wordOf(atMs: number, line: string): ControllerWord | undefined {
  const said = line.slice(line.indexOf('{'));
  if (!said.includes('"message":"tick"')) return undefined;
  try {
    const value: unknown = JSON.parse(said);
    if (!isRow(value)) return undefined;
    return {
      atMs,
      phase: textOrNull(value, 'phase'),
      verdict: text(value, 'verdict'),
      because: text(value, 'because'),
    };
  } catch {
    return undefined;
  }
}
