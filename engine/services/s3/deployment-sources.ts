/**
 * Where a bucket deployment's files come from: the local folders (or single files) behind its CDK assets, with
 * CDK's markers replaced, and which of them the deployment selects.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Assets, ResourceRequest } from '../contract.ts';

export interface DeployedFile {
  read(): Promise<Uint8Array>;
}

/** By name with forward slashes; of the same name the later source wins. */
export async function readSources(
  assets: Assets,
  { properties, logicalId }: Pick<ResourceRequest, 'properties' | 'logicalId'>,
): Promise<ReadonlyMap<string, DeployedFile>> {
  const buckets = (properties['SourceBucketNames'] as readonly string[] | undefined) ?? [];
  const keys = (properties['SourceObjectKeys'] as readonly string[] | undefined) ?? [];
  const markers =
    (properties['SourceMarkers'] as readonly Readonly<Record<string, string>>[] | undefined) ?? [];
  const extract = String(properties['Extract'] ?? 'true') === 'true';
  const files = new Map<string, DeployedFile>();
  for (const [index, key] of keys.entries()) {
    const bucket = buckets[index] ?? '';
    const path = assets.file(bucket, key);
    if (path === undefined)
      throw new Error(
        `${logicalId} SourceObjectKeys[${index}]: no asset of this app is s3://${bucket}/${key}`,
      );
    for (const [name, file] of await filesAt(path, key, extract, logicalId))
      files.set(name, marked(file, markers[index] ?? {}));
  }
  return files;
}

async function filesAt(
  path: string,
  key: string,
  extract: boolean,
  logicalId: string,
): Promise<readonly (readonly [string, DeployedFile])[]> {
  if (!(await stat(path)).isDirectory()) {
    if (extract)
      throw new Error(
        `${logicalId}: the asset ${path} is an archive; here a deployment's source is a folder ` +
          '(Source.asset of a directory), or the file itself with extract: false',
      );
    return [[basename(key), { read: () => readFile(path) }]];
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [relative(path, file).split(sep).join('/'), { read: () => readFile(file) }] as const);
}

/** Source.data and Source.jsonData leave markers where values are that only CloudFormation knows. */
function marked(file: DeployedFile, markers: Readonly<Record<string, string>>): DeployedFile {
  const replacements = Object.entries(markers);
  if (replacements.length === 0) return file;
  return {
    read: async () => {
      let text = Buffer.from(await file.read()).toString('utf8');
      for (const [marker, value] of replacements) text = text.replaceAll(marker, () => value);
      return Buffer.from(text);
    },
  };
}

/** `aws s3 sync`: excludes first, includes after them. */
export function selects(
  { exclude, include }: { readonly exclude: readonly string[]; readonly include: readonly string[] },
  name: string,
): boolean {
  const excluded = exclude.some((pattern) => glob(pattern).test(name));
  return !excluded || include.some((pattern) => glob(pattern).test(name));
}

/** `*`, `?`, `[seq]` and `[!seq]` of Python's fnmatch; a star crosses slashes. */
function glob(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[*?]|[.+^${}()|\\[\]]/g, (found, negated, set) => {
    if (found === '*') return '[\\s\\S]*';
    if (found === '?') return '[\\s\\S]';
    if (set !== undefined) return `[${negated ? '^' : ''}${String(set).replace(/[\\^\]]/g, '\\$&')}]`;
    return `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}
