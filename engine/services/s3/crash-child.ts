/**
 * A process that serves S3 from a folder until it is killed, for the crash test: prints its port, then goes on.
 * Argument: the folder.
 */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { startS3 } from './test-world.ts';

const directory = process.argv[2];
if (!directory) throw new Error('usage: crash-child.ts <folder>');
const world = await startS3({ directory });
for (const Bucket of ['plain', 'versioned'])
  await world.client.send(new CreateBucketCommand({ Bucket })).catch((error: Error) => {
    if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
  });
await world.service.operations['PutBucketVersioning']?.(
  { Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } },
  { requestId: 'setup', principal: 'test', via: 'service' },
);
process.stdout.write(`${world.server.port}\n`);
