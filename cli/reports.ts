/**
 * Reports that stay: a folder each under a state directory, with the result, its page and the entry of the list,
 * written aside and renamed, so that one is there whole or not at all. The console lists and opens them.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportEntry } from '@understudy/engine/console';

export interface Saved {
  readonly entry: ReportEntry;
  readonly result: unknown;
  readonly html: string;
}

/** Where it was saved. Of two with the same id the later one gets a number. */
export function saveReport(directory: string, { entry, result, html }: Saved): string {
  const folder = join(directory, 'reports');
  mkdirSync(folder, { recursive: true });
  let { id } = entry;
  for (let n = 2; existsSync(join(folder, id)); n++) id = `${entry.id}-${n}`;
  const aside = join(folder, `.${id}.${process.pid}.new`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside);
  writeFileSync(join(aside, 'result.json'), JSON.stringify(result));
  writeFileSync(join(aside, 'report.html'), html);
  writeFileSync(join(aside, 'entry.json'), JSON.stringify({ ...entry, id }, null, 2));
  renameSync(aside, join(folder, id));
  return join(folder, id);
}

/** 20261123-071502-region-loss: sorts by time, and is a folder's name anywhere. */
export function reportId(atMs: number, name: string): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().split(/[T.]/);
  return `${date.replaceAll('-', '')}-${time.replaceAll(':', '')}-${name}`;
}
