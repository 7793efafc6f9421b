/** What a caller may ask about distributions and invalidations. */
import type {
  CreateDistributionCommandInput,
  CreateDistributionCommandOutput,
  CreateDistributionWithTagsCommandInput,
  CreateInvalidationCommandInput,
  CreateInvalidationCommandOutput,
  DeleteDistributionCommandInput,
  DeleteDistributionCommandOutput,
  Distribution,
  DistributionConfig,
  DistributionSummary,
  GetDistributionCommandInput,
  GetDistributionCommandOutput,
  GetDistributionConfigCommandOutput,
  GetInvalidationCommandInput,
  GetInvalidationCommandOutput,
  Invalidation,
  ListDistributionsCommandInput,
  ListDistributionsCommandOutput,
  ListInvalidationsCommandInput,
  ListInvalidationsCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  UpdateDistributionCommandInput,
  UpdateDistributionCommandOutput,
} from '@aws-sdk/client-cloudfront';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { Json } from '../contract.ts';
import {
  type DistributionRecord,
  domainFor,
  type InvalidationRecord,
  idFor,
  newEtag,
  type Records,
} from './records.ts';

const API = 'https://cloudfront.amazonaws.com/2020-05-31';
/** How many invalidations the data plane is still told of; an edge that missed one has lost its cache anyway. */
const KEPT_INVALIDATIONS = 100;

export function distributionOperations(records: Records): Operations {
  const { context, distributions, invalidations } = records;
  const find = (id: string | undefined): DistributionRecord => {
    const found = distributions.get(id ?? '');
    if (!found)
      throw new AwsError('NoSuchDistribution', `The specified distribution ${id} does not exist.`, 404);
    return found;
  };
  const matched = (record: DistributionRecord, ifMatch: string | undefined): void => {
    if (ifMatch === undefined)
      throw new AwsError(
        'InvalidIfMatchVersion',
        'The If-Match version is missing or not valid for the resource.',
      );
    if (ifMatch !== record.etag)
      throw new AwsError(
        'PreconditionFailed',
        `The version of ${record.id} is ${record.etag}, not ${ifMatch}.`,
        412,
      );
  };
  const refuseTakenAlias = (config: DistributionConfig, except: string | undefined): void => {
    for (const alias of config.Aliases?.Items ?? []) {
      const owner = distributions
        .values()
        .find((one) => one.id !== except && one.config.Aliases?.Items?.includes(alias));
      if (owner)
        throw new AwsError(
          'CNAMEAlreadyExists',
          `${alias} is an alias of distribution ${owner.id} already.`,
          409,
        );
    }
  };
  const create = async (
    config: DistributionConfig,
    tags: Readonly<Record<string, string>>,
  ): Promise<Output<CreateDistributionCommandOutput>> => {
    const id = idFor(config.CallerReference ?? '');
    if (distributions.get(id))
      throw new AwsError('DistributionAlreadyExists', 'The caller reference was used before.', 409);
    refuseTakenAlias(config, undefined);
    const domainName = domainFor(id);
    const pair = await context.network.issueCertificate([domainName]);
    const record: DistributionRecord = {
      id,
      arn: `arn:aws:cloudfront::${context.account}:distribution/${id}`,
      domainName,
      config,
      etag: newEtag(),
      modifiedMs: context.clock.now(),
      tags,
      ownCertificate: { certificate: pair.certificatePem, privateKey: pair.privateKeyPem },
    };
    await records.putDistribution(record);
    return { Distribution: described(record), Location: `${API}/distribution/${id}`, ETag: record.etag };
  };
  return {
    CreateDistribution: (input: CreateDistributionCommandInput) =>
      create(input.DistributionConfig as DistributionConfig, {}),
    CreateDistributionWithTags: (input: CreateDistributionWithTagsCommandInput) =>
      create(
        input.DistributionConfigWithTags?.DistributionConfig as DistributionConfig,
        tagsOf(input.DistributionConfigWithTags?.Tags?.Items),
      ),
    GetDistribution: (input: GetDistributionCommandInput): Output<GetDistributionCommandOutput> => {
      const record = find(input.Id);
      return { Distribution: described(record), ETag: record.etag };
    },
    GetDistributionConfig: (
      input: GetDistributionCommandInput,
    ): Output<GetDistributionConfigCommandOutput> => {
      const record = find(input.Id);
      return { DistributionConfig: record.config, ETag: record.etag };
    },
    UpdateDistribution: async (
      input: UpdateDistributionCommandInput,
    ): Promise<Output<UpdateDistributionCommandOutput>> => {
      const record = find(input.Id);
      matched(record, input.IfMatch);
      const config = input.DistributionConfig as DistributionConfig;
      refuseTakenAlias(config, record.id);
      const updated = { ...record, config, etag: newEtag(), modifiedMs: context.clock.now() };
      await records.putDistribution(updated);
      return { Distribution: described(updated), ETag: updated.etag };
    },
    DeleteDistribution: (input: DeleteDistributionCommandInput): Output<DeleteDistributionCommandOutput> => {
      const record = find(input.Id);
      matched(record, input.IfMatch);
      if (record.config.Enabled)
        throw new AwsError(
          'DistributionNotDisabled',
          'The distribution you are trying to delete has not been disabled.',
          409,
        );
      records.deleteDistribution(record.id);
      return {};
    },
    ListDistributions: (input: ListDistributionsCommandInput): Output<ListDistributionsCommandOutput> => {
      const limit = input.MaxItems ?? 100;
      const all = distributions.values().filter((record) => !input.Marker || record.id > input.Marker);
      const page = all.slice(0, limit);
      const last = page.at(-1);
      return {
        DistributionList: {
          Marker: input.Marker ?? '',
          MaxItems: limit,
          IsTruncated: all.length > limit,
          Quantity: page.length,
          Items: page.map(summary),
          ...(all.length > limit && last && { NextMarker: last.id }),
        },
      };
    },
    CreateInvalidation: (input: CreateInvalidationCommandInput): Output<CreateInvalidationCommandOutput> => {
      const { id: distributionId } = find(input.DistributionId);
      const paths = input.InvalidationBatch?.Paths?.Items ?? [];
      const wrong = paths.find((path) => !path.startsWith('/'));
      if (wrong !== undefined || paths.length === 0)
        throw new AwsError('InvalidArgument', `Paths begin with a slash, found ${wrong ?? 'none'}.`);
      const callerReference = input.InvalidationBatch?.CallerReference ?? '';
      const before = invalidations
        .values()
        .find((one) => one.distributionId === distributionId && one.callerReference === callerReference);
      const record: InvalidationRecord = before ?? {
        id: `I${newEtag().slice(1)}`,
        distributionId,
        callerReference,
        paths: [...paths],
        createdMs: context.clock.now(),
      };
      if (!before) invalidate(records, record);
      return {
        Invalidation: invalidationOf(record),
        Location: `${API}/distribution/${distributionId}/invalidation/${record.id}`,
      };
    },
    GetInvalidation: (input: GetInvalidationCommandInput): Output<GetInvalidationCommandOutput> => {
      const record = invalidations.get(input.Id ?? '');
      if (!record || record.distributionId !== input.DistributionId)
        throw new AwsError(
          'NoSuchInvalidation',
          `The specified invalidation ${input.Id} does not exist.`,
          404,
        );
      return { Invalidation: invalidationOf(record) };
    },
    ListInvalidations: (input: ListInvalidationsCommandInput): Output<ListInvalidationsCommandOutput> => {
      const { id } = find(input.DistributionId);
      const all = invalidations
        .values()
        .filter((record) => record.distributionId === id)
        .sort((a, b) => b.createdMs - a.createdMs);
      return {
        InvalidationList: {
          Marker: '',
          MaxItems: KEPT_INVALIDATIONS,
          IsTruncated: false,
          Quantity: all.length,
          Items: all.map((record) => ({
            Id: record.id,
            CreateTime: new Date(record.createdMs),
            Status: 'Completed',
          })),
        },
      };
    },
    TagResource: async (input: TagResourceCommandInput) => {
      const record = find(input.Resource?.split('/').at(-1));
      distributions.put(record.id, { ...record, tags: { ...record.tags, ...tagsOf(input.Tags?.Items) } });
      return {};
    },
    ListTagsForResource: (
      input: ListTagsForResourceCommandInput,
    ): Output<ListTagsForResourceCommandOutput> => ({
      Tags: {
        Items: Object.entries(find(input.Resource?.split('/').at(-1)).tags).map(([Key, Value]) => ({
          Key,
          Value,
        })),
      },
    }),
  };
}

export function tagsOf(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

function invalidate(records: Records, record: InvalidationRecord): void {
  const { context, invalidations } = records;
  const { id, distributionId, paths } = record;
  invalidations.put(id, record);
  context.publish(`cloudfront/invalidation/${distributionId}/${id}`, { distributionId, paths } as Json);
  const oldest = invalidations.values().toSorted((a, b) => a.createdMs - b.createdMs);
  for (const old of oldest.slice(0, Math.max(0, oldest.length - KEPT_INVALIDATIONS))) {
    invalidations.delete(old.id);
    context.publish(`cloudfront/invalidation/${old.distributionId}/${old.id}`, null);
  }
}

function invalidationOf(record: InvalidationRecord): Invalidation {
  return {
    Id: record.id,
    Status: 'Completed',
    CreateTime: new Date(record.createdMs),
    InvalidationBatch: {
      CallerReference: record.callerReference,
      Paths: { Quantity: record.paths.length, Items: [...record.paths] },
    },
  };
}

function described(record: DistributionRecord): Distribution {
  return {
    Id: record.id,
    ARN: record.arn,
    Status: 'Deployed',
    LastModifiedTime: new Date(record.modifiedMs),
    InProgressInvalidationBatches: 0,
    DomainName: record.domainName,
    ActiveTrustedSigners: { Enabled: false, Quantity: 0 },
    DistributionConfig: record.config,
  };
}

function summary(record: DistributionRecord): DistributionSummary {
  const { config } = record;
  return {
    Id: record.id,
    ARN: record.arn,
    ETag: record.etag,
    Status: 'Deployed',
    LastModifiedTime: new Date(record.modifiedMs),
    DomainName: record.domainName,
    Aliases: config.Aliases,
    Origins: config.Origins,
    OriginGroups: config.OriginGroups,
    DefaultCacheBehavior: config.DefaultCacheBehavior,
    CacheBehaviors: config.CacheBehaviors ?? { Quantity: 0 },
    CustomErrorResponses: config.CustomErrorResponses ?? { Quantity: 0 },
    Comment: config.Comment,
    PriceClass: config.PriceClass ?? 'PriceClass_All',
    Enabled: config.Enabled,
    ViewerCertificate: config.ViewerCertificate ?? { CloudFrontDefaultCertificate: true },
    Restrictions: config.Restrictions ?? { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } },
    WebACLId: config.WebACLId ?? '',
    HttpVersion: config.HttpVersion ?? 'http2',
    IsIPV6Enabled: config.IsIPV6Enabled ?? false,
    Staging: false,
  };
}
