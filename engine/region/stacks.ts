/** The region's stacks: CloudFormation's part, with what it needs from the region's services. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type {
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import type { GetParameterCommandInput, GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import type { Assembly, StackArtifact } from '../assembly/index.ts';
import {
  createProvisioner,
  type Provisioner,
  type RegisteredHandler,
  type Schema,
} from '../provision/index.ts';
import type { Journal, JsonObject, ServiceContext } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';
import type { DeployAnswer, ProgressNotice, RegionSetting } from './messages.ts';
import type { OpenStore } from './store.ts';

export interface RegionStacks {
  deploy(artifactId: string): Promise<DeployAnswer>;
  destroy(stackName: string): Promise<DeployAnswer>;
  readonly provisioner: () => Provisioner;
}

export function createRegionStacks(options: {
  readonly setting: RegionSetting;
  readonly assembly: Assembly;
  readonly clock: Clock;
  readonly handlers: ReadonlyMap<string, RegisteredHandler>;
  readonly journal: Journal;
  readonly open: (file: string) => OpenStore;
  readonly invoke: ServiceContext['invoke'];
  readonly progress: (notice: ProgressNotice) => void;
}): RegionStacks {
  const { setting, assembly, invoke } = options;
  const { account, region } = setting;
  const store = options.open('stacks.sqlite');
  let made: Provisioner | undefined;

  // Made at the first use: while regions start, the schema of the assembly's types is still being worked out.
  const provisioner = (): Provisioner => {
    made ??= createProvisioner({
      store,
      handlers: options.handlers,
      account,
      region,
      clock: options.clock,
      journal: options.journal,
      schema: (JSON.parse(readFileSync(setting.schemaFile, 'utf8')) as { schema: Schema }).schema,
      resolveSsm: async (name) => {
        try {
          const { Parameter } = await invoke<GetParameterCommandInput, GetParameterCommandOutput>(
            'ssm',
            'GetParameter',
            {
              Name: name,
              WithDecryption: true,
            },
          );
          return Parameter?.Value;
        } catch (error) {
          if ((error as { code?: string }).code === 'ParameterNotFound') return undefined;
          throw error;
        }
      },
      resolveSecret: async ({ secretId, jsonKey, versionId, versionStage }) => {
        const { SecretString = '' } = await invoke<GetSecretValueCommandInput, GetSecretValueCommandOutput>(
          'secretsmanager',
          'GetSecretValue',
          {
            SecretId: secretId,
            ...(versionId !== undefined && { VersionId: versionId }),
            ...(versionStage !== undefined && { VersionStage: versionStage }),
          },
        );
        if (jsonKey === undefined) return SecretString;
        const value = (JSON.parse(SecretString) as Record<string, unknown>)[jsonKey];
        if (value === undefined) throw new Error(`secret ${secretId} has no key ${jsonKey}`);
        return String(value);
      },
    });
    return made;
  };

  const find = (artifactId: string): StackArtifact => {
    const found = assembly.stacks.find((stack) => stack.id === artifactId && stack.region === region);
    if (!found) throw new Error(`the assembly has no stack ${artifactId} for ${region}`);
    return found;
  };
  const progress = (event: Omit<ProgressNotice, 'region'>): void => options.progress({ ...event, region });

  return {
    provisioner,
    deploy: async (artifactId) => {
      const stack = find(artifactId);
      const outcome = await provisioner().deploy(
        {
          stackName: stack.name,
          templateFile: basename(stack.templateFile),
          template: JSON.parse(readFileSync(stack.templateFile, 'utf8')) as JsonObject,
          parameters: stack.parameters,
          tags: stack.tags,
        },
        progress,
      );
      return answerOf(outcome);
    },
    destroy: async (stackName) => {
      const outcome = await provisioner().destroy(stackName, progress);
      return outcome ? answerOf(outcome) : { ok: true, status: 'DELETE_COMPLETE' };
    },
  };
}

function answerOf(outcome: Awaited<ReturnType<Provisioner['deploy']>>): DeployAnswer {
  const because = outcome.failures
    .map(({ logicalId, type, reason }) => `${logicalId} (${type}): ${reason}`)
    .join('; ');
  return { ok: outcome.succeeded, status: outcome.status, ...(because && { because }) };
}
