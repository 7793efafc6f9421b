/**
 * The key that signs messages, and its certificate, made when first needed and kept. Subscribers fetch the
 * certificate at SigningCertURL, as on AWS; theirs to know is only that it comes from this endpoint.
 */
import { createPublicKey, createSign, createVerify, webcrypto } from 'node:crypto';
import type { Table } from '../contract.ts';
import { type Document, type SignedDocument, stringToSign } from './forms.ts';

interface Kept {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export const CERTIFICATE_PATH = '/SimpleNotificationService.pem';

export interface Signing {
  sign(document: Document, version: '1' | '2'): Promise<SignedDocument>;
  certificate(): Promise<string>;
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const YEARS_VALID = 20;

export function openSigning(table: Table<Kept>, endpoint: string, now: () => number): Signing {
  let making: Promise<Kept> | undefined;
  const key = async (): Promise<Kept> => {
    const kept = table.get('key');
    if (kept) return kept;
    making ??= makeKey(now());
    const made = await making;
    if (!table.get('key')) table.put('key', made);
    return made;
  };
  return {
    certificate: async () => (await key()).certificatePem,
    sign: async (document, version) => {
      const { privateKeyPem } = await key();
      // Version 1 is SHA1, AWS's default; version 2 is SHA256.
      const signer = createSign(version === '2' ? 'RSA-SHA256' : 'RSA-SHA1').update(stringToSign(document));
      return {
        ...document,
        SignatureVersion: version,
        Signature: signer.sign(privateKeyPem, 'base64'),
        SigningCertURL: `${endpoint}${CERTIFICATE_PATH}`,
      };
    },
  };
}

async function makeKey(nowMs: number): Promise<Kept> {
  // Loaded late: most systems never sign a message. The polyfill has to come before the library.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as never);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=sns.amazonaws.com, O=Understudy',
    notBefore: new Date(nowMs - 86_400_000),
    notAfter: new Date(nowMs + YEARS_VALID * 365 * 86_400_000),
    signingAlgorithm: ALGORITHM,
    keys: keys as never,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return {
    certificatePem: certificate.toString('pem'),
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
}

/** The subscriber's side, as AWS describes it. */
export function verifies(document: SignedDocument, certificatePem: string): boolean {
  const algorithm = document.SignatureVersion === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
  return createVerify(algorithm)
    .update(stringToSign(document))
    .verify(createPublicKey(certificatePem), document.Signature, 'base64');
}
