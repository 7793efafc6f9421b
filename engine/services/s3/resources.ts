/** What a TEMPLATE may say: a bucket, its policy, and CDK's bucket deployment. */
import type { PhysicalResource, ResourceHandler, ResourceRequest } from '../contract.ts';
import { generatedName } from '../recorded.ts';
import { checkedPolicy } from './bucket-configuration.ts';
import { deploymentHandler } from './bucket-deployment.ts';
import { withProperties } from './bucket-properties.ts';
import { checkedName, deleteBucket, newBucket } from './buckets.ts';
import { theBucket } from './failures.ts';
import type { House } from './storage.ts';

export function resources(house: House): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::S3::Bucket': bucketHandler(house),
    'AWS::S3::BucketPolicy': policyHandler(house),
    'Custom::CDKBucketDeployment': deploymentHandler(house),
  };
}

function bucketHandler(house: House): ResourceHandler {
  const { buckets } = house.storage;
  const describe = (name: string): PhysicalResource => {
    const { region } = house.context;
    return {
      physicalId: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
        DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
        WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
      },
    };
  };
  return {
    create: async (request) => {
      const name = checkedName(request.properties['BucketName'] ?? nameFor(request));
      const declaredBy = `${request.stack.id}/${request.logicalId}`;
      await buckets.put(name, (existing) => {
        // A repeat after a crash finds the bucket that it made.
        if (existing && existing.declaredBy !== declaredBy)
          throw new Error(
            `bucket ${name} exists already and does not belong to ${request.stack.name}/${request.logicalId}: ` +
              'it was made by CreateBucket, by another stack, or retained when its stack was deleted',
          );
        const bucket = existing ?? { ...newBucket(name, house.context.clock.now()), declaredBy };
        return withProperties(bucket, request.properties);
      });
      return describe(name);
    },
    update: async (request) => {
      const name = request.existing.physicalId;
      await buckets.put(name, () => withProperties(theBucket(house, name), request.properties));
      return describe(name);
    },
    delete: async ({ existing }) => {
      if (buckets.get(existing.physicalId)) await deleteBucket(house, { Bucket: existing.physicalId });
    },
  };
}

/** `<stack>-<logical id>-<random>`, in lower case, as long as a bucket's name may be. */
function nameFor(request: ResourceRequest): string {
  const generated = generatedName(request).toLowerCase();
  if (generated.length <= 63) return generated;
  return `${generated.slice(0, 50)}${generated.slice(-13)}`;
}

function policyHandler(house: House): ResourceHandler {
  const { buckets } = house.storage;
  const put = async (request: ResourceRequest): Promise<PhysicalResource> => {
    const { Bucket, PolicyDocument } = request.properties;
    const policy = typeof PolicyDocument === 'string' ? PolicyDocument : JSON.stringify(PolicyDocument);
    await buckets.put(Bucket, () => ({ ...theBucket(house, Bucket), policy: checkedPolicy(policy) }));
    return { physicalId: Bucket, attributes: {} };
  };
  return {
    create: put,
    update: put,
    delete: async ({ existing }) => {
      if (!buckets.get(existing.physicalId)) return;
      await buckets.put(existing.physicalId, () => {
        const { policy: _, ...bucket } = theBucket(house, existing.physicalId);
        return bucket;
      });
    },
  };
}
