/**
 * One entry of the replication queue on its way: through the link, as a signed request to the other region's
 * own S3. Deadlines are of real time, since they are about this machine's sockets.
 */
import { buffer } from 'node:stream/consumers';
import { HeadBucketCommand, PutObjectCommand, PutObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import type { ServiceContext } from '../contract.ts';
import type { ObjectVersion } from './model.ts';
import { noticeOf, replicationPrincipal, writeNotice } from './replica-notice.ts';
import { outcomeOf, type ReplicationOutcome } from './replication-outcome.ts';
import type { Pending } from './replication-queue.ts';
import type { Storage } from './storage.ts';

export interface Sender {
  send(pending: Pending, signal: AbortSignal): Promise<ReplicationOutcome>;
}

/** Bodies up to here are sent from memory, so that the SDK needs no trailer for its checksum. */
const SMALL_BYTES = 1024 * 1024;
const ANSWER_WITHIN_MS = 10_000;
/** Slow enough for a link that other things use too. */
const SLOWEST_BYTES_PER_MS = 512;
/** Sessions are renewed long before they end, since their clock may run faster than the SDK's. */
const SESSION_MS = 3_600_000;

/** The SDK warns on the console when a stream cannot be sent twice; the journal says what became of it. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export function createSender(context: ServiceContext, storage: Storage): Sender {
  const clients = new Map<string, { readonly client: S3Client; readonly bornMs: number }>();
  const homes = new Map<string, string>();

  const clientFor = async (region: string, signal: AbortSignal): Promise<S3Client> => {
    const endpoint = await within(signal, endpointOf(context, region));
    const name = `${region} ${endpoint}`;
    const known = clients.get(name);
    const now = context.clock.now();
    if (known && now - known.bornMs < SESSION_MS) return known.client;
    const client = new S3Client({
      region,
      endpoint,
      forcePathStyle: true,
      maxAttempts: 1,
      logger: silent,
      credentials: context.identity.issue(replicationPrincipal(context.account, context.region)),
    });
    clients.set(name, { client, bornMs: now });
    return client;
  };

  const homeOf = async (bucket: string, signal: AbortSignal): Promise<string | undefined> => {
    if (storage.buckets.get(bucket)) return context.region;
    const known = homes.get(bucket);
    if (known) return known;
    let unanswered: unknown;
    for (const region of context.regions.filter((other) => other !== context.region))
      try {
        const client = await clientFor(region, signal);
        await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal });
        homes.set(bucket, region);
        return region;
      } catch (error) {
        if (statusOf(error) === undefined) unanswered = error;
      }
    if (unanswered) throw unanswered;
    return undefined;
  };

  const deliver = async (pending: Pending, version: ObjectVersion, signal: AbortSignal): Promise<void> => {
    const home = await homeOf(pending.destination, signal);
    if (home === undefined)
      throw Object.assign(new Error(`no region has a bucket ${pending.destination}`), {
        name: 'NoSuchBucket',
        $metadata: { httpStatusCode: 404 },
      });
    const client = await clientFor(home, signal);
    const where = { Bucket: pending.destination, Key: pending.key };
    if (pending.kind === 'tags') {
      const TagSet = version.facts.tags.map((tag) => ({ ...tag }));
      const command = new PutObjectTaggingCommand({
        ...where,
        VersionId: version.versionId,
        Tagging: { TagSet },
      });
      await client.send(command, { abortSignal: signal });
      return;
    }
    const stream = storage.bodies.read(version.segments, 0, version.size);
    try {
      const body = version.size <= SMALL_BYTES ? await buffer(stream) : stream;
      const command = new PutObjectCommand({
        ...where,
        Body: body,
        ContentLength: version.size,
        Metadata: writeNotice(noticeOf(version, pending.storageClass)),
      });
      await client.send(command, { abortSignal: signal });
    } finally {
      stream.destroy();
    }
  };

  return {
    send: async (pending, stopped) => {
      const version = storage.versions.find(pending.bucket, pending.key, pending.versionId);
      if (!version) return { outcome: 'dropped' };
      const deadline = AbortSignal.timeout(Math.ceil(ANSWER_WITHIN_MS + pending.size / SLOWEST_BYTES_PER_MS));
      try {
        await deliver(pending, version, AbortSignal.any([stopped, deadline]));
        return { outcome: 'replicated' };
      } catch (error) {
        const { name, message } = error as Error;
        // Found somewhere else, or made anew, next time.
        if (name === 'NoSuchBucket') homes.delete(pending.destination);
        if (deadline.aborted)
          return { outcome: 'unreachable', because: `no answer within ${ANSWER_WITHIN_MS / 1000} s` };
        return outcomeOf({ name, message, status: statusOf(error) });
      }
    },
  };
}

function endpointOf({ network, region: here }: ServiceContext, region: string): Promise<string> {
  return region === here ? Promise.resolve(network.endpoint) : network.endpointOf(region);
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** The promise, or the signal's reason: whichever is first. */
function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    promise.then(resolve, reject);
  });
}
