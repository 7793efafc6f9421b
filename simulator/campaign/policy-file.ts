// A policy file: what an owner may choose, and two of which can be compared on the same seeds. JSON; what it leaves out
// keeps its default, what it misspells or overdoes is refused with what is allowed.

import { readPolicy } from '@understudy/controller/policy';
import { DEFAULT_SETTING, type Setting } from '../options.ts';

export interface Choice extends Pick<Setting, 'policy' | 'healthCheck' | 'standbyCapacity' | 'shedsLoad'> {
  readonly label: string;
  readonly policyFile?: string;
}

export const DEFAULT_CHOICE: Choice = {
  label: 'default',
  policy: DEFAULT_SETTING.policy,
  healthCheck: DEFAULT_SETTING.healthCheck,
  standbyCapacity: DEFAULT_SETTING.standbyCapacity,
  shedsLoad: DEFAULT_SETTING.shedsLoad,
};

const FIELDS = ['label', 'policy', 'healthCheck', 'standbyCapacity', 'shedsLoad'] as const;

/** `name` is the file's, for errors and for a label where it has none. */
export function readChoice(text: string, name: string): Choice {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name}: not JSON: ${(error as Error).message}`);
  }
  const file = objectOf(parsed, name, FIELDS);
  const { label = labelOf(name), policy, healthCheck, standbyCapacity = 'scaled', shedsLoad = true } = file;
  if (typeof label !== 'string' || label.trim() === '' || label.length > 40)
    throw new Error(`${name}: label: ${JSON.stringify(label)}; allowed: a text of 1 to 40 characters`);
  if (standbyCapacity !== 'held' && standbyCapacity !== 'scaled')
    throw new Error(
      `${name}: standbyCapacity: ${JSON.stringify(standbyCapacity)}; allowed: "held", "scaled"`,
    );
  if (typeof shedsLoad !== 'boolean')
    throw new Error(`${name}: shedsLoad: ${JSON.stringify(shedsLoad)}; allowed: true, false`);
  return {
    label,
    policy: policyOf(policy, name),
    healthCheck: healthCheckOf(healthCheck, name),
    standbyCapacity,
    shedsLoad,
    policyFile: name,
  };
}

function policyOf(policy: unknown, name: string): Setting['policy'] {
  try {
    return readPolicy(policy === undefined ? undefined : JSON.stringify(policy));
  } catch (error) {
    // The controller's words name the variable that it reads its policy from.
    throw new Error(`${name}: ${(error as Error).message.replace(/^POLICY/, 'policy')}`);
  }
}

/** Route 53, “Values that you specify when you create or update health checks”: 10 or 30 seconds, 1 to 10 in a row. */
function healthCheckOf(value: unknown, name: string): Setting['healthCheck'] {
  const found =
    value === undefined
      ? {}
      : objectOf(value, `${name}: healthCheck`, ['intervalSeconds', 'failureThreshold']);
  const {
    intervalSeconds = DEFAULT_CHOICE.healthCheck.intervalSeconds,
    failureThreshold = DEFAULT_CHOICE.healthCheck.failureThreshold,
  } = found;
  if (intervalSeconds !== 10 && intervalSeconds !== 30)
    throw new Error(
      `${name}: healthCheck.intervalSeconds: ${JSON.stringify(intervalSeconds)}; allowed: 10, 30`,
    );
  if (
    !Number.isInteger(failureThreshold) ||
    !((failureThreshold as number) >= 1 && (failureThreshold as number) <= 10)
  )
    throw new Error(
      `${name}: healthCheck.failureThreshold: ${JSON.stringify(failureThreshold)}; allowed: a whole number from 1 to 10`,
    );
  return { intervalSeconds, failureThreshold: failureThreshold as number };
}

function objectOf(
  value: unknown,
  where: string,
  allowed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where}: a JSON object is needed, found ${JSON.stringify(value)}`);
  const unknown = Object.keys(value).find((field) => !allowed.includes(field));
  if (unknown !== undefined)
    throw new Error(`${where}: ${unknown} is unknown; allowed: ${allowed.join(', ')}`);
  return value as Readonly<Record<string, unknown>>;
}

const labelOf = (name: string): string =>
  name
    .replace(/^.*[/\\]/, '')
    .replace(/\.json$/, '')
    .slice(0, 40) || name;
