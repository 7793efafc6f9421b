/** Outputs of a stack, and exports: outputs under a name that is unique in the region and kept while in use. */
import type { Json } from '../services/contract.ts';
import { resolve, type Scope, TemplateError } from '../template/index.ts';
import type { StackOutput, StackRecord } from './records.ts';

export interface StackExport {
  readonly name: string;
  readonly value: string;
  readonly stackName: string;
  readonly stackId: string;
}

export function exportsOf(stacks: readonly StackRecord[]): ReadonlyMap<string, StackExport> {
  const found = new Map<string, StackExport>();
  for (const stack of stacks)
    for (const { exportName: name, value } of stack.outputs)
      if (name !== undefined) found.set(name, { name, value, stackName: stack.name, stackId: stack.id });
  return found;
}

export function evaluateOutputs(scope: Scope): readonly StackOutput[] {
  const outputs: StackOutput[] = [];
  for (const [key, output] of scope.template.outputs) {
    if (output.condition !== undefined && scope.conditions.get(output.condition) !== true) continue;
    const place = { file: scope.template.file, path: `Outputs.${key}` };
    const text = (value: Json, member: string): string => {
      const at = { ...place, path: `${place.path}.${member}` };
      const resolved = resolve(value, scope, at);
      if (resolved === undefined || resolved === null || typeof resolved === 'object')
        throw new TemplateError(at, `must be text, found ${JSON.stringify(resolved) ?? 'AWS::NoValue'}`);
      return String(resolved);
    };
    outputs.push({
      key,
      value: text(output.value, 'Value'),
      ...(output.exportName === undefined ? {} : { exportName: text(output.exportName, 'Export.Name') }),
      ...(output.description === undefined ? {} : { description: output.description }),
    });
  }
  return outputs;
}

/** Throws if the new outputs take away or change what another stack imports, or export a name twice. */
export function checkExports(
  stack: StackRecord,
  outputs: readonly StackOutput[],
  all: readonly StackRecord[],
): void {
  const others = all.filter((other) => other.name !== stack.name);
  const elsewhere = exportsOf(others);
  for (const { exportName: name } of outputs) {
    const holder = name === undefined ? undefined : elsewhere.get(name);
    if (holder) throw new Error(`export ${name} is already exported by stack ${holder.stackName}`);
  }
  for (const { exportName: name, value } of stack.outputs) {
    if (name === undefined) continue;
    const users = others.filter((other) => other.imports.includes(name)).map((other) => other.name);
    const kept = outputs.find((output) => output.exportName === name);
    if (users.length === 0 || kept?.value === value) continue;
    const change = kept ? `changed from ${value} to ${kept.value}` : 'removed';
    throw new Error(`export ${name} cannot be ${change}: it is in use by ${users.join(', ')}`);
  }
}
