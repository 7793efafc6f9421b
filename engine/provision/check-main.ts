/**
 * A short-lived process: `node check-main.ts <cdk.out> <cache.json>`. Checks every template of an assembly
 * against AWS's published schema and writes what it found, and the schema of the types used, to the cache
 * file. Ends with 0 when the check could be done, whatever it found.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readAssembly, readTemplate } from '../assembly/index.ts';
import { presentResources } from '../template/index.ts';
import { assemblyKey, type CheckReport } from './check.ts';
import { checkProperties } from './check-properties.ts';
import { loadSchema } from './published-schema.ts';

const [directory, cacheFile] = process.argv.slice(2);
if (!directory || !cacheFile) {
  process.stderr.write('usage: check-main.ts <cdk.out> <cache.json>\n');
  process.exit(2);
}
try {
  const assembly = readAssembly(directory);
  const stacks = assembly.stacks.map((stack) => ({ name: stack.name, template: readTemplate(stack) }));
  const types = new Set(stacks.flatMap(({ template }) => presentResources(template).map(({ type }) => type)));
  const schema = await loadSchema(types);
  const report: CheckReport = {
    key: assemblyKey(assembly),
    problems: stacks.flatMap(({ name, template }) => checkProperties(name, template, schema)),
    schema,
  };
  mkdirSync(dirname(cacheFile), { recursive: true });
  const aside = `${cacheFile}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(report));
  renameSync(aside, cacheFile);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
