/** HTTPS to an origin: the certificate is checked against the system's authority and the origin's name. */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { test } from 'node:test';
import { shop, world } from './test-world.ts';

test('the origin’s certificate must be for the origin’s name', async () => {
  const w = await world();
  const certificateFor = async (name: string): Promise<{ cert: string; key: string }> => {
    const { certificatePem, privateKeyPem } = await w.global.issueCertificate([name]);
    return { cert: certificatePem, key: privateKeyPem };
  };
  let servername: string | false | null | undefined;
  const server = createServer(await certificateFor('origin.shop.example'), (_request, response) =>
    response.end('secret'),
  );
  server.on('secureConnection', (socket) => {
    servername = socket.servername;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const origin = (DomainName: string): object => ({
    Id: 'app',
    DomainName,
    ConnectionAttempts: 1,
    CustomOriginConfig: { OriginProtocolPolicy: 'https-only', HTTPSPort: port },
  });
  w.names.set('origin.shop.example', { address: '127.0.0.1', ttl: 60 });
  w.names.set('other.shop.example', { address: '127.0.0.1', ttl: 60 });
  await w.deploy(shop({ port }, { Origins: [origin('origin.shop.example')] }));
  const answer = await w.get('/a');
  assert.equal(String(answer.body), 'secret');
  assert.equal(servername, 'origin.shop.example');
  await w.deploy(shop({ port }, { Origins: [origin('other.shop.example')] }));
  const refused = await w.get('/b');
  assert.equal(refused.status, 502);
  assert.match(String(refused.body), /tls-failed/);
  await w.end();
  server.close();
  server.closeAllConnections();
});
