/**
 * Where the bucket is: in the host (`bucket.s3.us-east-1.amazonaws.com`, `bucket.localhost`) or, the only way
 * at an address such as 127.1.255.1, in the path's first segment.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export interface S3Address {
  /** '' when the request is about no bucket (ListBuckets). */
  readonly bucket: string;
  /** `/` or `/key`, percent-encoded as sent. */
  readonly path: string;
}

const virtualHost =
  /^(.+?)\.(?:s3[.-](?:dualstack\.)?[a-z0-9-]+\.amazonaws\.com|s3\.amazonaws\.com|localhost|s3\.localhost)$/;

export function s3Address(host: string, path: string): S3Address {
  const bare = host.toLowerCase().replace(/:\d+$/, '');
  const named = virtualHost.exec(bare)?.[1];
  if (named !== undefined && named !== 's3') return { bucket: named, path };
  const [, bucket = '', rest] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
  // No bucket's name needs encoding; what is not one stays as it came and is not found.
  return { bucket, path: rest ?? '/' };
}
