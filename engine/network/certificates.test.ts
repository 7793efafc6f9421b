import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { createAuthority, issueCertificate } from './certificates.ts';

test('a server with an issued certificate is trusted by who trusts the authority, by name and wildcard', async () => {
  const authority = await createAuthority('Test authority');
  const issued = await issueCertificate(authority, [
    'origin.storefront.example',
    '*.origin.storefront.example',
  ]);
  assert.ok(
    new X509Certificate(issued.certificatePem).checkIssued(new X509Certificate(authority.certificatePem)),
  );
  const server = createServer({ cert: issued.certificatePem, key: issued.privateKeyPem }, (socket) =>
    socket.end('hi'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const handshake = (servername: string): Promise<true> =>
    new Promise((resolve, reject) => {
      const socket: TLSSocket = connect(
        { port, host: '127.0.0.1', servername, ca: authority.certificatePem },
        () => {
          socket.end();
          resolve(true);
        },
      );
      socket.on('error', reject);
    });
  try {
    assert.ok(await handshake('origin.storefront.example'));
    assert.ok(await handshake('us-west-2.origin.storefront.example'));
    await assert.rejects(handshake('www.storefront.example'), /ERR_TLS_CERT_ALTNAME_INVALID|altnames/);
  } finally {
    server.close();
  }
});
