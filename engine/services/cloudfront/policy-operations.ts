/** What a caller may ask about policies and origin access controls: the managed ones and one's own. */

import { createHash } from 'node:crypto';
import type {
  CreateCachePolicyCommandInput,
  CreateOriginAccessControlCommandInput,
  CreateOriginAccessControlCommandOutput,
  CreateOriginRequestPolicyCommandInput,
  CreateResponseHeadersPolicyCommandInput,
  DeleteOriginAccessControlCommandInput,
  GetCachePolicyCommandInput,
  GetOriginAccessControlCommandInput,
  GetOriginAccessControlCommandOutput,
  ListOriginAccessControlsCommandOutput,
  OriginAccessControlConfig,
  UpdateOriginAccessControlCommandInput,
} from '@aws-sdk/client-cloudfront';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { Shape } from './policy-shape.ts';
import {
  type AccessControlRecord,
  idFor,
  newEtag,
  type PolicyKind,
  type PolicyRecord,
  type Records,
} from './records.ts';

export function policyOperations(records: Records): Operations {
  const { accessControls } = records;
  const control = (id: string | undefined): AccessControlRecord => {
    const found = accessControls.get(id ?? '');
    if (!found)
      throw new AwsError('NoSuchOriginAccessControl', `The origin access control ${id} does not exist.`, 404);
    return found;
  };
  const described = (record: AccessControlRecord): Output<GetOriginAccessControlCommandOutput> => ({
    OriginAccessControl: { Id: record.id, OriginAccessControlConfig: record.config },
    ETag: record.etag,
  });
  return {
    CreateOriginAccessControl: (
      input: CreateOriginAccessControlCommandInput,
    ): Output<CreateOriginAccessControlCommandOutput> => {
      const config = input.OriginAccessControlConfig as OriginAccessControlConfig;
      if (config.OriginAccessControlOriginType !== 's3')
        throw new AwsError(
          'InvalidArgument',
          `Origin access control is for s3 here, found ${config.OriginAccessControlOriginType}.`,
        );
      if (accessControls.values().some((one) => one.config.Name === config.Name))
        throw new AwsError(
          'OriginAccessControlAlreadyExists',
          `An origin access control named ${config.Name} exists.`,
          409,
        );
      const record = { id: idFor(`access control ${config.Name}`), config, etag: newEtag() };
      accessControls.put(record.id, record);
      return { ...described(record), Location: `/2020-05-31/origin-access-control/${record.id}` };
    },
    GetOriginAccessControl: (input: GetOriginAccessControlCommandInput) => described(control(input.Id)),
    UpdateOriginAccessControl: (input: UpdateOriginAccessControlCommandInput) => {
      const before = control(input.Id);
      const config = input.OriginAccessControlConfig as OriginAccessControlConfig;
      const record = { ...before, config, etag: newEtag() };
      accessControls.put(record.id, record);
      return described(record);
    },
    DeleteOriginAccessControl: (input: DeleteOriginAccessControlCommandInput) => {
      const { id } = control(input.Id);
      const user = records.distributions
        .values()
        .find((one) => one.config.Origins?.Items?.some((origin) => origin.OriginAccessControlId === id));
      if (user) throw new AwsError('OriginAccessControlInUse', `Distribution ${user.id} uses ${id}.`, 409);
      accessControls.delete(id);
      return {};
    },
    ListOriginAccessControls: (): Output<ListOriginAccessControlsCommandOutput> => ({
      OriginAccessControlList: {
        Marker: '',
        MaxItems: 100,
        IsTruncated: false,
        Quantity: accessControls.values().length,
        Items: accessControls.values().map(({ id, config }) => ({
          Id: id,
          Name: config.Name,
          Description: config.Description ?? '',
          SigningProtocol: config.SigningProtocol,
          SigningBehavior: config.SigningBehavior,
          OriginAccessControlOriginType: config.OriginAccessControlOriginType,
        })),
      },
    }),
    CreateCachePolicy: (input: CreateCachePolicyCommandInput) => {
      const record = createPolicy(records, 'cache', input.CachePolicyConfig);
      return { CachePolicy: policyOf(record, 'CachePolicyConfig'), ETag: record.etag };
    },
    GetCachePolicy: (input: GetCachePolicyCommandInput) => {
      const record = ownPolicy(records, 'cache', input.Id);
      return { CachePolicy: policyOf(record, 'CachePolicyConfig'), ETag: record.etag };
    },
    CreateOriginRequestPolicy: (input: CreateOriginRequestPolicyCommandInput) => {
      const record = createPolicy(records, 'origin-request', input.OriginRequestPolicyConfig);
      return { OriginRequestPolicy: policyOf(record, 'OriginRequestPolicyConfig'), ETag: record.etag };
    },
    GetOriginRequestPolicy: (input: GetCachePolicyCommandInput) => {
      const record = ownPolicy(records, 'origin-request', input.Id);
      return { OriginRequestPolicy: policyOf(record, 'OriginRequestPolicyConfig'), ETag: record.etag };
    },
    CreateResponseHeadersPolicy: (input: CreateResponseHeadersPolicyCommandInput) => {
      const record = createPolicy(records, 'response-headers', input.ResponseHeadersPolicyConfig);
      return { ResponseHeadersPolicy: policyOf(record, 'ResponseHeadersPolicyConfig'), ETag: record.etag };
    },
    GetResponseHeadersPolicy: (input: GetCachePolicyCommandInput) => {
      const record = ownPolicy(records, 'response-headers', input.Id);
      return { ResponseHeadersPolicy: policyOf(record, 'ResponseHeadersPolicyConfig'), ETag: record.etag };
    },
  };
}

const CODES = {
  cache: ['CachePolicyAlreadyExists', 'NoSuchCachePolicy'],
  'origin-request': ['OriginRequestPolicyAlreadyExists', 'NoSuchOriginRequestPolicy'],
  'response-headers': ['ResponseHeadersPolicyAlreadyExists', 'NoSuchResponseHeadersPolicy'],
} as const;

export function policyIdFor(kind: PolicyKind, name: string): string {
  const hex = createHash('sha256').update(`${kind} ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function createPolicy(records: Records, kind: PolicyKind, config: Shape): PolicyRecord {
  const id = policyIdFor(kind, config?.Name ?? '');
  if (records.policies.get(id))
    throw new AwsError(CODES[kind][0], `A policy named ${config.Name} exists already.`, 409);
  return putPolicy(records, kind, id, config);
}

export function putPolicy(records: Records, kind: PolicyKind, id: string, config: Shape): PolicyRecord {
  const record = { id, kind, config, etag: newEtag(), modifiedMs: records.context.clock.now() };
  records.policies.put(id, record);
  return record;
}

function ownPolicy(records: Records, kind: PolicyKind, id: string | undefined): PolicyRecord {
  const found = records.policies.get(id ?? '');
  if (found?.kind === kind) return found;
  throw new AwsError(CODES[kind][1], `The policy ${id} does not exist.`, 404);
}

function policyOf(record: PolicyRecord, member: string): object {
  return { Id: record.id, LastModifiedTime: new Date(record.modifiedMs), [member]: record.config };
}
