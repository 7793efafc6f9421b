/**
 * Reports of drills and simulations that are over: a folder each under the state directory, written aside and
 * renamed by whoever held them, so that one is there whole or not at all.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportEntry } from '../console/api.ts';

export const REPORT_ID = /^[a-z0-9][a-z0-9-]{0,79}$/;

export interface Reports {
  /** Newest first. */
  list(): Promise<readonly ReportEntry[]>;
  result(id: string): Promise<string | undefined>;
  page(id: string): Promise<string | undefined>;
}

export function openReports(directory: string): Reports {
  const folder = join(directory, 'reports');
  const read = async (id: string, file: string): Promise<string | undefined> =>
    REPORT_ID.test(id) ? await readFile(join(folder, id, file), 'utf8').catch(() => undefined) : undefined;
  return {
    list: async () => {
      const names = await readdir(folder).catch(() => []);
      const entries = await Promise.all(
        names.map(async (name) => {
          const text = await read(name, 'entry.json');
          return text === undefined ? undefined : entryOf(text);
        }),
      );
      return entries.filter((entry) => entry !== undefined).sort((a, b) => b.atMs - a.atMs);
    },
    result: (id) => read(id, 'result.json'),
    page: (id) => read(id, 'report.html'),
  };
}

function entryOf(text: string): ReportEntry | undefined {
  try {
    return JSON.parse(text) as ReportEntry;
  } catch {
    return undefined;
  }
}
