/** Secrets Manager: secrets with versions, generated passwords, and replicas in other regions. */

import { createHash, randomUUID } from 'node:crypto';
import type {
  CreateSecretCommandInput,
  CreateSecretCommandOutput,
  DeleteSecretCommandInput,
  DeleteSecretCommandOutput,
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  GetRandomPasswordCommandInput,
  GetRandomPasswordCommandOutput,
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
  ListSecretsCommandOutput,
  PutSecretValueCommandInput,
  PutSecretValueCommandOutput,
  ReplicateSecretToRegionsCommandInput,
  ReplicateSecretToRegionsCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import { AwsError, type Operation, type Output } from '../../wire/types.ts';
import type { ResourceHandler, Service, ServiceContext, ServiceDefinition } from '../contract.ts';
import { generatedName } from '../recorded.ts';
import { matches, nameOfSecret, type Secret } from './model.ts';
import { generatePassword, generateSecretString } from './password.ts';
import { propertyFates } from './property-fates.ts';
import { createReplication } from './replication.ts';

/** Real time that the creation of a secret waits for its replicas, so that stacks there find it. */
const REPLICA_DEADLINE_MS = 5000;

export const secretsmanager: ServiceDefinition = {
  name: 'secretsmanager',
  controlPlane: 'regional',
  api: {
    signingName: 'secretsmanager',
    protocols: ['json-1.1'],
    targetPrefix: 'secretsmanager',
    sdk: () => schemasOf('@aws-sdk/client-secrets-manager'),
  },
  types: {
    'AWS::SecretsManager::Secret': { fate: 'runs', properties: propertyFates['AWS::SecretsManager::Secret'] },
  },
  create: (context) => createService(context),
};

function createService(context: ServiceContext): Service {
  const secrets = context.store.table<Secret>('secrets');
  const replication = createReplication(context, secrets);
  const find = (secretId: string | undefined): Secret => {
    const found = secrets.values().find((secret) => matches(secret, secretId ?? ''));
    if (!found)
      throw new AwsError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret ${secretId} in ${context.region}.`,
      );
    return found;
  };
  const CreateSecret: Operation<CreateSecretCommandInput, Output<CreateSecretCommandOutput>> = async (
    input,
  ) => {
    const name = input.Name!;
    const before = secrets.get(name);
    const versionId = input.ClientRequestToken ?? randomUUID();
    if (before && before.versionId !== versionId)
      throw new AwsError(
        'ResourceExistsException',
        `The secret ${name} already exists in ${context.region}.`,
      );
    const now = context.clock.now();
    const suffix = createHash('sha256')
      .update(`${name}${versionId}`)
      .digest('base64url')
      .replace(/[-_]/g, 'x');
    const secret: Secret = before ?? {
      name,
      arn: `arn:aws:secretsmanager:${context.region}:${context.account}:secret:${name}-${suffix.slice(0, 6)}`,
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
      value: input.SecretString ?? '',
      versionId,
      createdMs: now,
      changedMs: now,
      primaryRegion: context.region,
      replicas: Object.fromEntries((input.AddReplicaRegions ?? []).map(({ Region }) => [Region!, ''])),
    };
    secrets.put(name, secret);
    await replication.spread(name, REPLICA_DEADLINE_MS);
    return { ARN: secret.arn, Name: name, VersionId: secret.versionId };
  };
  const GetSecretValue: Operation<GetSecretValueCommandInput, Output<GetSecretValueCommandOutput>> = (
    input,
  ) => {
    const secret = find(input.SecretId);
    const wanted = [secret, ...(secret.previous ? [secret.previous] : [])];
    const found =
      input.VersionId !== undefined
        ? wanted.find((one) => one.versionId === input.VersionId)
        : wanted[input.VersionStage === 'AWSPREVIOUS' ? 1 : 0];
    if (!found)
      throw new AwsError(
        'ResourceNotFoundException',
        `${secret.name} has no version ${input.VersionId ?? input.VersionStage}.`,
      );
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: found.versionId,
      SecretString: found.value,
      VersionStages: [found === secret ? 'AWSCURRENT' : 'AWSPREVIOUS'],
      CreatedDate: new Date(secret.changedMs),
    };
  };
  const PutSecretValue: Operation<PutSecretValueCommandInput, Output<PutSecretValueCommandOutput>> = async (
    input,
  ) => {
    const secret = find(input.SecretId);
    const versionId = input.ClientRequestToken ?? randomUUID();
    if (versionId !== secret.versionId) {
      secrets.put(secret.name, {
        ...secret,
        value: input.SecretString ?? '',
        versionId,
        previous: { value: secret.value, versionId: secret.versionId },
        changedMs: context.clock.now(),
      });
      void replication.spread(secret.name, REPLICA_DEADLINE_MS);
    }
    return { ARN: secret.arn, Name: secret.name, VersionId: versionId, VersionStages: ['AWSCURRENT'] };
  };
  const DescribeSecret: Operation<DescribeSecretCommandInput, Output<DescribeSecretCommandOutput>> = (
    input,
  ) => {
    const secret = find(input.SecretId);
    return {
      ARN: secret.arn,
      Name: secret.name,
      ...(secret.description !== undefined && { Description: secret.description }),
      ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
      PrimaryRegion: secret.primaryRegion,
      LastChangedDate: new Date(secret.changedMs),
      CreatedDate: new Date(secret.createdMs),
      VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] },
      ReplicationStatus: Object.entries(secret.replicas).map(([Region, version]) => ({
        Region,
        Status: version === secret.versionId ? ('InSync' as const) : ('InProgress' as const),
      })),
    };
  };
  const ListSecrets: Operation<unknown, Output<ListSecretsCommandOutput>> = () => ({
    SecretList: secrets.values().map(({ arn, name, changedMs }) => ({
      ARN: arn,
      Name: name,
      LastChangedDate: new Date(changedMs),
    })),
  });
  const DeleteSecret: Operation<DeleteSecretCommandInput, Output<DeleteSecretCommandOutput>> = (input) => {
    const secret = find(input.SecretId);
    secrets.delete(secret.name);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(context.clock.now()) };
  };
  const GetRandomPassword: Operation<
    GetRandomPasswordCommandInput,
    Output<GetRandomPasswordCommandOutput>
  > = (input) => ({
    RandomPassword: generatePassword({ ...input, PasswordLength: input.PasswordLength ?? 32 } as Parameters<
      typeof generatePassword
    >[0]),
  });
  // From a caller: adds replica regions to a secret of this region. From the primary's region: makes the replica here.
  const ReplicateSecretToRegions: Operation<
    ReplicateSecretToRegionsCommandInput,
    Output<ReplicateSecretToRegionsCommandOutput>
  > = async (input) => {
    const arn = input.SecretId!;
    const [, , , from] = arn.split(':');
    if (arn.startsWith('arn:') && from !== context.region) {
      const suffixed = nameOfSecret(arn);
      const name = suffixed.slice(0, suffixed.lastIndexOf('-'));
      const now = context.clock.now();
      if (!secrets.get(name))
        secrets.put(name, {
          name,
          arn: arn.replace(`:${from}:`, `:${context.region}:`),
          value: '',
          versionId: 'none',
          createdMs: now,
          changedMs: now,
          primaryRegion: from!,
          replicas: {},
        });
      return { ARN: arn };
    }
    const secret = find(arn);
    const replicas = { ...secret.replicas };
    for (const { Region } of input.AddReplicaRegions ?? []) replicas[Region!] ??= '';
    secrets.put(secret.name, { ...secret, replicas });
    await replication.spread(secret.name, REPLICA_DEADLINE_MS);
    return { ARN: secret.arn };
  };

  const secretResource: ResourceHandler = {
    create: async (request) => {
      const { properties, clientToken } = request;
      const name: string = properties['Name'] ?? generatedName(request);
      const existing = secrets.get(name);
      // A generated value must not change when a crashed creation is repeated.
      const value =
        existing?.value ??
        properties['SecretString'] ??
        generateSecretString(properties['GenerateSecretString'] ?? {});
      const caller = {
        requestId: clientToken,
        principal: 'cloudformation.amazonaws.com',
        via: 'provisioning',
      } as const;
      const { ARN } = await CreateSecret(
        {
          Name: name,
          ClientRequestToken: existing?.versionId ?? clientToken,
          SecretString: value,
          Description: properties['Description'],
          KmsKeyId: properties['KmsKeyId'],
          AddReplicaRegions: properties['ReplicaRegions'],
        },
        caller,
      );
      return { physicalId: ARN!, attributes: { Id: ARN! } };
    },
    update: async ({ properties, existing }) => {
      const secret = find(existing.physicalId);
      const replicas = Object.fromEntries(
        ((properties['ReplicaRegions'] ?? []) as { Region: string }[]).map(({ Region }) => [
          Region,
          secret.replicas[Region] ?? '',
        ]),
      );
      const value: string = properties['SecretString'] ?? secret.value;
      const versionId = value === secret.value ? secret.versionId : randomUUID();
      secrets.put(secret.name, { ...secret, replicas, value, versionId, changedMs: context.clock.now() });
      await replication.spread(secret.name, REPLICA_DEADLINE_MS);
      return existing;
    },
    delete: async ({ existing }) => {
      const secret = secrets.values().find((one) => one.arn === existing.physicalId);
      if (secret) secrets.delete(secret.name);
    },
    replaceOn: ['Name'],
  };
  return {
    operations: {
      CreateSecret,
      GetSecretValue,
      PutSecretValue,
      DescribeSecret,
      ListSecrets,
      DeleteSecret,
      GetRandomPassword,
      ReplicateSecretToRegions,
    },
    resources: { 'AWS::SecretsManager::Secret': secretResource },
    start: async () => {},
    stop: async () => replication.stop(),
  };
}
