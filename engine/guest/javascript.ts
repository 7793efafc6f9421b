/**
 * A module of ours as plain JavaScript, for guests: a process that strips types itself keeps the stripper in
 * memory, about 25 MB, and there is one such process for every task and function. Types are blanked out in
 * place, so lines and columns stay what they were.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

/** Writes the module and what it imports by relative path into the folder; returns the path of the copy. */
export function asJavaScript(entry: string, folder: string): string {
  const written = new Set<string>();
  const root = dirname(entry);
  const target = (file: string): string => join(folder, relative(root, file).replace(/\.ts$/, '.mjs'));
  const write = (file: string): void => {
    if (written.has(file)) return;
    written.add(file);
    const source = quietly(() => stripTypeScriptTypes(readFileSync(file, 'utf8')));
    for (const [, path] of source.matchAll(/from '(\.\.?\/[^']+\.ts)'/g))
      write(resolve(dirname(file), path!));
    put(target(file), source.replace(/(from '\.\.?\/[^']+)\.ts'/g, "$1.mjs'"));
  };
  write(entry);
  return target(entry);
}

/** Written aside and renamed: a guest may be reading it. */
function put(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.new`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}

/** Node says once a process that stripping is experimental; that is for its authors, not for our users. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
