/**
 * Parameters: given values, defaults and SSM values, checked against what the template allows. `Ref` gives
 * text, or a list of texts for list types.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
import type { Json, JsonObject } from './json.ts';
import { choices, inside, type Place, shown, TemplateError } from './problem.ts';
import type { Template } from './template.ts';

/** Reads a Systems Manager parameter (`name` or `name:version`); undefined if there is none. */
export type SsmLookup = (name: string) => Promise<string | undefined>;

export async function bindParameters(
  template: Template,
  given: Readonly<Record<string, string>>,
  ssm: SsmLookup,
): Promise<ReadonlyMap<string, Json>> {
  const section: Place = { file: template.file, path: 'Parameters' };
  for (const name of Object.keys(given))
    if (!Object.hasOwn(template.parameters, name))
      throw new TemplateError(
        section,
        `no parameter ${shown(name)}; the template takes ${choices(Object.keys(template.parameters))}`,
      );
  const bound = new Map<string, Json>();
  for (const [name, declaration] of Object.entries(template.parameters)) {
    const place = inside(section, name);
    const supplied = given[name] ?? scalarText(declaration['Default']);
    if (supplied === undefined) throw new TemplateError(place, 'has no default and no value was given');
    bound.set(name, await boundValue(declaration, supplied, place, ssm));
  }
  return bound;
}

async function boundValue(
  declaration: JsonObject,
  supplied: string,
  place: Place,
  ssm: SsmLookup,
): Promise<Json> {
  const type = declaration['Type'];
  if (typeof type !== 'string')
    throw new TemplateError(inside(place, 'Type'), `must be a string, found ${shown(type)}`);
  const stored = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
  if (stored === undefined) {
    const value = typed(type, supplied, place);
    for (const item of Array.isArray(value) ? value : [value]) checkLimits(declaration, String(item), place);
    return value;
  }
  const found = await ssm(supplied);
  if (found === undefined)
    throw new TemplateError(
      place,
      `Systems Manager has no parameter ${shown(supplied)} in this region; create it or give the value`,
    );
  return typed(stored, found, place);
}

function typed(type: string, text: string, place: Place): string | readonly string[] {
  if (type === 'CommaDelimitedList' || /^List<.+>$/.test(type)) {
    const items = text === '' ? [] : text.split(',').map((item) => item.trim());
    if (type === 'List<Number>') for (const item of items) checkNumber(item, place);
    return items;
  }
  if (type === 'Number') checkNumber(text, place);
  return text;
}

function checkNumber(text: string, place: Place): void {
  if (text.trim() === '' || !Number.isFinite(Number(text)))
    throw new TemplateError(place, `must be a number, found ${shown(text)}`);
}

function checkLimits(declaration: JsonObject, value: string, place: Place): void {
  const refuse = (allowed: string): never => {
    const own = declaration['ConstraintDescription'];
    const shownValue = isHidden(declaration) ? 'a hidden value' : shown(value);
    throw new TemplateError(place, `${own ?? `must be ${allowed}`}, found ${shownValue}`);
  };
  const limit = (name: string): number | undefined =>
    declaration[name] === undefined ? undefined : Number(declaration[name]);
  const allowed = declaration['AllowedValues'];
  if (Array.isArray(allowed) && !allowed.some((item) => String(item) === value))
    refuse(choices(allowed.map(String)));
  const pattern = declaration['AllowedPattern'];
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`).test(value))
    refuse(`text that matches ${pattern}`);
  const [minLength, maxLength] = [limit('MinLength'), limit('MaxLength')];
  if (minLength !== undefined && value.length < minLength) refuse(`at least ${minLength} characters long`);
  if (maxLength !== undefined && value.length > maxLength) refuse(`at most ${maxLength} characters long`);
  const [minimum, maximum] = [limit('MinValue'), limit('MaxValue')];
  if (minimum !== undefined && Number(value) < minimum) refuse(`at least ${minimum}`);
  if (maximum !== undefined && Number(value) > maximum) refuse(`at most ${maximum}`);
}

/** NoEcho parameters are never shown. */
export function isHidden(declaration: JsonObject): boolean {
  return declaration['NoEcho'] === true || declaration['NoEcho'] === 'true';
}

function scalarText(value: Json | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
