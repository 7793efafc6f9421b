/**
 * The schema check as others call it: its report from the cache file when nothing has changed, else from a
 * child process, which loads the big database and goes away with it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Assembly } from '../assembly/index.ts';
import type { PropertyProblem } from './check-properties.ts';
import type { Schema } from './schema.ts';

export interface CheckReport {
  /** Changes with the templates and with the version of the schema. */
  readonly key: string;
  readonly problems: readonly PropertyProblem[];
  /** Of the types that the app uses. */
  readonly schema: Schema;
}

/** Bumped when the report's form changes. */
const FORM = 1;

export async function checkAssembly(assembly: Assembly, cacheFile: string): Promise<CheckReport> {
  const key = assemblyKey(assembly);
  const cached = readReport(cacheFile);
  if (cached?.key === key) return cached;
  await runCheck(assembly.directory, cacheFile);
  const fresh = readReport(cacheFile);
  if (fresh?.key !== key)
    throw new Error(
      `the schema check of ${assembly.directory} left no report in ${cacheFile}; was it synthesized again?`,
    );
  return fresh;
}

export function assemblyKey(assembly: Assembly): string {
  const version = createRequire(import.meta.url)('@aws-cdk/aws-service-spec/package.json') as {
    version: string;
  };
  const hash = createHash('sha256').update(`${FORM} ${version.version}`);
  for (const { name, templateFile } of assembly.stacks)
    hash.update(`\0${name}\0`).update(readFileSync(templateFile));
  return hash.digest('hex');
}

function readReport(cacheFile: string): CheckReport | undefined {
  try {
    return JSON.parse(readFileSync(cacheFile, 'utf8')) as CheckReport;
  } catch {
    // Absent or cut off: it is made again.
    return undefined;
  }
}

async function runCheck(directory: string, cacheFile: string): Promise<void> {
  const main = fileURLToPath(new URL('./check-main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, directory, cacheFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the schema check failed: ${said.trim() || `it ended with ${code}`}`);
}
