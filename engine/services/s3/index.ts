/** S3: buckets and objects on disk, and their replication to the other region. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import { operations } from './operations.ts';
import { propertyFates } from './property-fates.ts';
import { resources } from './resources.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { statusOf } from './status.ts';
import { type House, openStorage } from './storage.ts';

export const s3: ServiceDefinition = {
  name: 's3',
  controlPlane: 'regional',
  api: {
    signingName: 's3',
    protocols: ['rest-xml'],
    sdk: () => schemasOf('@aws-sdk/client-s3'),
  },
  types: {
    'AWS::S3::Bucket': { fate: 'runs', properties: propertyFates['AWS::S3::Bucket'] },
    'AWS::S3::BucketPolicy': {
      fate: 'recorded',
      note: 'kept and returned by GetBucketPolicy; who has signed a request may do everything, with or without TLS',
    },
    'Custom::CDKBucketDeployment': { fate: 'runs' },
  },
  create: (context): Service => {
    const { orphans, ...storage } = openStorage(context.directory);
    if (orphans > 0)
      context.journal.record({
        event: 'bodies.swept',
        subject: context.region,
        because: `${orphans} bodies were written but their objects never acknowledged`,
      });
    let runtime: Runtime | undefined;
    const house: House = { context, storage, queued: () => runtime?.replication.wake() };
    return {
      operations: operations(house),
      resources: resources(house),
      start: async () => {
        runtime = startRuntime(house);
      },
      stop: async () => {
        await runtime?.stop();
        await storage.database.close();
        await storage.bodies.close();
      },
      status: statusOf(house, () => runtime?.replication.failures() ?? 0),
    };
  },
};
