/**
 * Filter patterns of FilterLogEvents and metric filters: terms (`ERROR -health ?a ?b "a phrase"`) and JSON
 * selectors (`{ $.level = "error" && $.ms > 100 }`). Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export type Matcher = (message: string) => boolean;

/** Throws a SyntaxError that says what is not understood. */
export function parseFilterPattern(pattern: string): Matcher {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return jsonPattern(text);
  if (text.startsWith('[')) throw new SyntaxError('space-delimited patterns ([a, b, …]) are not done here');
  if (text.startsWith('%')) throw new SyntaxError('regular expressions (%…%) are not done here');
  return termPattern(text);
}

function termPattern(text: string): Matcher {
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g)].map(
    ([, sign = '', quoted, bare]) => ({
      sign,
      term: quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '',
    }),
  );
  const of = (sign: string): string[] => terms.filter((found) => found.sign === sign).map(({ term }) => term);
  const [all, none, any] = [of(''), of('-'), of('?')];
  return (message) =>
    all.every((term) => message.includes(term)) &&
    !none.some((term) => message.includes(term)) &&
    (any.length === 0 || any.some((term) => message.includes(term)));
}

type Selector = readonly (string | number)[];
type Test = (event: unknown) => boolean;

const TOKEN =
  /\s*(?:(\$[^\s=!<>&|(){}]*)|("(?:[^"\\]|\\.)*")|(&&|\|\||!=|<=|>=|[=<>(){}])|([^\s=!<>&|(){}"]+))/y;

function jsonPattern(text: string): Matcher {
  const tokens = tokenize(text);
  let at = 0;
  const fail = (expected: string): never => {
    throw new SyntaxError(`filter pattern ${text}: expected ${expected}, found ${tokens[at] ?? 'the end'}`);
  };
  const take = (token: string): void => {
    if (tokens[at] !== token) fail(token);
    at++;
  };
  const or = (): Test => {
    let left = and();
    while (tokens[at] === '||') {
      at++;
      const [before, after] = [left, and()];
      left = (event) => before(event) || after(event);
    }
    return left;
  };
  const and = (): Test => {
    let left = one();
    while (tokens[at] === '&&') {
      at++;
      const [before, after] = [left, one()];
      left = (event) => before(event) && after(event);
    }
    return left;
  };
  const one = (): Test => {
    if (tokens[at] === '(') {
      at++;
      const inner = or();
      take(')');
      return inner;
    }
    const token = tokens[at];
    if (!token?.startsWith('$')) return fail('a selector ($.name)');
    at++;
    return comparison(parseSelector(token), () => tokens[at++], fail);
  };
  take('{');
  const test = or();
  take('}');
  if (at < tokens.length) fail('the end');
  return (message) => {
    const event = parseJson(message);
    return event !== undefined && test(event);
  };
}

function comparison(
  selector: Selector,
  next: () => string | undefined,
  fail: (expected: string) => never,
): Test {
  const operator = next()?.toUpperCase() ?? '';
  if (operator === 'IS') {
    const wanted = next()?.toUpperCase();
    const value = { NULL: null, TRUE: true, FALSE: false }[wanted ?? ''];
    if (value === undefined) return fail('NULL, TRUE or FALSE');
    return (event) => select(event, selector) === value;
  }
  if (operator === 'NOT') {
    if (next()?.toUpperCase() !== 'EXISTS') return fail('EXISTS');
    return (event) => select(event, selector) === undefined;
  }
  const given = next();
  if (!['=', '!=', '<', '>', '<=', '>='].includes(operator) || given === undefined)
    return fail('=, !=, <, >, <=, >=, IS or NOT EXISTS, and a value');
  const bare = given.startsWith('"') ? given.slice(1, -1).replace(/\\(.)/g, '$1') : given;
  const number = given.startsWith('"') ? Number.NaN : Number(given);
  if (operator === '=' || operator === '!=') {
    const equal = Number.isNaN(number) ? wildcard(bare) : (value: unknown): boolean => value === number;
    return (event) => {
      const value = select(event, selector);
      return value !== undefined && equal(value) === (operator === '=');
    };
  }
  if (Number.isNaN(number)) return fail(`a number after ${operator}`);
  return (event) => {
    const value = select(event, selector);
    if (typeof value !== 'number') return false;
    if (operator === '<') return value < number;
    if (operator === '>') return value > number;
    return operator === '<=' ? value <= number : value >= number;
  };
}

function wildcard(text: string): (value: unknown) => boolean {
  const parts = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('[\\s\\S]*')}$`);
  return (value) => typeof value !== 'object' && expression.test(String(value));
}

function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new SyntaxError(`filter pattern: not understood at ${text.slice(from, from + 20)}`);
    tokens.push((found[1] ?? found[2] ?? found[3] ?? found[4]) as string);
  }
  return tokens;
}

/** `$.a.b[0]` → ['a', 'b', 0] */
export function parseSelector(text: string): Selector {
  if (!/^\$(\.[\w-]+|\[\d+\]|\["[^"]+"\])*$/.test(text)) throw new SyntaxError(`not a selector: ${text}`);
  return [...text.matchAll(/\.([\w-]+)|\[(\d+)\]|\["([^"]+)"\]/g)].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? quoted ?? '') : Number(index),
  );
}

export function select(event: unknown, selector: Selector): unknown {
  let value = event;
  for (const step of selector) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

export function parseJson(message: string): unknown {
  if (!message.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
