// memory.json in the state bucket: a compare-and-set cell. Reading gives the ETag; writing says If-Match with it, or
// If-None-Match: * for the first one, so of two controllers that decide at once one writes and the other starts over.
// S3 answers 412 to a lost race and 409 to one still running.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html

import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Aws } from './aws.ts';
import { reason } from './aws.ts';
import type { Loaded, Memory, Saved } from './memory.ts';
import { freshMemory, parseMemory } from './memory.ts';

export const memoryKey = 'memory.json';

function statusOf(error: unknown): number | undefined {
  const metadata = (error as { readonly $metadata?: { readonly httpStatusCode?: number } } | null)?.$metadata;
  return metadata?.httpStatusCode;
}

export async function loadMemory(aws: Aws, bucket: string, now: number): Promise<Loaded> {
  try {
    const found = await aws.s3.send(new GetObjectCommand({ Bucket: bucket, Key: memoryKey }));
    const text = await found.Body?.transformToString();
    return { kept: true, memory: parseMemory(text ?? ''), etag: found.ETag ?? null };
  } catch (error) {
    const absent = error instanceof Error && error.name === 'NoSuchKey';
    if (absent) return { kept: true, memory: freshMemory(now), etag: null };
    return { kept: false, why: reason(error) };
  }
}

export async function saveMemory(
  aws: Aws,
  bucket: string,
  memory: Memory,
  etag: string | null,
): Promise<Saved> {
  try {
    const { ETag } = await aws.s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: memoryKey,
        Body: JSON.stringify(memory, null, 1),
        ContentType: 'application/json',
        ...(etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag }),
      }),
    );
    return { saved: true, etag: ETag ?? null };
  } catch (error) {
    const status = statusOf(error);
    return { saved: false, conflict: status === 412 || status === 409, why: reason(error) };
  }
}
