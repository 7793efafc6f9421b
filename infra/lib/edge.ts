/**
 * CloudFront in front of both regions. Static files come from an origin group of both buckets; the API
 * and everything else from `origin.<domain>`, which Route 53 points at the active region: origin groups
 * fail over only GET and HEAD, the DNS name fails over every method.
 */
import { type App, CfnOutput, Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Config } from '../config.ts';
import { acknowledge } from './acknowledge.ts';
import * as names from './names.ts';
import { RegionalStack } from './place.ts';

/** Every alias to a distribution names this zone (API reference, AliasTarget). */
const CLOUDFRONT_ZONE_ID = 'Z2FDTNDATAQYW2';

export function edge(
  app: App,
  config: Config,
  hostedZoneId: string,
  regions: readonly string[],
): RegionalStack {
  const stack = new RegionalStack(
    app,
    'Understudy-Global-Edge',
    { config, region: names.GLOBAL_REGION },
    `CloudFront distribution of ${names.siteName(config.domain)}`,
  );
  const site = names.siteName(config.domain);
  const certificate = new acm.CfnCertificate(stack, 'Certificate', {
    domainName: site,
    validationMethod: 'DNS',
    domainValidationOptions: [{ domainName: site, hostedZoneId }],
  });
  const staticFiles = staticBehavior(stack, regions);
  const application = applicationBehavior(config);
  const distribution = new cloudfront.Distribution(stack, 'Distribution', {
    comment: site,
    domainNames: [site],
    certificate: acm.Certificate.fromCertificateArn(stack, 'SiteCertificate', certificate.ref),
    minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
    defaultRootObject: 'index.html',
    defaultBehavior: application,
    additionalBehaviors: {
      '/api/*': application,
      '/assets/*': staticFiles,
      // CloudFront documents the root object, not whether it replaces `/` before a behaviour is chosen.
      '/index.html': staticFiles,
      '/': staticFiles,
    },
    // By default an edge goes on answering with an error for ten seconds after the origin is well again.
    errorResponses: [500, 502, 503, 504].map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
  });
  for (const type of ['A', 'AAAA']) {
    new route53.CfnRecordSet(stack, `Site${type}`, {
      hostedZoneName: `${config.domain}.`,
      name: site,
      type,
      aliasTarget: {
        dnsName: distribution.distributionDomainName,
        hostedZoneId: CLOUDFRONT_ZONE_ID,
        evaluateTargetHealth: false,
      },
    });
  }
  acknowledgeDistribution(distribution);
  new CfnOutput(stack, 'SiteUrl', { value: `https://${site}` });
  new CfnOutput(stack, 'DistributionName', { value: distribution.distributionDomainName });
  return stack;
}

/**
 * Nothing of the application is cached: a policy with a minimum TTL above 0 (CachingOptimized: 1 s)
 * caches even `no-store`, and an expired answer may be served in place of an error. Two quick attempts
 * to connect and ten seconds to answer, so that a lost region costs a viewer seconds, not half a minute.
 * Everything but the Host header is passed on: the load balancer's certificate is for its own name.
 */
function applicationBehavior(config: Config): cloudfront.BehaviorOptions {
  return {
    origin: new origins.HttpOrigin(names.originName(config.domain), {
      protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
      connectionAttempts: 2,
      connectionTimeout: Duration.seconds(3),
      readTimeout: Duration.seconds(10),
      // Shorter than the load balancer's 60 s, so that the edge never reuses what is being closed.
      keepaliveTimeout: Duration.seconds(30),
    }),
    allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
    originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  };
}

/**
 * Both buckets hold the same files. 5xx and timeouts fail over, and 403 too: that is how S3 answers for
 * an object that has not reached this bucket yet, since the distribution may not list it.
 */
function staticBehavior(stack: RegionalStack, regions: readonly string[]): cloudfront.BehaviorOptions {
  const [first, second] = regions.map((region) =>
    origins.S3BucketOrigin.withOriginAccessControl(
      s3.Bucket.fromBucketAttributes(stack, `Assets-${region}`, {
        bucketName: names.bucketName('assets', stack.account, region),
        region,
      }),
      {
        originAccessLevels: [cloudfront.AccessLevel.READ],
        connectionAttempts: 2,
        connectionTimeout: Duration.seconds(3),
      },
    ),
  );
  const origin =
    second === undefined
      ? first!
      : new origins.OriginGroup({
          primaryOrigin: first!,
          fallbackOrigin: second,
          fallbackStatusCodes: [403, 500, 502, 503, 504],
        });
  return {
    origin,
    allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
    responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
    compress: true,
  };
}

function acknowledgeDistribution(distribution: cloudfront.Distribution): void {
  acknowledge(
    distribution,
    'Annotation::@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac',
    'Each bucket admits the distributions of this account in its own stack: see buckets.ts.',
  );
  acknowledge(
    distribution,
    'AwsSolutions-CFR1',
    'The shop sells everywhere: no geographic restriction is wanted.',
  );
  acknowledge(
    distribution,
    'AwsSolutions-CFR2',
    "A web ACL is the owner's choice of rules and cost; the architecture names none.",
  );
  acknowledge(
    distribution,
    'AwsSolutions-CFR3',
    "Requests that reach the application are in the load balancers' logs; logging every static file is left to the owner.",
  );
}
