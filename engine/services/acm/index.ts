/**
 * Certificate Manager: certificates are issued at once by the system's own authority, which every client of
 * the system trusts. On AWS they wait for validation (a DNS record or a mail) first.
 */

import { randomUUID } from 'node:crypto';
import type {
  DescribeCertificateCommandInput,
  DescribeCertificateCommandOutput,
  ExportCertificateCommandInput,
  ExportCertificateCommandOutput,
  ListCertificatesCommandInput,
  ListCertificatesCommandOutput,
  RequestCertificateCommandInput,
  RequestCertificateCommandOutput,
} from '@aws-sdk/client-acm';
import type { KeyPairPem } from '../../network/certificates.ts';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import { AwsError, type Operation, type Output } from '../../wire/types.ts';
import type { ResourceHandler, ServiceDefinition } from '../contract.ts';
import { propertyFates } from './property-fates.ts';

interface Certificate extends KeyPairPem {
  readonly arn: string;
  readonly domainName: string;
  readonly alternativeNames: readonly string[];
  readonly createdMs: number;
  readonly token?: string;
}

export const acm: ServiceDefinition = {
  name: 'acm',
  controlPlane: 'regional',
  api: {
    signingName: 'acm',
    protocols: ['json-1.1'],
    targetPrefix: 'CertificateManager',
    sdk: () => schemasOf('@aws-sdk/client-acm'),
  },
  types: {
    'AWS::CertificateManager::Certificate': {
      fate: 'runs',
      properties: propertyFates['AWS::CertificateManager::Certificate'],
    },
  },
  create: (context) => {
    const certificates = context.store.table<Certificate>('certificates');
    const find = (arn: string | undefined): Certificate => {
      const found = arn === undefined ? undefined : certificates.get(arn);
      if (!found)
        throw new AwsError(
          'ResourceNotFoundException',
          `Could not find certificate ${arn} in ${context.region}.`,
          400,
        );
      return found;
    };
    const RequestCertificate: Operation<
      RequestCertificateCommandInput,
      Output<RequestCertificateCommandOutput>
    > = async (input) => {
      const token = input.IdempotencyToken;
      const same = token ? certificates.values().find((one) => one.token === token) : undefined;
      if (same) return { CertificateArn: same.arn };
      const domainName = input.DomainName!;
      const alternativeNames = [...new Set([domainName, ...(input.SubjectAlternativeNames ?? [])])];
      const pair = await context.network.issueCertificate(alternativeNames);
      const arn = `arn:aws:acm:${context.region}:${context.account}:certificate/${randomUUID()}`;
      certificates.put(arn, {
        ...pair,
        arn,
        domainName,
        alternativeNames,
        createdMs: context.clock.now(),
        ...(token && { token }),
      });
      return { CertificateArn: arn };
    };
    const DescribeCertificate: Operation<
      DescribeCertificateCommandInput,
      Output<DescribeCertificateCommandOutput>
    > = (input) => {
      const found = find(input.CertificateArn);
      return {
        Certificate: {
          CertificateArn: found.arn,
          DomainName: found.domainName,
          SubjectAlternativeNames: [...found.alternativeNames],
          Status: 'ISSUED',
          Type: 'AMAZON_ISSUED',
          KeyAlgorithm: 'EC_prime256v1',
          CreatedAt: new Date(found.createdMs),
          IssuedAt: new Date(found.createdMs),
        },
      };
    };
    const ListCertificates: Operation<
      ListCertificatesCommandInput,
      Output<ListCertificatesCommandOutput>
    > = () => ({
      CertificateSummaryList: certificates.values().map(({ arn, domainName }) => ({
        CertificateArn: arn,
        DomainName: domainName,
        Status: 'ISSUED' as const,
      })),
    });
    // AWS integrates load balancers and CloudFront without showing them a key; here they ask for it in process.
    const ExportCertificate: Operation<
      Omit<ExportCertificateCommandInput, 'Passphrase'>,
      Output<ExportCertificateCommandOutput>
    > = (input, caller) => {
      if (caller.via === 'api')
        throw new AwsError(
          'RequestInProgressException',
          'A certificate issued by ACM cannot be exported.',
          400,
        );
      const found = find(input.CertificateArn);
      return { Certificate: found.certificatePem, CertificateChain: '', PrivateKey: found.privateKeyPem };
    };
    const certificate: ResourceHandler = {
      create: async ({ properties, clientToken }) => {
        const { CertificateArn } = await RequestCertificate(
          {
            DomainName: properties['DomainName'],
            SubjectAlternativeNames: properties['SubjectAlternativeNames'],
            IdempotencyToken: clientToken,
          },
          { requestId: clientToken, principal: 'cloudformation.amazonaws.com', via: 'provisioning' },
        );
        return { physicalId: CertificateArn!, attributes: {} };
      },
      update: async ({ existing }) => existing,
      delete: async ({ existing }) => certificates.delete(existing.physicalId),
      replaceOn: ['DomainName', 'SubjectAlternativeNames', 'KeyAlgorithm'],
    };
    return {
      operations: { RequestCertificate, DescribeCertificate, ListCertificates, ExportCertificate },
      resources: { 'AWS::CertificateManager::Certificate': certificate },
      start: async () => {},
      stop: async () => {},
    };
  },
};
