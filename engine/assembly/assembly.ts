/**
 * Reads a CDK cloud assembly (cdk.out): its stacks in the order in which they can be deployed, and its
 * assets. Stages are nested assemblies; their stacks are stacks like any other. The format is published as
 * @aws-cdk/cloud-assembly-schema (AssemblyManifest).
 */
import { realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Json, JsonObject } from '../template/json.ts';
import { parseTemplate, type Template } from '../template/template.ts';
import { type AssetManifest, readAssetManifest } from './assets.ts';
import { AssemblyError, memberObject, memberString, pathInside, readJsonFile } from './json-file.ts';

export interface StackArtifact {
  /** The stack's name on AWS. */
  readonly name: string;
  /** The artifact's id, unique over regions (two regions may have stacks of one name). */
  readonly id: string;
  /** For people: `Stage/Network`. */
  readonly displayName: string;
  readonly region: string;
  /** Absent when the app leaves it open (`unknown-account`). */
  readonly account?: string;
  readonly templateFile: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Artifact ids of the stacks that come first. */
  readonly dependencies: readonly string[];
  readonly terminationProtection: boolean;
}

export interface Assembly {
  readonly directory: string;
  /** Each one after its dependencies. */
  readonly stacks: readonly StackArtifact[];
  readonly assets: AssetManifest;
}

interface Artifact {
  readonly id: string;
  readonly json: JsonObject;
  /** The (nested) assembly's folder. */
  readonly directory: string;
}

export function readAssembly(directory: string): Assembly {
  if (!exists(join(directory, 'manifest.json')))
    throw new AssemblyError(
      `${resolve(directory)} is no cloud assembly: it has no manifest.json; make it with \`cdk synth\``,
    );
  const root = realpathSync(directory);
  const artifacts = new Map<string, Artifact>();
  collect(root, root, artifacts);
  const stacks = [...artifacts.values()]
    .filter(({ json }) => json['type'] === 'aws:cloudformation:stack')
    .map((artifact) => stackOf(root, artifact, artifacts));
  const manifests = [...artifacts.values()]
    .filter(({ json }) => json['type'] === 'cdk:asset-manifest')
    .map(({ json, directory: folder, id }) =>
      readAssetManifest(root, folder, memberString(memberObject(json, 'properties'), 'file', id)),
    );
  return {
    directory: root,
    stacks: inOrder(stacks),
    assets: {
      files: manifests.flatMap((manifest) => manifest.files),
      images: manifests.flatMap((manifest) => manifest.images),
    },
  };
}

export function readTemplate(stack: Pick<StackArtifact, 'templateFile'>): Template {
  return parseTemplate(basename(stack.templateFile), readJsonFile(stack.templateFile));
}

function collect(root: string, directory: string, into: Map<string, Artifact>): void {
  const manifest = readJsonFile(join(directory, 'manifest.json'));
  for (const [id, value] of Object.entries(memberObject(manifest, 'artifacts'))) {
    const json = value as JsonObject;
    into.set(id, { id, json, directory });
    if (json['type'] !== 'cdk:cloud-assembly') continue;
    const name = memberString(memberObject(json, 'properties'), 'directoryName', id);
    collect(root, pathInside(root, directory, name), into);
  }
}

function stackOf(root: string, artifact: Artifact, artifacts: ReadonlyMap<string, Artifact>): StackArtifact {
  const { id, json, directory } = artifact;
  const properties = memberObject(json, 'properties');
  const displayName = typeof json['displayName'] === 'string' ? json['displayName'] : id;
  const environment = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(memberString(json, 'environment', id));
  const [, account = '', region = ''] = environment ?? [];
  if (!environment || region === 'unknown-region')
    throw new AssemblyError(
      `stack ${displayName} does not say its region; set it: new Stack(app, '${displayName}', { env: { region: 'us-east-1' } })`,
    );
  const name = properties['stackName'];
  const stated = { ...memberObject(json, 'tags'), ...memberObject(properties, 'tags') };
  return {
    name: typeof name === 'string' ? name : id,
    id,
    displayName,
    region,
    ...(account === 'unknown-account' ? {} : { account }),
    templateFile: pathInside(root, directory, memberString(properties, 'templateFile', id)),
    parameters: texts(memberObject(properties, 'parameters')),
    tags: texts(stated),
    dependencies: stackDependencies(artifact, artifacts),
    terminationProtection: properties['terminationProtection'] === true,
  };
}

/** A stack may depend on another stack, or on a nested assembly and thereby on all its stacks. */
function stackDependencies(artifact: Artifact, artifacts: ReadonlyMap<string, Artifact>): readonly string[] {
  const names = artifact.json['dependencies'];
  const listed = Array.isArray(names) ? (names as readonly Json[]).map(String) : [];
  const found = new Set<string>();
  for (const name of listed) {
    const other = artifacts.get(name);
    if (!other)
      throw new AssemblyError(`stack ${artifact.id} depends on ${name}, which the assembly does not have`);
    if (other.json['type'] === 'aws:cloudformation:stack') found.add(name);
    if (other.json['type'] !== 'cdk:cloud-assembly') continue;
    const folder = join(
      other.directory,
      memberString(memberObject(other.json, 'properties'), 'directoryName', name),
    );
    for (const inner of artifacts.values())
      if (inner.directory === folder && inner.json['type'] === 'aws:cloudformation:stack')
        found.add(inner.id);
  }
  return [...found];
}

function inOrder(stacks: readonly StackArtifact[]): readonly StackArtifact[] {
  const ordered = new Map<string, StackArtifact>();
  while (ordered.size < stacks.length) {
    const next = stacks.find(
      ({ id, dependencies }) => !ordered.has(id) && dependencies.every((each) => ordered.has(each)),
    );
    if (!next) {
      const left = stacks.filter(({ id }) => !ordered.has(id)).map(({ displayName }) => displayName);
      throw new AssemblyError(`stacks wait for each other: ${left.join(', ')}`);
    }
    ordered.set(next.id, next);
  }
  return [...ordered.values()];
}

function texts(json: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, String(value)]));
}

function exists(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}
