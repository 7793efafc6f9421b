/**
 * The local certificate authority. A system makes one at its first `up`; every client in it trusts that one
 * file. Certificates are ECDSA P-256 (quick to make and to verify) and live longer than a rehearsal, also
 * under an accelerated clock.
 */
// The X.509 library registers itself through this polyfill, which therefore has to come first.
import 'reflect-metadata';

import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEARS_VALID = 20;

export interface KeyPairPem {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

x509.cryptoProvider.set(webcrypto as never);

/** A self-signed authority. `name` is what a person sees in a certificate viewer. */
export async function createAuthority(name: string): Promise<KeyPairPem> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}, O=Understudy`,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: certificate.toString('pem'), privateKeyPem: await exportKey(keys.privateKey) };
}

/** A server certificate for DNS names (a leading `*.` is allowed), signed by the authority. */
export async function issueCertificate(
  authority: KeyPairPem,
  dnsNames: readonly string[],
): Promise<KeyPairPem> {
  const first = dnsNames[0];
  if (first === undefined) throw new Error('a certificate needs at least one DNS name');
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.privateKeyPem),
    ALGORITHM,
    false,
    ['sign'],
  );
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${first.slice(0, 64)}`,
    issuer: issuer.subject,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns' as const, value }))),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificatePem: certificate.toString('pem'), privateKeyPem: await exportKey(keys.privateKey) };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function serial(): string {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
    .toString('hex')
    .replace(/^[89a-f]/, '7');
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  const dayMs = 86_400_000;
  return { notBefore: new Date(now - dayMs), notAfter: new Date(now + YEARS_VALID * 365 * dayMs) };
}
