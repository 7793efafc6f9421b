/**
 * A CloudFormation template as data: its sections checked for form, nothing evaluated. Sections and members
 * are those of https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */
import type { Json, JsonObject } from './json.ts';
import { choices, inside, type Place, shown, TemplateError } from './problem.ts';

export type RemovalPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

export interface ResourceDeclaration {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  /** What becomes of it when it leaves the stack. */
  readonly deletionPolicy: RemovalPolicy;
  /** What becomes of the old one when it is replaced. */
  readonly updateReplacePolicy: RemovalPolicy;
}

export interface OutputDeclaration {
  readonly value: Json;
  readonly exportName?: Json;
  readonly condition?: string;
  readonly description?: string;
}

export interface Template {
  /** The file's name, for messages. */
  readonly file: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, JsonObject>>;
  readonly mappings: Readonly<Record<string, JsonObject>>;
  readonly conditions: JsonObject;
  readonly rules: Readonly<Record<string, JsonObject>>;
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Rules',
  'Transform',
  'Resources',
  'Outputs',
  'Hooks',
];
const MEMBERS = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'UpdatePolicy',
  'CreationPolicy',
];
const REMOVAL_POLICIES: readonly string[] = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];
/** Its functions (Fn::Length, Fn::ToJsonString, FindInMap's default) are evaluated here, without a macro. */
const KNOWN_TRANSFORM = 'AWS::LanguageExtensions';

export function parseTemplate(file: string, json: Json): Template {
  const root: Place = { file, path: '' };
  const sections = objectAt(json, { file, path: 'template' });
  for (const name of Object.keys(sections))
    if (!SECTIONS.includes(name))
      throw new TemplateError(inside(root, name), `unknown section; a template has ${choices(SECTIONS)}`);
  checkTransform(sections['Transform'], inside(root, 'Transform'));
  const section = (name: string): JsonObject => objectAt(sections[name] ?? {}, inside(root, name));
  const objects = (name: string): Record<string, JsonObject> =>
    Object.fromEntries(
      Object.entries(section(name)).map(([key, value]) => [
        key,
        objectAt(value, inside(inside(root, name), key)),
      ]),
    );
  const resources = new Map<string, ResourceDeclaration>();
  for (const [id, value] of Object.entries(objects('Resources')))
    resources.set(id, parseResource(id, value, inside(inside(root, 'Resources'), id)));
  const outputs = new Map<string, OutputDeclaration>();
  for (const [id, value] of Object.entries(objects('Outputs')))
    outputs.set(id, parseOutput(value, inside(inside(root, 'Outputs'), id)));
  return {
    file,
    ...(typeof sections['Description'] === 'string' ? { description: sections['Description'] } : {}),
    parameters: objects('Parameters'),
    mappings: objects('Mappings'),
    conditions: section('Conditions'),
    rules: objects('Rules'),
    resources,
    outputs,
  };
}

function parseResource(logicalId: string, value: JsonObject, place: Place): ResourceDeclaration {
  if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId))
    throw new TemplateError(place, 'a logical id consists of letters and digits, at most 255');
  for (const name of Object.keys(value))
    if (!MEMBERS.includes(name))
      throw new TemplateError(inside(place, name), `unknown member; a resource has ${choices(MEMBERS)}`);
  const type = value['Type'];
  if (typeof type !== 'string')
    throw new TemplateError(inside(place, 'Type'), `must be a string, found ${shown(type)}`);
  const condition = optionalString(value['Condition'], inside(place, 'Condition'));
  return {
    logicalId,
    type,
    properties: objectAt(value['Properties'] ?? {}, inside(place, 'Properties')),
    dependsOn: stringsAt(value['DependsOn'] ?? [], inside(place, 'DependsOn')),
    ...(condition === undefined ? {} : { condition }),
    deletionPolicy: policyAt(value['DeletionPolicy'], inside(place, 'DeletionPolicy')),
    updateReplacePolicy: policyAt(value['UpdateReplacePolicy'], inside(place, 'UpdateReplacePolicy')),
  };
}

function parseOutput(value: JsonObject, place: Place): OutputDeclaration {
  const found = value['Value'];
  if (found === undefined) throw new TemplateError(place, 'an output needs a Value');
  const exportName = objectAt(value['Export'] ?? {}, inside(place, 'Export'))['Name'];
  const condition = optionalString(value['Condition'], inside(place, 'Condition'));
  const description = value['Description'];
  return {
    value: found,
    ...(exportName === undefined ? {} : { exportName }),
    ...(condition === undefined ? {} : { condition }),
    ...(typeof description === 'string' ? { description } : {}),
  };
}

function checkTransform(value: Json | undefined, place: Place): void {
  const names = value === undefined ? [] : Array.isArray(value) ? value : [value];
  for (const name of names)
    if (name !== KNOWN_TRANSFORM)
      throw new TemplateError(
        place,
        `macros run on AWS only; allowed is ${KNOWN_TRANSFORM}, found ${shown(name)}`,
      );
}

export function objectAt(value: Json | undefined, place: Place): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TemplateError(place, `must be an object, found ${shown(value)}`);
  return value as JsonObject;
}

function stringsAt(value: Json, place: Place): readonly string[] {
  const list: readonly Json[] = Array.isArray(value) ? value : [value as Json];
  return list.map((item, index) => {
    if (typeof item !== 'string')
      throw new TemplateError(inside(place, index), `must be a string, found ${shown(item)}`);
    return item;
  });
}

function optionalString(value: Json | undefined, place: Place): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new TemplateError(place, `must be a string, found ${shown(value)}`);
}

function policyAt(value: Json | undefined, place: Place): RemovalPolicy {
  if (value === undefined) return 'Delete';
  if (typeof value === 'string' && REMOVAL_POLICIES.includes(value)) return value as RemovalPolicy;
  throw new TemplateError(place, `must be ${choices(REMOVAL_POLICIES)}, found ${shown(value)}`);
}
