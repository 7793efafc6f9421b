/** What a template may say: distributions, origin access controls and policies. */
import type {
  CreateDistributionCommandOutput,
  CreateOriginAccessControlCommandOutput,
} from '@aws-sdk/client-cloudfront';
import { AwsError, type Operations } from '../../wire/types.ts';
import type { PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { tagsOf } from './distribution-operations.ts';
import { policyIdFor, putPolicy } from './policy-operations.ts';
import { idFor, type PolicyKind, type Records } from './records.ts';
import { configOfTemplate } from './template-shape.ts';

export function cloudFrontResources(
  records: Records,
  operations: Operations,
): Readonly<Record<string, ResourceHandler>> {
  const call = async <O>(name: string, input: object): Promise<O> =>
    (await operations[name]?.(input, provisioning)) as O;
  return {
    'AWS::CloudFront::Distribution': distribution(records, call),
    'AWS::CloudFront::OriginAccessControl': accessControl(records, call),
    'AWS::CloudFront::CachePolicy': policy(records, 'cache', 'CachePolicyConfig'),
    'AWS::CloudFront::OriginRequestPolicy': policy(records, 'origin-request', 'OriginRequestPolicyConfig'),
    'AWS::CloudFront::ResponseHeadersPolicy': policy(
      records,
      'response-headers',
      'ResponseHeadersPolicyConfig',
    ),
  };
}

type Call = <O>(name: string, input: object) => Promise<O>;

function distribution(records: Records, call: Call): ResourceHandler {
  const describe = (id: string): PhysicalResource => ({
    physicalId: id,
    attributes: { Id: id, DomainName: records.distributions.get(id)?.domainName ?? '' },
  });
  const put = async (
    id: string,
    properties: Properties,
    callerReference: string,
  ): Promise<PhysicalResource> => {
    const before = records.distributions.get(id);
    if (!before)
      throw new AwsError('NoSuchDistribution', `The specified distribution ${id} does not exist.`, 404);
    await call('UpdateDistribution', {
      Id: id,
      IfMatch: before.etag,
      DistributionConfig: configOfTemplate(properties['DistributionConfig'], callerReference),
    });
    const updated = records.distributions.get(id);
    if (updated) records.distributions.put(id, { ...updated, tags: tagsOf(properties['Tags']) });
    return describe(id);
  };
  return {
    replaceOn: [],
    create: async ({ properties, clientToken, progress }) => {
      const id = idFor(clientToken);
      if (records.distributions.get(id)) return await put(id, properties, clientToken);
      progress('the edges to know the distribution');
      const { Distribution } = await call<CreateDistributionCommandOutput>('CreateDistributionWithTags', {
        DistributionConfigWithTags: {
          DistributionConfig: configOfTemplate(properties['DistributionConfig'], clientToken),
          Tags: { Items: properties['Tags'] ?? [] },
        },
      });
      return describe(Distribution?.Id ?? '');
    },
    update: async ({ properties, existing }) => {
      const reference = records.distributions.get(existing.physicalId)?.config.CallerReference ?? '';
      return await put(existing.physicalId, properties, reference);
    },
    delete: async ({ existing }) => {
      const record = records.distributions.get(existing.physicalId);
      if (!record) return;
      // CloudFormation disables it, waits, and deletes it.
      await call('UpdateDistribution', {
        Id: record.id,
        IfMatch: record.etag,
        DistributionConfig: { ...record.config, Enabled: false },
      });
      await call('DeleteDistribution', {
        Id: record.id,
        IfMatch: records.distributions.get(record.id)?.etag,
      });
    },
  };
}

function accessControl(records: Records, call: Call): ResourceHandler {
  const resource = (id: string): PhysicalResource => ({ physicalId: id, attributes: { Id: id } });
  return {
    replaceOn: [],
    create: async ({ properties }) => {
      const { OriginAccessControlConfig: config } = properties;
      // The same name from an attempt before a crash, with the same settings, is the same control.
      const before = records.accessControls.get(idFor(`access control ${config.Name}`));
      if (before && JSON.stringify(before.config) === JSON.stringify(config)) return resource(before.id);
      const made = await call<CreateOriginAccessControlCommandOutput>('CreateOriginAccessControl', {
        OriginAccessControlConfig: config,
      });
      return resource(made.OriginAccessControl?.Id ?? '');
    },
    update: async ({ properties, existing }) => {
      await call('UpdateOriginAccessControl', {
        Id: existing.physicalId,
        OriginAccessControlConfig: properties['OriginAccessControlConfig'],
      });
      await records.publishAll();
      return resource(existing.physicalId);
    },
    delete: async ({ existing }) => {
      if (records.accessControls.get(existing.physicalId))
        await call('DeleteOriginAccessControl', { Id: existing.physicalId });
    },
  };
}

function policy(records: Records, kind: PolicyKind, member: string): ResourceHandler {
  const resource = (id: string): PhysicalResource => ({
    physicalId: id,
    attributes: { Id: id, LastModifiedTime: String(records.policies.get(id)?.modifiedMs ?? '') },
  });
  return {
    replaceOn: [],
    create: async ({ properties, clientToken }) => {
      // The token keeps ids of equal names apart; a repeated attempt writes the same policy again.
      const { id } = putPolicy(records, kind, policyIdFor(kind, clientToken), properties[member]);
      return resource(id);
    },
    update: async ({ properties, existing }) => {
      putPolicy(records, kind, existing.physicalId, properties[member]);
      await records.publishAll();
      return resource(existing.physicalId);
    },
    delete: async ({ existing }) => records.policies.delete(existing.physicalId),
  };
}
