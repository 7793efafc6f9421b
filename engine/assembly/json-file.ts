/** JSON files inside the assembly's folder: every path is checked to stay inside, every error names the file. */
import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { JsonObject } from '../template/json.ts';

/** A mistake of the app or its assembly; the message is for its author. */
export class AssemblyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AssemblyError';
  }
}

/** The absolute path of something the assembly names; refuses to leave the folder. */
export function pathInside(root: string, directory: string, name: string): string {
  const path = resolve(directory, name);
  const inner = relative(root, path);
  if (inner === '..' || inner.startsWith('../') || isAbsolute(inner))
    throw new AssemblyError(`${name} leads out of the assembly ${root}; its files must be inside`);
  return path;
}

export function readJsonFile(path: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new AssemblyError(`${path} cannot be read: ${reason}`);
  }
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject;
  } catch (error) {
    throw new AssemblyError(`${path} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  throw new AssemblyError(`${path} must hold a JSON object`);
}

/** A member that is an object; an empty one if it is absent. */
export function memberObject(json: JsonObject, name: string): JsonObject {
  const value = json[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function memberString(json: JsonObject, name: string, file: string): string {
  const value = json[name];
  if (typeof value === 'string') return value;
  throw new AssemblyError(`${file}: ${name} must be a string, found ${JSON.stringify(value) ?? 'nothing'}`);
}
