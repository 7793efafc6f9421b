/**
 * Event patterns: which events a rule is for. Pure. Exact values, prefix, suffix, anything-but, numeric,
 * exists, equals-ignore-case, wildcard and $or. EventBridge User Guide, “Comparison operators for use in
 * event patterns”; an operator that is not read is an error, never a match.
 */
export class PatternError extends Error {}

type Matcher = (value: unknown) => boolean;

export function matches(pattern: unknown, event: unknown): boolean {
  return compile(pattern)(event);
}

/** Throws PatternError for what is not a pattern. */
export function compile(pattern: unknown): Matcher {
  if (!isObject(pattern))
    throw new PatternError('Event pattern is not valid. Reason: it must be a JSON object');
  const fields = Object.entries(pattern).map(([key, wanted]) => field(key, wanted));
  return (event) => fields.every((one) => one(event));
}

function field(key: string, wanted: unknown): Matcher {
  if (key === '$or' && Array.isArray(wanted)) {
    const ways = wanted.map(compile);
    return (event) => ways.some((way) => way(event));
  }
  if (Array.isArray(wanted)) {
    if (wanted.length === 0)
      throw new PatternError(`Event pattern is not valid. Reason: Empty arrays are not allowed at ${key}`);
    const leaves = wanted.map((one) => leaf(key, one));
    return (event) => {
      const value = isObject(event) ? event[key] : undefined;
      // An array in the event matches when one of its elements does.
      const values = Array.isArray(value) && value.length > 0 ? value : [value];
      return values.some((one) => leaves.some((matches) => matches(one)));
    };
  }
  if (!isObject(wanted))
    throw new PatternError(`Event pattern is not valid. Reason: "${key}" must be an object or an array`);
  const inner = compile(wanted);
  return (event) => {
    const value = isObject(event) ? event[key] : undefined;
    return Array.isArray(value) ? value.some(inner) : inner(value);
  };
}

function leaf(key: string, wanted: unknown): Matcher {
  if (!isObject(wanted)) return (value) => value === wanted;
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(wanted);
  if (more.length > 0)
    throw new PatternError(`Event pattern is not valid. Reason: one operator a value at ${key}`);
  return comparison(key, operator, operand);
}

function comparison(key: string, operator: string, operand: unknown): Matcher {
  const text = (test: (value: string, wanted: string) => boolean): Matcher => {
    if (typeof operand !== 'string')
      throw new PatternError(`Event pattern is not valid. Reason: ${operator} takes a string at ${key}`);
    return (value) => typeof value === 'string' && test(value, operand);
  };
  switch (operator) {
    case 'prefix':
      return text((value, wanted) => value.startsWith(wanted));
    case 'suffix':
      return text((value, wanted) => value.endsWith(wanted));
    case 'equals-ignore-case':
      return text((value, wanted) => value.toLowerCase() === wanted.toLowerCase());
    case 'wildcard':
      return text((value, wanted) => wildcard(wanted).test(value));
    case 'exists':
      return (value) => (value !== undefined) === (operand === true);
    case 'numeric':
      return numeric(key, operand);
    case 'anything-but': {
      const excluded = Array.isArray(operand)
        ? operand.map((one) => leaf(key, one))
        : [isObject(operand) ? leaf(key, operand) : (value: unknown) => value === operand];
      return (value) => value !== undefined && !excluded.some((one) => one(value));
    }
    default:
      throw new PatternError(
        `Event pattern is not valid. Reason: Unrecognized match type ${operator} at ${key}`,
      );
  }
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

const relations: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `[">", 0, "<=", 5]` */
function numeric(key: string, operand: unknown): Matcher {
  const bad = new PatternError(
    `Event pattern is not valid. Reason: numeric takes pairs of ${Object.keys(relations).join(' ')} and a number at ${key}`,
  );
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) throw bad;
  const tests: Matcher[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const relation = relations[String(operand[at])];
    const bound: unknown = operand[at + 1];
    if (!relation || typeof bound !== 'number') throw bad;
    tests.push((value) => relation(value as number, bound));
  }
  return (value) => typeof value === 'number' && tests.every((one) => one(value));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
