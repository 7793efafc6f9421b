/**
 * A template's DistributionConfig as the API's: plain lists become Quantity and Items, and the few names that
 * CloudFormation spells otherwise are the API's again. Pure.
 */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront';
import { itemsOf, type Shape, truth } from './policy-shape.ts';

export function configOfTemplate(template: Shape, callerReference: string): DistributionConfig {
  return {
    CallerReference: callerReference,
    Comment: template.Comment ?? '',
    Enabled: truth(template.Enabled),
    Aliases: listed(template.Aliases ?? template.CNAMEs),
    DefaultRootObject: template.DefaultRootObject ?? '',
    Origins: listed(itemsOf<Shape>(template.Origins).map(origin)),
    OriginGroups: listed(itemsOf<Shape>(template.OriginGroups)),
    DefaultCacheBehavior: behavior(template.DefaultCacheBehavior),
    CacheBehaviors: listed(itemsOf<Shape>(template.CacheBehaviors).map(behavior)),
    CustomErrorResponses: listed(itemsOf<Shape>(template.CustomErrorResponses)),
    PriceClass: template.PriceClass ?? 'PriceClass_All',
    HttpVersion: template.HttpVersion ?? 'http2',
    IsIPV6Enabled: truth(template.IPV6Enabled),
    WebACLId: template.WebACLId ?? '',
    ViewerCertificate: certificate(template.ViewerCertificate),
    Restrictions: { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } },
  } as DistributionConfig;
}

function listed<T>(items: readonly T[] | undefined): { Quantity: number; Items: T[] } {
  return { Quantity: items?.length ?? 0, Items: [...(items ?? [])] };
}

function origin(template: Shape): Shape {
  const { OriginCustomHeaders, CustomOriginConfig: custom, ...rest } = template;
  return {
    OriginPath: '',
    ConnectionAttempts: 3,
    ConnectionTimeout: 10,
    ...rest,
    CustomHeaders: listed(OriginCustomHeaders),
    ...(custom && {
      CustomOriginConfig: {
        HTTPPort: 80,
        HTTPSPort: 443,
        OriginReadTimeout: 30,
        OriginKeepaliveTimeout: 5,
        ...custom,
        OriginSSLProtocols: undefined,
        OriginSslProtocols: listed(custom.OriginSSLProtocols ?? ['TLSv1', 'SSLv3']),
      },
    }),
  };
}

function behavior(template: Shape): Shape {
  const { AllowedMethods, CachedMethods, FunctionAssociations, LambdaFunctionAssociations, ...rest } =
    template;
  return {
    Compress: false,
    SmoothStreaming: false,
    ...rest,
    AllowedMethods: {
      ...listed(AllowedMethods ?? ['GET', 'HEAD']),
      CachedMethods: listed(CachedMethods ?? ['GET', 'HEAD']),
    },
    FunctionAssociations: listed(FunctionAssociations),
    LambdaFunctionAssociations: listed(LambdaFunctionAssociations),
  };
}

function certificate(template: Shape): Shape {
  if (!template || truth(template.CloudFrontDefaultCertificate))
    return { CloudFrontDefaultCertificate: true };
  const { AcmCertificateArn, IamCertificateId, SslSupportMethod, ...rest } = template;
  return {
    ...rest,
    ...(AcmCertificateArn && { ACMCertificateArn: AcmCertificateArn }),
    ...(IamCertificateId && { IAMCertificateId: IamCertificateId }),
    ...(SslSupportMethod && { SSLSupportMethod: SslSupportMethod }),
  };
}
