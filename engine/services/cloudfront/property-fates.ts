/** Which properties of distributions, policies and access controls are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::CloudFront::Distribution': {
    serves: [
      'DistributionConfig.Comment',
      'DistributionConfig.DefaultRootObject',
      'DistributionConfig.Enabled',
      'DistributionConfig.Aliases',
      'DistributionConfig.CNAMEs',
      'DistributionConfig.CustomErrorResponses',
      'DistributionConfig.Origins.Id',
      'DistributionConfig.Origins.DomainName',
      'DistributionConfig.Origins.OriginPath',
      'DistributionConfig.Origins.ConnectionAttempts',
      'DistributionConfig.Origins.ConnectionTimeout',
      'DistributionConfig.Origins.OriginCustomHeaders',
      'DistributionConfig.Origins.OriginAccessControlId',
      'DistributionConfig.Origins.CustomOriginConfig.HTTPPort',
      'DistributionConfig.Origins.CustomOriginConfig.HTTPSPort',
      'DistributionConfig.Origins.CustomOriginConfig.OriginProtocolPolicy',
      'DistributionConfig.Origins.CustomOriginConfig.OriginReadTimeout',
      'DistributionConfig.Origins.CustomOriginConfig.OriginKeepaliveTimeout',
      'DistributionConfig.OriginGroups.Items.Id',
      'DistributionConfig.OriginGroups.Items.FailoverCriteria',
      'DistributionConfig.OriginGroups.Items.Members',
      'DistributionConfig.OriginGroups.Quantity',
      'DistributionConfig.ViewerCertificate.AcmCertificateArn',
      'DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate',
      'DistributionConfig.DefaultCacheBehavior.Compress',
      'DistributionConfig.DefaultCacheBehavior.TargetOriginId',
      'DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy',
      'DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId',
      'DistributionConfig.DefaultCacheBehavior.DefaultTTL',
      'DistributionConfig.DefaultCacheBehavior.MinTTL',
      'DistributionConfig.DefaultCacheBehavior.MaxTTL',
      'DistributionConfig.DefaultCacheBehavior.AllowedMethods',
      'DistributionConfig.DefaultCacheBehavior.CachedMethods',
      'DistributionConfig.DefaultCacheBehavior.ForwardedValues',
      'DistributionConfig.DefaultCacheBehavior.OriginRequestPolicyId',
      'DistributionConfig.DefaultCacheBehavior.CachePolicyId',
      'DistributionConfig.CacheBehaviors.Compress',
      'DistributionConfig.CacheBehaviors.TargetOriginId',
      'DistributionConfig.CacheBehaviors.ViewerProtocolPolicy',
      'DistributionConfig.CacheBehaviors.ResponseHeadersPolicyId',
      'DistributionConfig.CacheBehaviors.DefaultTTL',
      'DistributionConfig.CacheBehaviors.MinTTL',
      'DistributionConfig.CacheBehaviors.MaxTTL',
      'DistributionConfig.CacheBehaviors.AllowedMethods',
      'DistributionConfig.CacheBehaviors.CachedMethods',
      'DistributionConfig.CacheBehaviors.ForwardedValues',
      'DistributionConfig.CacheBehaviors.OriginRequestPolicyId',
      'DistributionConfig.CacheBehaviors.CachePolicyId',
      'DistributionConfig.CacheBehaviors.PathPattern',
    ],
    keeps: {
      'DistributionConfig.PriceClass': 'the three edge locations serve every class',
      'DistributionConfig.IPV6Enabled': 'edges listen on IPv4 alone',
      'DistributionConfig.HttpVersion': 'viewers are served HTTP/1.1',
      'DistributionConfig.Logging': 'no access log is written',
      'DistributionConfig.Restrictions.GeoRestriction.Locations': 'see RestrictionType',
      'DistributionConfig.ViewerCertificate.MinimumProtocolVersion': 'TLS 1.2 and 1.3 always',
      'DistributionConfig.ViewerCertificate.SslSupportMethod': 'by SNI always',
      'DistributionConfig.Origins.OriginShield': 'no layer lies between edges and origins',
      'DistributionConfig.Origins.CustomOriginConfig.OriginSSLProtocols': 'TLS 1.2 and 1.3 always',
      'DistributionConfig.Origins.S3OriginConfig.OriginReadTimeout': '30 s always',
      'DistributionConfig.DefaultCacheBehavior.RealtimeLogConfigArn': 'no access log is written',
      'DistributionConfig.DefaultCacheBehavior.SmoothStreaming': 'requests are served as any others',
      'DistributionConfig.CacheBehaviors.RealtimeLogConfigArn': 'no access log is written',
      'DistributionConfig.CacheBehaviors.SmoothStreaming': 'requests are served as any others',
    },
    refuses: {
      'DistributionConfig.Restrictions.GeoRestriction.RestrictionType': {
        remedy: 'viewers have no country here, so nobody would be turned away: use none',
        unless: ['none'],
      },
      'DistributionConfig.WebACLId': {
        remedy: 'there is no WAF here, so nothing would be blocked: leave it out',
      },
      'DistributionConfig.Staging': { remedy: 'there is no continuous deployment here: leave it out' },
      'DistributionConfig.ContinuousDeploymentPolicyId': {
        remedy: 'there is no continuous deployment here: leave it out',
      },
      'DistributionConfig.CustomOrigin': {
        remedy: 'the settings from before 2012 are not read here: use Origins',
      },
      'DistributionConfig.S3Origin': {
        remedy: 'the settings from before 2012 are not read here: use Origins',
      },
      'DistributionConfig.ConnectionMode': {
        remedy: 'only one tenant is served here: use direct',
        unless: ['direct'],
      },
      'DistributionConfig.ViewerCertificate.IamCertificateId': {
        remedy: 'IAM holds no certificates here: use AcmCertificateArn',
      },
      'DistributionConfig.Origins.VpcOriginConfig': {
        remedy: 'VPC origins are not served here: use CustomOriginConfig',
      },
      'DistributionConfig.Origins.S3OriginConfig.OriginAccessIdentity': {
        remedy: 'origin access identities do not sign here: use OriginAccessControlId',
      },
      'DistributionConfig.Origins.CustomOriginConfig.IpAddressType': {
        remedy: 'origins are asked by IPv4 alone: use ipv4',
        unless: ['ipv4'],
      },
      'DistributionConfig.OriginGroups.Items.SelectionCriteria': {
        remedy: 'the first member is always asked first: use default',
        unless: ['default'],
      },
      'DistributionConfig.DefaultCacheBehavior.FunctionAssociations': {
        remedy: 'functions at the edge do not run here: do their work at the origin',
      },
      'DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations': {
        remedy: 'functions at the edge do not run here: do their work at the origin',
      },
      'DistributionConfig.DefaultCacheBehavior.TrustedSigners': {
        remedy: 'signed URLs are not checked here, so everybody would be let in: leave it out',
      },
      'DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups': {
        remedy: 'signed URLs are not checked here, so everybody would be let in: leave it out',
      },
      'DistributionConfig.DefaultCacheBehavior.FieldLevelEncryptionId': {
        remedy: 'fields are not encrypted here: leave it out',
      },
      'DistributionConfig.DefaultCacheBehavior.GrpcConfig.Enabled': {
        remedy: 'viewers are served HTTP/1.1, which carries no gRPC: leave it out',
      },
      'DistributionConfig.CacheBehaviors.FunctionAssociations': {
        remedy: 'functions at the edge do not run here: do their work at the origin',
      },
      'DistributionConfig.CacheBehaviors.LambdaFunctionAssociations': {
        remedy: 'functions at the edge do not run here: do their work at the origin',
      },
      'DistributionConfig.CacheBehaviors.TrustedSigners': {
        remedy: 'signed URLs are not checked here, so everybody would be let in: leave it out',
      },
      'DistributionConfig.CacheBehaviors.TrustedKeyGroups': {
        remedy: 'signed URLs are not checked here, so everybody would be let in: leave it out',
      },
      'DistributionConfig.CacheBehaviors.FieldLevelEncryptionId': {
        remedy: 'fields are not encrypted here: leave it out',
      },
      'DistributionConfig.CacheBehaviors.GrpcConfig.Enabled': {
        remedy: 'viewers are served HTTP/1.1, which carries no gRPC: leave it out',
      },
    },
  },
  'AWS::CloudFront::OriginAccessControl': {
    serves: ['OriginAccessControlConfig'],
  },
  'AWS::CloudFront::CachePolicy': {
    serves: ['CachePolicyConfig'],
  },
  'AWS::CloudFront::OriginRequestPolicy': {
    serves: ['OriginRequestPolicyConfig'],
  },
  'AWS::CloudFront::ResponseHeadersPolicy': {
    serves: [
      'ResponseHeadersPolicyConfig.Name',
      'ResponseHeadersPolicyConfig.Comment',
      'ResponseHeadersPolicyConfig.SecurityHeadersConfig',
      'ResponseHeadersPolicyConfig.RemoveHeadersConfig',
      'ResponseHeadersPolicyConfig.CorsConfig',
      'ResponseHeadersPolicyConfig.CustomHeadersConfig',
    ],
    keeps: {
      'ResponseHeadersPolicyConfig.ServerTimingHeadersConfig': 'no Server-Timing field is added',
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
