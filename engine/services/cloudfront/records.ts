/** The control plane's records: distributions, policies, access controls; distributions are published. */
import { createHash, randomUUID } from 'node:crypto';
import type { DistributionConfig, OriginAccessControlConfig } from '@aws-sdk/client-cloudfront';
import { AwsError } from '../../wire/types.ts';
import type { Json, ServiceContext, Table } from '../contract.ts';
import { type PolicyBook, servedBy } from './distribution-document.ts';
import {
  MANAGED_CACHE_POLICIES,
  MANAGED_ORIGIN_REQUEST_POLICIES,
  MANAGED_RESPONSE_HEADERS_POLICIES,
} from './managed-policies.ts';
import type { DistributionDocument } from './model.ts';
import { cachePolicy, originRequestPolicy, responseHeadersPolicy, type Shape } from './policy-shape.ts';

export interface DistributionRecord {
  readonly id: string;
  readonly arn: string;
  readonly domainName: string;
  readonly config: DistributionConfig;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Of the distribution's own name; made once. */
  readonly ownCertificate: { readonly certificate: string; readonly privateKey: string };
}

export type PolicyKind = 'cache' | 'origin-request' | 'response-headers';

export interface PolicyRecord {
  readonly id: string;
  readonly kind: PolicyKind;
  readonly config: Shape;
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface AccessControlRecord {
  readonly id: string;
  readonly config: OriginAccessControlConfig;
  readonly etag: string;
}

export interface InvalidationRecord {
  readonly id: string;
  readonly distributionId: string;
  readonly callerReference: string;
  readonly paths: readonly string[];
  readonly createdMs: number;
}

export interface Records {
  readonly context: ServiceContext;
  readonly distributions: Table<DistributionRecord>;
  readonly policies: Table<PolicyRecord>;
  readonly accessControls: Table<AccessControlRecord>;
  readonly invalidations: Table<InvalidationRecord>;
  readonly book: PolicyBook;
  /** Throws InvalidArgument where the configuration cannot be served. Keeps, publishes. */
  putDistribution(record: DistributionRecord): Promise<void>;
  deleteDistribution(id: string): void;
  publishAll(): Promise<void>;
}

interface ExportedCertificate {
  readonly Certificate: string;
  readonly PrivateKey: string;
}

export function createRecords(context: ServiceContext): Records {
  const distributions = context.store.table<DistributionRecord>('distributions');
  const policies = context.store.table<PolicyRecord>('policies');
  const accessControls = context.store.table<AccessControlRecord>('access-controls');
  const custom = (kind: PolicyKind, id: string): Shape => {
    const found = policies.get(id);
    return found?.kind === kind ? found.config : undefined;
  };
  const book: PolicyBook = {
    cachePolicy: (id) => {
      const own = custom('cache', id);
      return own ? cachePolicy(own) : MANAGED_CACHE_POLICIES[id]?.policy;
    },
    originRequestPolicy: (id) => {
      const own = custom('origin-request', id);
      return own ? originRequestPolicy(own) : MANAGED_ORIGIN_REQUEST_POLICIES[id]?.policy;
    },
    responseHeadersPolicy: (id) => {
      const own = custom('response-headers', id);
      return own ? responseHeadersPolicy(own) : MANAGED_RESPONSE_HEADERS_POLICIES[id]?.policy;
    },
    signing: (id) => accessControls.get(id)?.config.SigningBehavior as 'always' | undefined,
  };
  const documentOf = async (record: DistributionRecord): Promise<DistributionDocument> => {
    const served = attempt(() => servedBy(record.config, book));
    const certificates = [record.ownCertificate];
    const arn = record.config.ViewerCertificate?.ACMCertificateArn;
    if (arn) {
      const { Certificate, PrivateKey } = await context.invoke<object, ExportedCertificate>(
        'acm',
        'ExportCertificate',
        { CertificateArn: arn },
      );
      certificates.unshift({ certificate: Certificate, privateKey: PrivateKey });
    }
    return { id: record.id, domainName: record.domainName, ...served, certificates };
  };
  const publish = (document: DistributionDocument): void =>
    context.publish(`cloudfront/distribution/${document.id}`, document as unknown as Json);
  return {
    context,
    distributions,
    policies,
    accessControls,
    invalidations: context.store.table<InvalidationRecord>('invalidations'),
    book,
    putDistribution: async (record) => {
      const document = await documentOf(record);
      distributions.put(record.id, record);
      publish(document);
    },
    deleteDistribution: (id) => {
      distributions.delete(id);
      context.publish(`cloudfront/distribution/${id}`, null);
    },
    publishAll: async () => {
      for (const record of distributions.values()) publish(await documentOf(record));
    },
  };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new AwsError('InvalidArgument', (error as Error).message);
  }
}

/** Ids that follow from the caller's reference, so that a repeat after a crash finds what it began. */
export function idFor(callerReference: string): string {
  const digest = createHash('sha256').update(callerReference).digest('hex').toUpperCase();
  return `E${digest.slice(0, 13)}`;
}

export function domainFor(id: string): string {
  return `d${createHash('sha256').update(id).digest('hex').slice(0, 13)}.cloudfront.net`;
}

export function newEtag(): string {
  return `E${randomUUID().replace(/-/g, '').slice(0, 13).toUpperCase()}`;
}
