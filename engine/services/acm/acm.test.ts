import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Caller } from '../../wire/types.ts';
import { createTestContext } from '../test-context.ts';
import { acm } from './index.ts';

test('a certificate covers its names, is signed by the authority, and its key is for services alone', async () => {
  const context = createTestContext();
  try {
    const { operations, resources } = await acm.create(context);
    const request = {
      stack: { name: 'S', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/S/1' },
      logicalId: 'C',
      properties: { DomainName: 'origin.example', SubjectAlternativeNames: ['*.origin.example'] },
      clientToken: 'token',
      progress: () => {},
    };
    const { physicalId } = await resources['AWS::CertificateManager::Certificate']!.create(request);
    assert.equal(
      (await resources['AWS::CertificateManager::Certificate']!.create(request)).physicalId,
      physicalId,
    );
    const service: Caller = {
      requestId: 't',
      principal: 'elasticloadbalancing.amazonaws.com',
      via: 'service',
    };
    const exported = (await operations['ExportCertificate']!({ CertificateArn: physicalId }, service)) as {
      Certificate: string;
      PrivateKey: string;
    };
    const certificate = new X509Certificate(exported.Certificate);
    assert.ok(certificate.verify(new X509Certificate(readFileSync(context.network.trustFile)).publicKey));
    assert.equal(certificate.checkHost('us-west-2.origin.example'), '*.origin.example');
    assert.throws(
      () => operations['ExportCertificate']!({ CertificateArn: physicalId }, { ...service, via: 'api' }),
      /cannot be exported/,
    );
    assert.throws(
      () => operations['DescribeCertificate']!({ CertificateArn: 'arn:none' }, service),
      /arn:none/,
    );
  } finally {
    context.dispose();
  }
});
