/**
 * The rule expression of a composite alarm: ALARM(x), OK(x), INSUFFICIENT_DATA(x), TRUE, FALSE, AND, OR, NOT.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
import type { AlarmState } from './alarm-evaluation.ts';
import { tokensOf } from './tokens.ts';

export type CompositeRule =
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly rule: CompositeRule }
  | { readonly kind: 'and' | 'or'; readonly left: CompositeRule; readonly right: CompositeRule };

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([()])|([^\s()"]+))/y;

/** Throws a SyntaxError that says where. Alarm ARNs become names. */
export function parseCompositeRule(text: string): CompositeRule {
  const tokens = tokenize(text);
  let at = 0;
  const fail = (expected: string): never => {
    throw new SyntaxError(
      `AlarmRule: expected ${expected}, found ${tokens[at] ?? 'the end'} (token ${at + 1})`,
    );
  };
  const take = (token: string): void => {
    if (tokens[at]?.toUpperCase() !== token) fail(token);
    at++;
  };
  const is = (token: string): boolean => tokens[at]?.toUpperCase() === token;

  const or = (): CompositeRule => {
    let left = and();
    while (is('OR')) {
      at++;
      left = { kind: 'or', left, right: and() };
    }
    return left;
  };
  const and = (): CompositeRule => {
    let left = unary();
    while (is('AND')) {
      at++;
      left = { kind: 'and', left, right: unary() };
    }
    return left;
  };
  const unary = (): CompositeRule => {
    if (is('NOT')) {
      at++;
      return { kind: 'not', rule: unary() };
    }
    if (is('(')) {
      at++;
      const inner = or();
      take(')');
      return inner;
    }
    if (is('TRUE') || is('FALSE')) return { kind: 'constant', value: tokens[at++]?.toUpperCase() === 'TRUE' };
    const state = tokens[at]?.toUpperCase();
    if (state !== 'ALARM' && state !== 'OK' && state !== 'INSUFFICIENT_DATA')
      return fail('ALARM(…), OK(…), INSUFFICIENT_DATA(…), TRUE, FALSE, NOT or (');
    at++;
    take('(');
    const name = tokens[at++];
    if (name === undefined || name === '(' || name === ')') return fail('an alarm name');
    take(')');
    return { kind: 'state', state, alarm: alarmName(name) };
  };
  const rule = or();
  if (at < tokens.length) fail('the end');
  return rule;
}

function tokenize(text: string): readonly string[] {
  return tokensOf(TOKEN, text, (at) => {
    throw new SyntaxError(`AlarmRule: not understood at character ${at + 1}: ${text.slice(at, at + 20)}`);
  });
}

function alarmName(token: string): string {
  const bare = token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;
  return /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/.exec(bare)?.[1] ?? bare;
}

export function holds(rule: CompositeRule, stateOf: (alarm: string) => AlarmState | undefined): boolean {
  switch (rule.kind) {
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'constant':
      return rule.value;
    case 'not':
      return !holds(rule.rule, stateOf);
    case 'and':
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case 'or':
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}

export function children(rule: CompositeRule): readonly string[] {
  switch (rule.kind) {
    case 'state':
      return [rule.alarm];
    case 'constant':
      return [];
    case 'not':
      return children(rule.rule);
    case 'and':
    case 'or':
      return [...children(rule.left), ...children(rule.right)];
  }
}
