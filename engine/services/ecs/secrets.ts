/**
 * `secrets[].valueFrom` of a container definition, read once when a task starts (a rotated secret needs new
 * tasks, as on AWS): a Secrets Manager ARN with optional `:json-key:version-stage:version-id`, or an SSM
 * parameter's ARN or name. ECS Developer Guide, “Pass Secrets Manager secrets through environment variables”.
 */
import type { Secret } from '@aws-sdk/client-ecs';
import type { ServiceContext } from '../contract.ts';

export type SecretSource =
  | {
      readonly kind: 'secretsmanager';
      readonly secretId: string;
      readonly jsonKey?: string;
      readonly versionStage?: string;
      readonly versionId?: string;
    }
  | { readonly kind: 'ssm'; readonly name: string };

export function secretSource(valueFrom: string): SecretSource {
  const parts = valueFrom.split(':');
  if (parts[0] !== 'arn') return { kind: 'ssm', name: valueFrom };
  if (parts[2] === 'ssm') {
    const name = parts
      .slice(5)
      .join(':')
      .replace(/^parameter/, '');
    // A hierarchy's name begins with a slash; a plain name's ARN has one that is not part of it.
    return { kind: 'ssm', name: name.slice(1).includes('/') ? name : name.replace(/^\//, '') };
  }
  if (parts[2] !== 'secretsmanager' || parts.length < 7)
    throw new Error(
      `valueFrom is a Secrets Manager ARN (arn:aws:secretsmanager:…:secret:name:json-key:stage:id) or an SSM parameter, found ${valueFrom}`,
    );
  const [jsonKey, versionStage, versionId] = parts.slice(7);
  return {
    kind: 'secretsmanager',
    secretId: parts.slice(0, 7).join(':'),
    ...(jsonKey ? { jsonKey } : {}),
    ...(versionStage ? { versionStage } : {}),
    ...(versionId ? { versionId } : {}),
  };
}

export async function readSecrets(
  context: ServiceContext,
  secrets: readonly Secret[],
): Promise<Readonly<Record<string, string>>> {
  const read = async (secret: Secret): Promise<readonly [string, string]> => {
    try {
      return [secret.name!, await readOne(context, secretSource(secret.valueFrom!))];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `ResourceInitializationError: unable to pull secret ${secret.name} from ${secret.valueFrom}: ${reason}`,
      );
    }
  };
  return Object.fromEntries(await Promise.all(secrets.map(read)));
}

async function readOne(context: ServiceContext, source: SecretSource): Promise<string> {
  if (source.kind === 'ssm') {
    const { Parameter } = await context.invoke<object, { Parameter?: { Value?: string } }>(
      'ssm',
      'GetParameter',
      { Name: source.name, WithDecryption: true },
    );
    return Parameter?.Value ?? '';
  }
  const { SecretString } = await context.invoke<object, { SecretString?: string }>(
    'secretsmanager',
    'GetSecretValue',
    {
      SecretId: source.secretId,
      ...(source.versionStage ? { VersionStage: source.versionStage } : {}),
      ...(source.versionId ? { VersionId: source.versionId } : {}),
    },
  );
  if (SecretString === undefined) throw new Error('it holds no SecretString');
  if (source.jsonKey === undefined) return SecretString;
  const value = (JSON.parse(SecretString) as Record<string, unknown>)[source.jsonKey];
  if (value === undefined) throw new Error(`its JSON has no key ${source.jsonKey}`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
