/** Where the project is and how its app becomes a cloud assembly. */
import { mkdirSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { synthesize } from '@understudy/engine/assembly';

export const ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** Folders whose change asks for another synthesis of the project's own app. */
const SOURCES = ['infra', 'storefront', 'controller'].map((name) => join(ROOT, name));

/** A state directory as the user named it: relative to where the command was called. */
export function directoryOf(text: string): string {
  return isAbsolute(text) ? text : resolve(process.env['INIT_CWD'] ?? process.cwd(), text);
}

/**
 * The assembly of a CDK app folder (the project's own by default), made anew when its sources changed. Two
 * commands at once (a drill beside a system, say) take turns, or one would read what the other half wrote.
 */
export async function assemblyOf(
  app: string | undefined,
  onLine: (line: string) => void,
): Promise<{ directory: string; reused: boolean }> {
  const folder =
    app === undefined ? join(ROOT, 'infra') : resolve(process.env['INIT_CWD'] ?? process.cwd(), app);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`--app must be the folder of a CDK app (the one with its cdk.json), found ${folder}`);
  const out = join(folder, 'cdk.out');
  const turn = await takeTurn(out, onLine);
  try {
    return await synthesize(folder, out, {
      ...(app === undefined && { sources: SOURCES }),
      onLine,
    });
  } finally {
    turn.close();
  }
}

/** A lock that the kernel gives back however its holder ends: SQLite's, on a file that stays empty. */
async function takeTurn(out: string, onLine: (line: string) => void): Promise<DatabaseSync> {
  mkdirSync(out, { recursive: true });
  const lock = new DatabaseSync(join(out, 'understudy.lock'), { timeout: 0 });
  for (let tries = 0; ; tries++) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      if (!/database is locked/.test((error as Error).message)) throw error;
      if (tries === 0) onLine('another command is at it');
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
