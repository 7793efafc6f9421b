/** Where the project is and how its app becomes a cloud assembly. */
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesize } from '@understudy/engine/assembly';

export const ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** Folders whose change asks for another synthesis of the project's own app. */
const SOURCES = ['infra', 'storefront', 'controller'].map((name) => join(ROOT, name));

/** A state directory as the user named it: relative to where the command was called. */
export function directoryOf(text: string): string {
  return isAbsolute(text) ? text : resolve(process.env['INIT_CWD'] ?? process.cwd(), text);
}

/** The assembly of a CDK app folder (the project's own by default), made anew when its sources changed. */
export async function assemblyOf(
  app: string | undefined,
  onLine: (line: string) => void,
): Promise<{ directory: string; reused: boolean }> {
  const folder =
    app === undefined ? join(ROOT, 'infra') : resolve(process.env['INIT_CWD'] ?? process.cwd(), app);
  return await synthesize(folder, join(folder, 'cdk.out'), {
    ...(app === undefined && { sources: SOURCES }),
    onLine,
  });
}
