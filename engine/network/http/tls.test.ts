/** TLS on both sides: certificates by name, and upstreams whose certificate is checked. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createSecureContext, connect as tlsConnect } from 'node:tls';
import { createAuthority, issueCertificate } from '../certificates.ts';
import {
  destination,
  type ExchangeError,
  fetchUpstream,
  type HttpServer,
  Pool,
  serveHttp,
  type TlsIdentity,
} from './index.ts';
import { cleanups, clock, HOST } from './test-proxy.ts';

const authority = await createAuthority('Test authority');
const identity = async (...names: string[]): Promise<TlsIdentity> => {
  const pair = await issueCertificate(authority, names);
  return { certificate: pair.certificatePem, privateKey: pair.privateKeyPem };
};
const timeouts = { connectMs: 2000, headMs: 2000, bodyMs: 2000 };
const trust = createSecureContext({ ca: authority.certificatePem });

async function secureServer(...identities: TlsIdentity[]): Promise<HttpServer> {
  const server = await serveHttp({
    host: HOST,
    port: 0,
    clock,
    tls: identities,
    onRequest: (request, reply) => reply.send(200, [], request.secure ? 'secure' : 'plain'),
  });
  cleanups.push(() => server.destroy());
  return server;
}

async function nameShown(port: number, servername: string): Promise<string | undefined> {
  const socket = tlsConnect({ host: HOST, port, servername, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const shown = socket.getPeerCertificate().subjectaltname;
  socket.destroy();
  return shown;
}

test('the certificate follows the name; unknown names get the first', async () => {
  const server = await secureServer(await identity('one.example'), await identity('*.two.example'));
  assert.equal(await nameShown(server.port, 'one.example'), 'DNS:one.example');
  assert.equal(await nameShown(server.port, 'a.two.example'), 'DNS:*.two.example');
  assert.equal(await nameShown(server.port, 'three.example'), 'DNS:one.example');
  server.setIdentities([await identity('three.example')]);
  assert.equal(await nameShown(server.port, 'one.example'), 'DNS:three.example');
});

test('an upstream’s certificate is checked against the trust it is given', async () => {
  const server = await secureServer(await identity('one.example'));
  const pool = new Pool({ clock });
  cleanups.push(() => pool.destroy());
  const get = { method: 'GET', target: '/', headers: ['Host', 'one.example'] };
  const to = (servername: string) => destination(HOST, server.port, { tls: { servername, trust } });
  const good = await fetchUpstream(pool, to('one.example'), get, timeouts);
  assert.equal(good.status, 200);
  good.body.discard();
  await assert.rejects(fetchUpstream(pool, to('other.example'), get, timeouts), (error: ExchangeError) => {
    assert.equal(error.failure.kind, 'tls-failed');
    return true;
  });
  const plain = destination(HOST, server.port);
  await assert.rejects(fetchUpstream(pool, plain, get, timeouts), (error: ExchangeError) => {
    assert.match(error.failure.kind, /reset-before-head|malformed/);
    return true;
  });
});
