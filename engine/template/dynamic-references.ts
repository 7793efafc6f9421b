/**
 * Dynamic references, anywhere in a text: {{resolve:ssm:name:version}}, {{resolve:ssm-secure:…}} and
 * {{resolve:secretsmanager:secret:SecretString:json-key:version-stage:version-id}}. They stay unresolved in
 * what a stack keeps and get their values when a handler is called, as CloudFormation does it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
import type { Json, JsonObject } from './json.ts';
import { inside, type Place, shown, TemplateError } from './problem.ts';

export type DynamicReference =
  | {
      readonly service: 'secretsmanager';
      /** Name or ARN. */
      readonly secretId: string;
      /** Absent: the whole secret string. */
      readonly jsonKey?: string;
      readonly versionStage?: string;
      readonly versionId?: string;
    }
  | { readonly service: 'ssm' | 'ssm-secure'; readonly name: string; readonly version?: string };

export type DynamicLookup = (reference: DynamicReference) => Promise<string>;

const PATTERN = /\{\{resolve:([a-z-]+):([^{}]+)\}\}/g;

export function parseDynamicReference(service: string, key: string, place: Place): DynamicReference {
  switch (service) {
    case 'ssm':
    case 'ssm-secure': {
      const [name = '', version] = key.split(':');
      return { service, name, ...(version ? { version } : {}) };
    }
    case 'secretsmanager': {
      const parts = key.split(':');
      // An ARN has colons of its own: arn:aws:secretsmanager:region:account:secret:name
      const secretId = parts.splice(0, key.startsWith('arn:') ? 7 : 1).join(':');
      const [kind, jsonKey, versionStage, versionId] = parts;
      if (kind && kind !== 'SecretString')
        throw new TemplateError(place, `of a secret only SecretString can be read, found ${shown(kind)}`);
      return {
        service,
        secretId,
        ...(jsonKey ? { jsonKey } : {}),
        ...(versionStage ? { versionStage } : {}),
        ...(versionId ? { versionId } : {}),
      };
    }
    default:
      throw new TemplateError(
        place,
        `a dynamic reference names ssm, ssm-secure or secretsmanager, found ${shown(service)}`,
      );
  }
}

/** The same value with every dynamic reference replaced by what `lookup` finds. */
export async function resolveDynamic(value: Json, lookup: DynamicLookup, place: Place): Promise<Json> {
  if (typeof value === 'string') return await resolveText(value, lookup, place);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return await Promise.all(
      (value as readonly Json[]).map((item, index) => resolveDynamic(item, lookup, inside(place, index))),
    );
  const members = Object.entries(value as JsonObject).map(
    async ([key, member]) => [key, await resolveDynamic(member, lookup, inside(place, key))] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}

async function resolveText(text: string, lookup: DynamicLookup, place: Place): Promise<string> {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const found = parseDynamicReference(match[1] ?? '', match[2] ?? '', place);
    try {
      result += text.slice(end, match.index) + (await lookup(found));
    } catch (error) {
      throw new TemplateError(
        place,
        `${match[0]}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}
