/**
 * Subscription filter policies: every key of the policy must match, by any of its conditions. Pure.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
import type { MessageAttribute } from './model.ts';

type Json = unknown;

/** Throws a SyntaxError for a policy that is not one. */
export function checkFilterPolicy(text: string): void {
  const policy = parse(text);
  const walk = (node: Json): void => {
    if (Array.isArray(node)) {
      for (const condition of node)
        if (typeof condition === 'object' && condition !== null) checkCondition(condition);
    } else if (typeof node === 'object' && node !== null)
      for (const inner of Object.values(node)) walk(inner);
    else throw new SyntaxError('FilterPolicy: each key must hold a list of conditions');
  };
  walk(policy);
}

function parse(text: string): Record<string, Json> {
  try {
    const policy = JSON.parse(text) as unknown;
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy))
      return policy as Record<string, Json>;
  } catch {
    // Said below, as for any other text that is no policy.
  }
  throw new SyntaxError('FilterPolicy must be a JSON object');
}

const conditions = ['prefix', 'suffix', 'anything-but', 'numeric', 'exists', 'equals-ignore-case'];

function checkCondition(condition: object): void {
  const [name = ''] = Object.keys(condition);
  if (!conditions.includes(name))
    throw new SyntaxError(`FilterPolicy: ${name} is not done here; there is ${conditions.join(', ')}`);
}

export function acceptsAttributes(
  policy: string,
  attributes: Readonly<Record<string, MessageAttribute>>,
): boolean {
  return Object.entries(parse(policy)).every(([key, wanted]) => {
    const attribute = attributes[key];
    return matchesAny(
      wanted as Json[],
      attribute === undefined || attribute.Type === 'Binary' ? [] : valuesOf(attribute),
    );
  });
}

function valuesOf({ Type, Value }: MessageAttribute): readonly Json[] {
  if (Type.startsWith('Number')) return [Number(Value)];
  if (Type !== 'String.Array') return [Value];
  try {
    const list = JSON.parse(Value) as unknown;
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/** FilterPolicyScope MessageBody: the policy has the body's nested shape. */
export function acceptsBody(policy: string, message: string): boolean {
  let body: Json;
  try {
    body = JSON.parse(message);
  } catch {
    return false;
  }
  return matchesShape(parse(policy), body);
}

function matchesShape(policy: Record<string, Json>, body: Json): boolean {
  if (Array.isArray(body)) return body.some((item) => matchesShape(policy, item));
  const object = typeof body === 'object' && body !== null ? (body as Record<string, Json>) : {};
  return Object.entries(policy).every(([key, wanted]) => {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (!Array.isArray(wanted)) return matchesShape(wanted as Record<string, Json>, value);
    return matchesAny(wanted, value === undefined ? [] : Array.isArray(value) ? value : [value]);
  });
}

function matchesAny(wanted: readonly Json[], values: readonly Json[]): boolean {
  return wanted.some((condition) => {
    if (typeof condition === 'object' && condition !== null && 'exists' in condition)
      return condition.exists === values.length > 0;
    return values.some((value) => matches(condition, value));
  });
}

function matches(condition: Json, value: Json): boolean {
  if (typeof condition !== 'object' || condition === null) return condition === value;
  const [[name, wanted] = ['', undefined]] = Object.entries(condition as Record<string, Json>);
  const text = String(value);
  switch (name) {
    case 'prefix':
      return typeof value === 'string' && text.startsWith(String(wanted));
    case 'suffix':
      return typeof value === 'string' && text.endsWith(String(wanted));
    case 'equals-ignore-case':
      return text.toLowerCase() === String(wanted).toLowerCase();
    case 'anything-but':
      return !(Array.isArray(wanted) ? wanted : [wanted]).some((other) => matches(other, value));
    case 'numeric':
      return typeof value === 'number' && numeric(wanted as Json[], value);
    default:
      return false;
  }
}

/** [">", 0, "<=", 100] */
function numeric(range: readonly Json[], value: number): boolean {
  for (let at = 0; at < range.length; at += 2) {
    const limit = Number(range[at + 1]);
    const holds = {
      '=': value === limit,
      '<': value < limit,
      '<=': value <= limit,
      '>': value > limit,
      '>=': value >= limit,
    };
    if (!holds[range[at] as keyof typeof holds]) return false;
  }
  return true;
}
