/** Which properties of a certificate are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::CertificateManager::Certificate': {
    serves: ['DomainName', 'SubjectAlternativeNames'],
    keeps: {
      DomainValidationOptions: 'issued at once, nothing is validated',
      ValidationMethod: 'issued at once, nothing is validated',
      CertificateTransparencyLoggingPreference: 'no certificate is logged',
      KeyAlgorithm: 'ECDSA P-256 always',
    },
    refuses: {
      CertificateAuthorityArn: { remedy: 'certificates come from this system’s own authority: leave it out' },
      CertificateExport: { remedy: 'private keys are not exported here: leave it out', unless: ['DISABLED'] },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
