/** Generated secrets, as GenerateSecretString asks for them. The bytes come from the system's own generator. */
import { randomInt } from 'node:crypto';
import { AwsError } from '../../wire/types.ts';

export interface PasswordRules {
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeLowercase?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly IncludeSpace?: boolean;
  readonly RequireEachIncludedType?: boolean;
}

export interface GenerateSecretString extends PasswordRules {
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

const CLASSES = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const;
const DEFAULT_LENGTH = 32;
const MAX_LENGTH = 4096;

export function generatePassword(rules: PasswordRules): string {
  const length = rules.PasswordLength ?? DEFAULT_LENGTH;
  const excluded = new Set(rules.ExcludeCharacters ?? '');
  const classes = (Object.keys(CLASSES) as (keyof typeof CLASSES)[])
    .filter((name) => !rules[name])
    .map((name) => [...CLASSES[name]].filter((char) => !excluded.has(char)))
    .filter((chars) => chars.length > 0);
  if (rules.IncludeSpace) classes.push([' ']);
  const all = classes.flat();
  if (!all.length || length < classes.length || length > MAX_LENGTH)
    throw new AwsError(
      'InvalidParameterException',
      `PasswordLength must be between ${classes.length || 1} and ${MAX_LENGTH} and leave characters to choose from, found ${length}`,
    );
  const pick = (chars: readonly string[]): string => chars[randomInt(chars.length)]!;
  const chosen = rules.RequireEachIncludedType === false ? [] : classes.map(pick);
  while (chosen.length < length) chosen.push(pick(all));
  for (let n = chosen.length - 1; n > 0; n--) {
    const other = randomInt(n + 1);
    [chosen[n], chosen[other]] = [chosen[other]!, chosen[n]!];
  }
  return chosen.join('');
}

/** The whole secret: a bare password, or the template's JSON with the password under its key. */
export function generateSecretString(asked: GenerateSecretString): string {
  const { SecretStringTemplate: template, GenerateStringKey: key } = asked;
  const password = generatePassword(asked);
  if (template === undefined && key === undefined) return password;
  if (template === undefined || key === undefined)
    throw new AwsError(
      'InvalidParameterException',
      'GenerateSecretString needs both SecretStringTemplate and GenerateStringKey, or neither',
    );
  return JSON.stringify({ ...(JSON.parse(template) as object), [key]: password });
}
