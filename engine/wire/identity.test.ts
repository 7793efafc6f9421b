/** Credentials are verified by the shared secret alone, in any region, until they expire in AWS time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../time/clock.ts';
import { createIdentity, type SystemIdentity } from './identity.ts';

const secret = Buffer.alloc(32, 1);
const role = 'arn:aws:sts::000000000000:assumed-role/task/one';

function identityAt(awsMs: number, systemSecret: Buffer = secret): SystemIdentity {
  return createIdentity(
    systemSecret,
    '000000000000',
    createClock({ realOriginMs: Date.now(), awsOriginMs: awsMs, speed: 1 }),
  );
}

test('another region verifies what this one issued', () => {
  const issued = identityAt(1_000_000).issue(role, 60);
  const found = identityAt(1_000_000).identify(issued.accessKeyId, issued.sessionToken);
  assert.deepEqual(found, { known: true, secretAccessKey: issued.secretAccessKey, principal: role });
});

test('two issues never share a key', () => {
  const identity = identityAt(0);
  assert.notEqual(identity.issue(role).accessKeyId, identity.issue(role).accessKeyId);
});

test('a session ends in AWS time', () => {
  const issued = identityAt(1_000_000).issue(role, 60);
  const later = identityAt(1_061_000).identify(issued.accessKeyId, issued.sessionToken);
  assert.deepEqual(later, { known: false, problem: 'expired-token' });
});

test('a token that was changed, or belongs to another key or system, is refused', () => {
  const identity = identityAt(0);
  const { accessKeyId, sessionToken = '' } = identity.issue(role);
  const [body = '', mac = ''] = sessionToken.split('.');
  const forged = Buffer.from(JSON.stringify({ key: accessKeyId, principal: 'root', expiresMs: 9e15 }));
  const refused = (key: string, token: string | undefined, from = identity): unknown =>
    from.identify(key, token);
  assert.deepEqual(refused(accessKeyId, `${forged.toString('base64url')}.${mac}`), {
    known: false,
    problem: 'bad-token',
  });
  assert.deepEqual(refused(accessKeyId, body), { known: false, problem: 'bad-token' });
  assert.deepEqual(refused('ASIAOTHER', sessionToken), { known: false, problem: 'unknown-key' });
  assert.deepEqual(refused(accessKeyId, undefined), { known: false, problem: 'unknown-key' });
  assert.deepEqual(refused(accessKeyId, sessionToken, identityAt(0, Buffer.alloc(32, 2))), {
    known: false,
    problem: 'bad-token',
  });
});

test('the root key is the same after a restart and needs no token', () => {
  const { root } = identityAt(0);
  const found = identityAt(5e12).identify(root.accessKeyId, undefined);
  assert.deepEqual(found, {
    known: true,
    secretAccessKey: root.secretAccessKey,
    principal: 'arn:aws:iam::000000000000:root',
  });
});
