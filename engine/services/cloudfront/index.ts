/**
 * CloudFront. The control plane (distributions, policies, invalidations) lives in us-east-1; the edges live
 * in no region and serve what they have been told, whoever is gone.
 */
import type { ServiceDefinition } from '../contract.ts';
import { createCloudFrontDataPlane } from './data-plane.ts';
import { distributionOperations } from './distribution-operations.ts';
import { policyOperations } from './policy-operations.ts';
import { propertyFates } from './property-fates.ts';
import { createRecords } from './records.ts';
import { cloudFrontResources } from './resources.ts';

export const cloudfront: ServiceDefinition = {
  name: 'cloudfront',
  controlPlane: 'us-east-1',
  api: {
    signingName: 'cloudfront',
    protocols: ['rest-xml'],
    sdk: () => import('@aws-sdk/client-cloudfront'),
  },
  types: {
    'AWS::CloudFront::Distribution': {
      fate: 'runs',
      properties: propertyFates['AWS::CloudFront::Distribution'],
    },
    'AWS::CloudFront::OriginAccessControl': {
      fate: 'runs',
      properties: propertyFates['AWS::CloudFront::OriginAccessControl'],
    },
    'AWS::CloudFront::CachePolicy': {
      fate: 'runs',
      properties: propertyFates['AWS::CloudFront::CachePolicy'],
    },
    'AWS::CloudFront::OriginRequestPolicy': {
      fate: 'runs',
      properties: propertyFates['AWS::CloudFront::OriginRequestPolicy'],
    },
    'AWS::CloudFront::ResponseHeadersPolicy': {
      fate: 'runs',
      properties: propertyFates['AWS::CloudFront::ResponseHeadersPolicy'],
    },
  },
  create: (context) => {
    const records = createRecords(context);
    const operations = { ...distributionOperations(records), ...policyOperations(records) };
    return {
      operations,
      resources: cloudFrontResources(records, operations),
      start: () => records.publishAll(),
      stop: async () => {},
      status: () => ({
        distributions: records.distributions
          .values()
          .map(({ id, domainName, config }) => ({ id, domainName, enabled: config.Enabled ?? false })),
      }),
    };
  },
  createDataPlane: createCloudFrontDataPlane,
};
