/**
 * Runs an app's own command (cdk.json `app`) to make its cloud assembly, as the CDK command line does:
 * context and target folder go in by environment. When nothing the app reads has changed since, the assembly
 * that is there is used again; a fingerprint beside it says so.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Json } from '../template/json.ts';
import { AssemblyError, memberObject, memberString, readJsonFile } from './json-file.ts';

export interface SynthesizeOptions {
  /** Account and region for stacks that leave them to the environment. */
  readonly account?: string;
  readonly region?: string;
  /** Added to cdk.json's context, over it. */
  readonly context?: Readonly<Record<string, Json>>;
  /** Folders whose files decide whether the assembly is still good. Default: the app's and those beside it. */
  readonly sources?: readonly string[];
  /** Each line that the app prints. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Synthesized {
  readonly directory: string;
  /** True when the assembly that was there is still good. */
  readonly reused: boolean;
}

const FINGERPRINT_FILE = 'understudy-sources.txt';
const NOT_SOURCES = new Set(['node_modules', 'cdk.out', '.git', 'coverage']);

export async function synthesize(
  appDirectory: string,
  outDirectory: string,
  options: SynthesizeOptions = {},
): Promise<Synthesized> {
  const app = resolve(appDirectory);
  const directory = resolve(outDirectory);
  const settings = readJsonFile(join(app, 'cdk.json'));
  const command = splitCommand(memberString(settings, 'app', join(app, 'cdk.json')));
  const lookups = join(app, 'cdk.context.json');
  const context = {
    ...memberObject(settings, 'context'),
    ...(existsSync(lookups) ? readJsonFile(lookups) : {}),
    ...options.context,
  };
  const mark = join(directory, FINGERPRINT_FILE);
  const environment = {
    CDK_OUTDIR: directory,
    CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:enable-path-metadata': true, ...context }),
    CDK_DEFAULT_REGION: options.region ?? 'us-east-1',
    CDK_DEFAULT_ACCOUNT: options.account ?? '000000000000',
  };
  const sources = options.sources ?? [app];
  const fingerprint = sourcesFingerprint(sources, [command, environment]);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === `${fingerprint} ${madeAt(directory)}`)
    return { directory, reused: true };
  rmSync(mark, { force: true });
  await run(command, app, environment, options);
  writeFileSync(mark, `${fingerprint} ${madeAt(directory)}`);
  return { directory, reused: false };
}

/** When the assembly was written, by whomever: another hand's synthesis is not taken for ours. */
function madeAt(directory: string): number | undefined {
  return statSync(join(directory, 'manifest.json'), { throwIfNoEntry: false })?.mtimeMs;
}

/** Splits a command as a shell would, quotes included, so that no shell is needed; operators are refused. */
export function splitCommand(text: string): readonly [string, ...string[]] {
  const words: string[] = [];
  for (const match of text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (/^[|&;<>]/.test(match[0]) || /\$\(|`/.test(match[0]))
      throw new AssemblyError(
        `cdk.json: app must be one command without shell operators, found ${JSON.stringify(text)}`,
      );
    words.push(match[0].replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
  }
  const [program, ...rest] = words;
  if (!program) throw new AssemblyError('cdk.json: app must be a command, found an empty text');
  return [program, ...rest];
}

/** Names, sizes and times of all files of the source folders; contents are not read. */
function sourcesFingerprint(folders: readonly string[], inputs: Json): string {
  const hash = createHash('sha256').update(JSON.stringify(inputs));
  const visit = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (NOT_SOURCES.has(entry.name) || entry.name.startsWith('.understudy')) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  for (const folder of folders) if (existsSync(folder)) visit(resolve(folder));
  return hash.digest('hex');
}

async function run(
  [program, ...words]: readonly [string, ...string[]],
  cwd: string,
  environment: Readonly<Record<string, string>>,
  options: SynthesizeOptions,
): Promise<void> {
  const child = spawn(program === 'node' ? process.execPath : program, words, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const last: string[] = [];
  const listen = async (stream: Readable): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      options.onLine?.(line);
      last.push(line);
      if (last.length > 20) last.shift();
    }
  };
  const ended = new Promise<number | string>((resolveEnd, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new AssemblyError(`cdk.json: app starts ${program}, which is not installed`)
          : error,
      ),
    );
    child.once('close', (code, signal) => resolveEnd(code ?? signal ?? 'unknown'));
  });
  const [end] = await Promise.all([ended, listen(child.stdout), listen(child.stderr)]);
  if (end !== 0)
    throw new AssemblyError(
      `the app of ${cwd} ended with ${end}${last.length > 0 ? `:\n${last.join('\n')}` : ' and said nothing'}`,
    );
}
