/**
 * Which actions a request meets: rules in order of priority, all conditions of a rule, any value of a
 * condition. Pure. Patterns know `*` and `?` (Application Load Balancer guide, “Condition types”).
 */
import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Cidr, isIn, parseCidr } from './source-address.ts';

export interface RequestFacts {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly host: string | undefined;
  readonly sourceAddress: string;
  /** All values of a field, joined; `name` in lower case. */
  header(name: string): string | undefined;
}

type Condition = (facts: RequestFacts) => boolean;

export interface CompiledRule {
  readonly conditions: readonly Condition[];
  readonly actions: readonly Action[];
}

export function compileRules(
  rules: readonly {
    readonly priority: number;
    readonly conditions: readonly RuleCondition[];
    readonly actions: readonly Action[];
  }[],
): CompiledRule[] {
  return [...rules]
    .sort((a, b) => a.priority - b.priority)
    .map((rule) => ({ conditions: rule.conditions.map(compileCondition), actions: rule.actions }));
}

/** The actions of the first rule that fits, else the default's. */
export function actionsFor(
  facts: RequestFacts,
  rules: readonly CompiledRule[],
  defaults: readonly Action[],
): readonly Action[] {
  for (const rule of rules) if (rule.conditions.every((fits) => fits(facts))) return rule.actions;
  return defaults;
}

/** Throws a RangeError that says what is wrong; operations check conditions by compiling them. */
export function compileCondition(condition: RuleCondition): Condition {
  switch (condition.Field) {
    case 'path-pattern':
      return any(valuesOf(condition, condition.PathPatternConfig?.Values), false, (facts) =>
        pathOf(facts.target),
      );
    case 'host-header':
      return any(valuesOf(condition, condition.HostHeaderConfig?.Values), true, (facts) =>
        hostName(facts.host),
      );
    case 'http-header': {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase();
      if (!name) throw new RangeError('an http-header condition needs HttpHeaderName');
      return any(valuesOf(condition, condition.HttpHeaderConfig?.Values), true, (facts) =>
        facts.header(name),
      );
    }
    case 'http-request-method': {
      const methods = new Set(valuesOf(condition, condition.HttpRequestMethodConfig?.Values));
      return (facts) => methods.has(facts.method);
    }
    case 'query-string':
      return queryCondition(condition.QueryStringConfig?.Values ?? []);
    case 'source-ip': {
      const ranges = valuesOf(condition, condition.SourceIpConfig?.Values).map(rangeOf);
      return (facts) => ranges.some((range) => isIn(facts.sourceAddress, range));
    }
    default:
      throw new RangeError(
        `condition field '${condition.Field}' is not one of path-pattern, host-header, http-header, http-request-method, query-string, source-ip`,
      );
  }
}

function valuesOf(condition: RuleCondition, configured: readonly string[] | undefined): readonly string[] {
  const values = configured ?? condition.Values ?? [];
  if (values.length === 0) throw new RangeError(`a ${condition.Field} condition needs at least one value`);
  return values;
}

function any(
  patterns: readonly string[],
  ignoreCase: boolean,
  read: (facts: RequestFacts) => string | undefined,
): Condition {
  const expressions = patterns.map((pattern) => wildcard(pattern, ignoreCase));
  return (facts) => {
    const value = read(facts);
    return value !== undefined && expressions.some((expression) => expression.test(value));
  };
}

function queryCondition(
  pairs: readonly { Key?: string | undefined; Value?: string | undefined }[],
): Condition {
  if (pairs.length === 0) throw new RangeError('a query-string condition needs at least one value');
  const wanted = pairs.map((pair) => ({
    key: pair.Key === undefined ? undefined : wildcard(pair.Key, true),
    value: wildcard(pair.Value ?? '', true),
  }));
  return (facts) => {
    const query = facts.target.split('?', 2)[1] ?? '';
    const given = query.split('&').map((part) => part.split('=', 2));
    return wanted.some(({ key, value }) =>
      given.some(([name, text]) => (key === undefined || key.test(name ?? '')) && value.test(text ?? '')),
    );
  };
}

/** `*` any characters, `?` exactly one; a backslash makes the next character plain. */
export function wildcard(pattern: string, ignoreCase: boolean): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] as string;
    if (character === '*') source += '[\\s\\S]*';
    else if (character === '?') source += '[\\s\\S]';
    else source += plainly(character === '\\' ? (pattern[++index] ?? '\\') : character);
  }
  return new RegExp(`^${source}$`, ignoreCase ? 'i' : '');
}

function plainly(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

function hostName(host: string | undefined): string | undefined {
  return host?.replace(/:\d*$/, '');
}

function rangeOf(text: string): Cidr {
  const range = parseCidr(text);
  if (!range) throw new RangeError(`'${text}' is not an IPv4 range such as 10.0.0.0/16`);
  return range;
}
