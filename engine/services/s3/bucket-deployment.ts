/**
 * Custom::CDKBucketDeployment, done natively: what the provider function of CDK's BucketDeployment does (fetch
 * the assets, replace markers, `aws s3 sync`, invalidate), through the same operations as any caller. A file
 * that is there already with the same content and headers is not written again.
 * https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_deployment-readme.html
 */
import { createHash } from 'node:crypto';
import type { PutObjectCommandInput, StorageClass } from '@aws-sdk/client-s3';
import type { Caller } from '../../wire/types.ts';
import type { PhysicalResource, ResourceHandler, ResourceRequest } from '../contract.ts';
import { generatedUuid } from '../recorded.ts';
import { contentTypeOf } from './content-types.ts';
import { deleteObject } from './delete-object.ts';
import { type DeployedFile, readSources, selects } from './deployment-sources.ts';
import { theBucket } from './failures.ts';
import type { ObjectVersion } from './model.ts';
import { factsOf } from './object-facts.ts';
import { putObject } from './put-object.ts';
import type { House } from './storage.ts';
import { currentObject } from './write-version.ts';

const provisioning: Caller = {
  requestId: 'bucket-deployment',
  principal: 'cloudformation.amazonaws.com',
  via: 'provisioning',
};

export interface Deployment {
  readonly bucket: string;
  /** '' or ending in a slash. */
  readonly prefix: string;
  readonly prune: boolean;
  readonly retainOnDelete: boolean;
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  readonly headers: Partial<PutObjectCommandInput>;
  readonly distributionId?: string;
  readonly distributionPaths: readonly string[];
}

export function deploymentHandler(house: House): ResourceHandler {
  const deploy = async (request: ResourceRequest, physicalId: string): Promise<PhysicalResource> => {
    const deployment = readDeployment(request);
    const files = await readSources(house.context.assets, request);
    request.progress(`${files.size} files into ${deployment.bucket}`);
    await sync(house, deployment, files);
    await invalidate(house, deployment);
    return {
      physicalId,
      attributes: {
        DestinationBucketArn: `arn:aws:s3:::${deployment.bucket}`,
        SourceObjectKeys: (request.properties['SourceObjectKeys'] as readonly string[]) ?? [],
      },
    };
  };
  return {
    create: (request) => deploy(request, `aws.cdk.s3deployment.${generatedUuid(request)}`),
    update: async (request) => {
      const done = await deploy(request, request.existing.physicalId);
      const before = readDeployment({ ...request, properties: request.previous });
      const now = readDeployment(request);
      const moved = before.bucket !== now.bucket || before.prefix !== now.prefix;
      if (moved && !before.retainOnDelete && house.storage.buckets.get(before.bucket))
        await prune(house, before, new Map());
      return done;
    },
    delete: async (request) => {
      const deployment = readDeployment(request);
      if (!deployment.retainOnDelete && house.storage.buckets.get(deployment.bucket))
        await prune(house, { ...deployment, exclude: [], include: [] }, new Map());
    },
    // The provider copes with every change itself.
    replaceOn: [],
  };
}

function readDeployment({
  properties,
  logicalId,
}: Pick<ResourceRequest, 'properties' | 'logicalId'>): Deployment {
  const bucket: unknown = properties['DestinationBucketName'];
  if (typeof bucket !== 'string' || bucket === '')
    throw new Error(
      `${logicalId} DestinationBucketName: expected a bucket's name, found ${JSON.stringify(bucket)}`,
    );
  const prefix = String(properties['DestinationBucketKeyPrefix'] ?? '').replace(/^\/+|\/+$/g, '');
  const flag = (name: string, otherwise: boolean): boolean =>
    properties[name] === undefined ? otherwise : String(properties[name]) === 'true';
  const distributionId: unknown = properties['DistributionId'];
  return {
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    prune: flag('Prune', true),
    retainOnDelete: flag('RetainOnDelete', true),
    exclude: (properties['Exclude'] as readonly string[] | undefined) ?? [],
    include: (properties['Include'] as readonly string[] | undefined) ?? [],
    headers: {
      ...systemMetadata(properties['SystemMetadata'] ?? {}, logicalId),
      ...(properties['UserMetadata']
        ? { Metadata: properties['UserMetadata'] as Record<string, string> }
        : {}),
    },
    ...(typeof distributionId === 'string' ? { distributionId } : {}),
    distributionPaths: (properties['DistributionPaths'] as readonly string[] | undefined) ?? [],
  };
}

/** The option names of `aws s3 cp`. */
function systemMetadata(
  given: Readonly<Record<string, string>>,
  logicalId: string,
): Partial<PutObjectCommandInput> {
  const headers: Partial<PutObjectCommandInput> = {};
  for (const [name, value] of Object.entries(given))
    switch (name) {
      case 'cache-control':
        headers.CacheControl = value;
        break;
      case 'content-disposition':
        headers.ContentDisposition = value;
        break;
      case 'content-encoding':
        headers.ContentEncoding = value;
        break;
      case 'content-language':
        headers.ContentLanguage = value;
        break;
      case 'content-type':
        headers.ContentType = value;
        break;
      case 'expires':
        headers.Expires = new Date(value);
        break;
      case 'storage-class':
        headers.StorageClass = value as StorageClass;
        break;
      case 'website-redirect':
        headers.WebsiteRedirectLocation = value;
        break;
      case 'sse':
      case 'sse-kms-key-id':
      case 'acl':
        break;
      default:
        throw new Error(`${logicalId} SystemMetadata: ${name} is not an option of aws s3 cp`);
    }
  return headers;
}

async function sync(
  house: House,
  deployment: Deployment,
  files: ReadonlyMap<string, DeployedFile>,
): Promise<void> {
  theBucket(house, deployment.bucket);
  const wanted = new Map([...files].filter(([name]) => selects(deployment, name)));
  for (const [name, file] of wanted) {
    const Key = `${deployment.prefix}${name}`;
    const Body = await file.read();
    const type = contentTypeOf(name);
    const input: PutObjectCommandInput = {
      Bucket: deployment.bucket,
      Key,
      Body,
      ...(type ? { ContentType: type } : {}),
      ...deployment.headers,
    };
    const current = currentObject(house, deployment.bucket, Key);
    if (!current || !isSame(current, input, Body)) await putObject(house, input, provisioning);
  }
  if (deployment.prune) await prune(house, deployment, wanted);
}

function isSame(current: ObjectVersion, input: PutObjectCommandInput, body: Uint8Array): boolean {
  if (current.etag !== createHash('md5').update(body).digest('hex')) return false;
  const { headers, metadata } = factsOf(input);
  const text = (record: object): string => JSON.stringify(Object.entries(record).sort());
  return text(current.facts.headers) === text(headers) && text(current.facts.metadata) === text(metadata);
}

async function prune(
  house: House,
  deployment: Deployment,
  wanted: ReadonlyMap<string, DeployedFile>,
): Promise<void> {
  const { bucket, prefix } = deployment;
  let position = { key: prefix, inclusive: true };
  for (;;) {
    const page = house.storage.versions.currentPage(bucket, position.key, position.inclusive, 256);
    for (const { key } of page) {
      if (!key.startsWith(prefix)) return;
      const name = key.slice(prefix.length);
      if (!wanted.has(name) && selects(deployment, name))
        await deleteObject(house, { Bucket: bucket, Key: key });
      position = { key, inclusive: false };
    }
    if (page.length < 256) return;
  }
}

async function invalidate(
  house: House,
  { distributionId, distributionPaths, prefix }: Deployment,
): Promise<void> {
  if (distributionId === undefined) return;
  const paths = distributionPaths.length > 0 ? distributionPaths : [`/${prefix}*`];
  try {
    await house.context.invoke('cloudfront', 'CreateInvalidation', {
      DistributionId: distributionId,
      InvalidationBatch: {
        Paths: { Quantity: paths.length, Items: paths },
        CallerReference: `bucket-deployment-${Math.floor(house.context.clock.now())}`,
      },
    });
  } catch (error) {
    // The objects are there; caches follow when their time is over.
    house.context.journal.record({
      event: 'deployment.not-invalidated',
      subject: distributionId,
      because: (error as Error).message,
    });
  }
}
