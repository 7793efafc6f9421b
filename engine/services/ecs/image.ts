/**
 * From an image asset and a container definition to a program that can be started: which argument vector,
 * in which folder of the build context, with which variables. WORKDIR's place in the context follows from
 * the COPY instructions; where they would rearrange the context, the image is refused with the reason.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { type Copy, type Image, parseDockerfile } from './dockerfile.ts';

export interface ContainerProgram {
  readonly argv: readonly [string, ...string[]];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stopSignal: NodeJS.Signals;
  readonly notes: readonly string[];
}

export function programOf(
  asset: { readonly directory: string; readonly dockerFile: string },
  container: Pick<ContainerDefinition, 'entryPoint' | 'command' | 'workingDirectory' | 'name'>,
): ContainerProgram {
  const file = resolve(asset.directory, asset.dockerFile);
  if (!inside(asset.directory, file))
    throw new Error(`the Dockerfile ${asset.dockerFile} lies outside its build context ${asset.directory}`);
  const image = parseDockerfile(readFileSync(file, 'utf8'));
  const root = rootOf(image, asset.directory);
  const workingDirectory = container.workingDirectory ?? image.workingDirectory;
  const directory = resolve(root, relative(image.workingDirectory, workingDirectory));
  if (!inside(asset.directory, directory) || !existsSync(directory))
    throw new Error(
      `working directory ${workingDirectory} has no counterpart in the build context ${asset.directory}`,
    );
  const entryPoint = container.entryPoint ?? image.entryPoint;
  // As Docker does: an overridden entry point drops the image's own command.
  const command = container.command ?? (container.entryPoint ? [] : image.command);
  const argv = [...entryPoint, ...command].map((word) => mapped(word, image.workingDirectory, root));
  const [program, ...rest] = argv;
  if (program === undefined)
    throw new Error(
      `container ${container.name}: neither its definition nor ${file} says what to run (CMD, ENTRYPOINT, command, entryPoint)`,
    );
  checkDependencies(directory);
  return {
    argv: [program, ...rest],
    directory,
    environment: image.environment,
    stopSignal: image.stopSignal,
    notes: image.notes,
  };
}

/** The folder of the build context that stands for WORKDIR. */
function rootOf(image: Image, context: string): string {
  const roots = new Set<string>();
  for (const copy of image.copies)
    for (const source of copy.sources) {
      const root = rootBy(copy, source, image.workingDirectory, context);
      if (root !== undefined) roots.add(root);
    }
  const [root = context, ...others] = roots;
  if (others.length > 0)
    throw new Error(
      `the image's COPY instructions put files of ${context} elsewhere than they lie (WORKDIR ${image.workingDirectory} would be ${[root, ...others].join(' and ')}); a task runs from the build context in place, so copy folders to where they are`,
    );
  return root;
}

/** Where WORKDIR must lie for this source to be at its destination; undefined when it goes elsewhere in the image. */
function rootBy(copy: Copy, source: string, workingDirectory: string, context: string): string | undefined {
  const pattern = /[*?[]/.test(source);
  const from = resolve(context, `./${pattern ? dirname(source) : source}`);
  if (!inside(context, from)) throw new Error(`COPY ${source} leaves the build context ${context}`);
  const folder = pattern || (existsSync(from) && statSync(from).isDirectory());
  const to =
    folder || !copy.toFolder ? copy.destination : posix.join(copy.destination, posix.basename(source));
  const below = posix.relative(workingDirectory, to);
  if (below.startsWith('..')) return undefined;
  const suffix = below === '' ? '' : sep + below.split('/').join(sep);
  // A root that cannot be written as one folder of the context shows up as a name that no other COPY agrees with.
  return from.endsWith(suffix) ? from.slice(0, from.length - suffix.length) || sep : `${from} as ${to}`;
}

/** Absolute paths below WORKDIR are meant in the image; here they lie in the context. */
function mapped(word: string, workingDirectory: string, root: string): string {
  const prefix = workingDirectory === '/' ? undefined : `${workingDirectory}/`;
  return prefix && word.startsWith(prefix) ? join(root, word.slice(prefix.length)) : word;
}

function inside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** RUN npm install is not carried out, so what package.json asks for must be found from where it lies. */
function checkDependencies(directory: string): void {
  const file = join(directory, 'package.json');
  if (!existsSync(file)) return;
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const missing = Object.keys(dependencies).filter((name) => !resolvable(directory, name));
  if (missing.length > 0)
    throw new Error(
      `${file} depends on ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not installed there or in a folder above; RUN instructions are not carried out here, so run "npm install" in the project and synthesize into a folder inside it`,
    );
}

function resolvable(directory: string, name: string): boolean {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true;
    if (folder === dirname(folder)) return false;
  }
}
