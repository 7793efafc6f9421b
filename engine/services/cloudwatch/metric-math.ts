/**
 * Metric math over time series: + - * / ^, comparisons, AND, OR, IF, FILL and a handful of functions. What is
 * not here (SEARCH, METRICS, anomaly detection, RATE and the like) is refused by name.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
import { tokensOf } from './tokens.ts';
export type TimeSeries = ReadonlyMap<number, number>;
export type Value = number | TimeSeries;

type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'metric'; readonly id: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/^()[\],<>]))/y;

const binding: Readonly<Record<string, number>> = {
  '||': 1,
  OR: 1,
  '&&': 2,
  AND: 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '^': 7,
};

const functions = ['IF', 'FILL', 'SUM', 'AVG', 'MIN', 'MAX', 'ABS', 'CEIL', 'FLOOR'] as const;

export interface MetricMath {
  /** Ids of the metrics and expressions it refers to. */
  readonly ids: readonly string[];
  /** `times` are the periods that the answer may have, for FILL; the series come by id. */
  evaluate(seriesOf: (id: string) => TimeSeries, times: readonly number[]): TimeSeries;
}

/** Throws a SyntaxError that names what is not understood. */
export function parseMetricMath(text: string): MetricMath {
  const expression = parse(text);
  const ids = [...new Set(idsOf(expression))];
  return {
    ids,
    evaluate: (seriesOf, times) => {
      const value = evaluate(expression, seriesOf, times);
      return typeof value === 'number' ? new Map(times.map((at) => [at, value])) : value;
    },
  };
}

function parse(text: string): Expression {
  const tokens = tokenize(text);
  let at = 0;
  const fail = (expected: string): never => {
    throw new SyntaxError(
      `expression ${JSON.stringify(text)}: expected ${expected}, found ${tokens[at] ?? 'the end'}`,
    );
  };
  const take = (token: string): void => {
    if (tokens[at] !== token) fail(token);
    at++;
  };
  const list = (end: string): Expression[] => {
    const items: Expression[] = [];
    while (tokens[at] !== end) {
      if (items.length > 0) take(',');
      items.push(operand(0));
    }
    at++;
    return items;
  };
  const operand = (power: number): Expression => {
    let left = primary();
    for (;;) {
      const operator = tokens[at] ?? '';
      const own = binding[operator];
      if (own === undefined || own <= power) return left;
      at++;
      left = { kind: 'binary', operator, left, right: operand(own) };
    }
  };
  const primary = (): Expression => {
    const token = tokens[at++];
    if (token === undefined) return fail('a metric, a number or a function');
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (token === '-')
      return { kind: 'binary', operator: '-', left: { kind: 'number', value: 0 }, right: operand(6) };
    if (token === '(') {
      const inner = operand(0);
      take(')');
      return inner;
    }
    if (token === '[') return { kind: 'list', items: list(']') };
    if (!/^\w/.test(token)) return fail('a metric, a number or a function');
    if (tokens[at] !== '(') return { kind: 'metric', id: token };
    at++;
    const name = token.toUpperCase();
    if (!(functions as readonly string[]).includes(name))
      throw new SyntaxError(
        `expression ${JSON.stringify(text)}: ${name} is not done here; there is ${functions.join(', ')}`,
      );
    return { kind: 'call', name, arguments: list(')') };
  };
  const expression = operand(0);
  if (at < tokens.length) fail('the end');
  return expression;
}

function tokenize(text: string): readonly string[] {
  return tokensOf(TOKEN, text, (at) => {
    throw new SyntaxError(
      `expression ${JSON.stringify(text)}: not understood at ${JSON.stringify(text.slice(at, at + 10))}`,
    );
  });
}

function idsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'metric':
      return expression.id === 'REPEAT' ? [] : [expression.id];
    case 'list':
      return expression.items.flatMap(idsOf);
    case 'call':
      return expression.arguments.flatMap(idsOf);
    case 'binary':
      return [...idsOf(expression.left), ...idsOf(expression.right)];
  }
}

function evaluate(
  expression: Expression,
  seriesOf: (id: string) => TimeSeries,
  times: readonly number[],
): Value {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'metric':
      return seriesOf(expression.id);
    case 'list':
      throw new SyntaxError('a list of metrics is only understood inside SUM, AVG, MIN or MAX');
    case 'binary':
      return combine(
        evaluate(expression.left, seriesOf, times),
        evaluate(expression.right, seriesOf, times),
        operators[expression.operator] as (a: number, b: number) => number,
      );
    case 'call':
      return call(expression.name, expression.arguments, seriesOf, times);
  }
}

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
};

/** A point exists where both sides have one; division by zero has no point. */
function combine(a: Value, b: Value, operator: (a: number, b: number) => number): Value {
  if (typeof a === 'number' && typeof b === 'number') return operator(a, b);
  const times = typeof a === 'number' ? [...(b as TimeSeries).keys()] : [...a.keys()];
  const out = new Map<number, number>();
  for (const at of times) {
    const left = typeof a === 'number' ? a : a.get(at);
    const right = typeof b === 'number' ? b : b.get(at);
    if (left === undefined || right === undefined) continue;
    const value = operator(left, right);
    if (Number.isFinite(value)) out.set(at, value);
  }
  return out;
}

function call(
  name: string,
  given: readonly Expression[],
  seriesOf: (id: string) => TimeSeries,
  times: readonly number[],
): Value {
  const value = (index: number): Value => {
    const argument = given[index];
    if (!argument)
      throw new SyntaxError(`${name} needs ${index + 1} arguments or more, found ${given.length}`);
    return evaluate(argument, seriesOf, times);
  };
  switch (name) {
    case 'FILL':
      return fill(
        value(0),
        given[1]?.kind === 'metric' && given[1].id === 'REPEAT' ? 'REPEAT' : value(1),
        times,
      );
    case 'IF':
      return choose(value(0), value(1), given.length > 2 ? value(2) : new Map(), times);
    case 'ABS':
      return combine(value(0), 0, (a) => Math.abs(a));
    case 'CEIL':
      return combine(value(0), 0, (a) => Math.ceil(a));
    case 'FLOOR':
      return combine(value(0), 0, (a) => Math.floor(a));
    default:
      return aggregate(name, given, seriesOf, times);
  }
}

function fill(value: Value, by: Value | 'REPEAT', times: readonly number[]): Value {
  if (typeof value === 'number') return value;
  const out = new Map<number, number>();
  let last: number | undefined;
  for (const at of times) {
    const replacement = by === 'REPEAT' ? last : typeof by === 'number' ? by : by.get(at);
    const point = value.get(at) ?? replacement;
    if (point !== undefined) out.set(at, point);
    last = value.get(at) ?? last;
  }
  return out;
}

function choose(condition: Value, then: Value, otherwise: Value, times: readonly number[]): TimeSeries {
  const out = new Map<number, number>();
  const point = (value: Value, at: number): number | undefined =>
    typeof value === 'number' ? value : value.get(at);
  for (const at of times) {
    const test = point(condition, at);
    if (test === undefined) continue;
    const chosen = point(test !== 0 ? then : otherwise, at);
    if (chosen !== undefined) out.set(at, chosen);
  }
  return out;
}

/** Over the list at each time, or, given a single series, over its whole time. */
function aggregate(
  name: string,
  given: readonly Expression[],
  seriesOf: (id: string) => TimeSeries,
  times: readonly number[],
): Value {
  const [first] = given;
  const items = first?.kind === 'list' ? first.items : given;
  const values = items.map((item) => evaluate(item, seriesOf, times));
  const [only] = values;
  if (values.length === 1 && first?.kind !== 'list')
    return typeof only === 'number' ? only : (reduce(name, [...(only ?? new Map()).values()]) ?? new Map());
  const out = new Map<number, number>();
  for (const at of times) {
    const present = values
      .map((value) => (typeof value === 'number' ? value : value.get(at)))
      .filter((v) => v !== undefined);
    const result = reduce(name, present);
    if (result !== undefined) out.set(at, result);
  }
  return out;
}

function reduce(name: string, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sum = values.reduce((total, value) => total + value, 0);
  if (name === 'SUM') return sum;
  if (name === 'AVG') return sum / values.length;
  return name === 'MIN' ? Math.min(...values) : Math.max(...values);
}
