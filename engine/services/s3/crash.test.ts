/** The process is killed again and again in the middle of writes: what was acknowledged is there, whole. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createTestContext } from '../test-context.ts';
import { openStorage } from './storage.ts';
import { startS3 } from './test-world.ts';

const KILLS = 6;
const WRITERS = 8;
const ACKNOWLEDGED_BEFORE_KILL = 60;

async function startChild(directory: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(line.toString().trim()) };
}

/** Objects of one byte to half a megabyte; the big ones come in pieces, so that a kill finds them half way. */
function bodyOf(bytes: Buffer): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 64 * 1024) pieces.push(bytes.subarray(at, at + 64 * 1024));
  return Readable.from(pieces);
}

test('no acknowledged object is lost and none is half written, whenever the process dies', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-s3-crash-'));
  const acknowledged = new Map<string, string>();
  /** Of a key that was being written over when the process died, either content is right. */
  const possible = new Map<string, Set<string>>();
  for (let kill = 0; kill < KILLS; kill++) {
    const { child, port } = await startChild(directory);
    const { credentials } = await credentialsFor();
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      // Connections that break are what this test is about; the SDK need not say so.
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    });
    let dead = false;
    let count = 0;
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; !dead; n++) {
        const Bucket = n % 2 === 0 ? 'plain' : 'versioned';
        const Key = `w${writer}/k${n % 7}`;
        const bytes = randomBytes(n % 5 === 0 ? 300_000 : 1 + ((writer * 37 + n * 101) % 4000));
        const md5 = createHash('md5').update(bytes).digest('hex');
        const name = `${Bucket}/${Key}`;
        possible.set(name, (possible.get(name) ?? new Set()).add(md5));
        try {
          await client.send(
            new PutObjectCommand({ Bucket, Key, Body: bodyOf(bytes), ContentLength: bytes.length }),
          );
        } catch (error) {
          if (dead) return;
          throw error;
        }
        acknowledged.set(name, md5);
        possible.set(name, new Set([md5]));
        if (++count === ACKNOWLEDGED_BEFORE_KILL + kill * 7) {
          dead = true;
          child.kill('SIGKILL');
        }
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    await once(child, 'exit').catch(() => {});
    client.destroy();
  }
  assert.ok(acknowledged.size >= 40, `${acknowledged.size} keys`);
  await using world = await startS3({ directory });
  for (const [name] of acknowledged) {
    const [Bucket = '', ...rest] = name.split('/');
    const got = await world.client.send(new GetObjectCommand({ Bucket, Key: rest.join('/') }));
    const bytes = (await got.Body?.transformToByteArray()) ?? new Uint8Array();
    const md5 = createHash('md5').update(bytes).digest('hex');
    assert.equal(got.ETag, `"${md5}"`, `${name} is whole`);
    assert.ok(possible.get(name)?.has(md5), `${name} is what was written last`);
  }
});

test('what a crash leaves of a body that nobody acknowledged is swept at the next start', async () => {
  const context = createTestContext();
  const storage = openStorage(context.directory);
  const { segments } = await storage.bodies.write('never recorded', 100);
  await storage.database.close();
  await storage.bodies.close();
  const again = openStorage(context.directory);
  assert.equal(again.orphans, 1);
  assert.deepEqual(readdirSync(join(context.directory, 'bodies')), []);
  assert.equal(segments.length, 1);
  await again.database.close();
  await again.bodies.close();
  context.dispose();
});

/** Credentials that every test world accepts. */
async function credentialsFor() {
  await using world = await startS3();
  return { credentials: world.server.client.credentials };
}
