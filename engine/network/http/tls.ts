/**
 * Certificates of a listener: the first is for clients that name no server or an unknown one, the others are
 * chosen by SNI (RFC 6066 §3) where a name of theirs fits.
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

export interface TlsIdentity {
  /** PEM: the leaf, and what leads from it to a root. */
  readonly certificate: string;
  readonly chain?: string | undefined;
  readonly privateKey: string;
}

export interface IdentityChoice {
  readonly first: { readonly cert: string; readonly key: string };
  choose(serverName: string): SecureContext;
}

export function identityChoice(identities: readonly TlsIdentity[]): IdentityChoice {
  const loaded = identities.map((identity) => {
    const cert = identity.chain ? `${identity.certificate.trim()}\n${identity.chain}` : identity.certificate;
    return {
      cert,
      key: identity.privateKey,
      leaf: new X509Certificate(identity.certificate),
      context: createSecureContext({ cert, key: identity.privateKey }),
    };
  });
  const first = loaded[0];
  if (!first) throw new Error('a TLS listener needs at least one certificate, found none');
  return {
    first: { cert: first.cert, key: first.key },
    choose: (serverName) => (loaded.find(({ leaf }) => leaf.checkHost(serverName)) ?? first).context,
  };
}
