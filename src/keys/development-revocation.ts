/**
 * What the embedded authority says of the certificates that it issued: a list that is made when it is asked
 * for, in this process, so that signatures with all their evidence can be made without a network.
 */
import { equalBytes } from '../base/bytes.js';
import type { Clock } from '../base/time.js';
import { type DevelopmentCa, issueDevelopmentCrl } from './development-authority.js';
import type { RevocationSource } from './revocation-source.js';

/** @param others asked about everybody else's certificates. */
export function developmentRevocation(
  ca: DevelopmentCa,
  clock: Clock,
  others: RevocationSource,
): RevocationSource {
  return {
    get(certificate, issuer, question) {
      if (!equalBytes(issuer.der, ca.caCertificate))
        return others.get(certificate, issuer, question);
      const crl = issueDevelopmentCrl(ca, { at: clock.now() });
      return Promise.resolve({ crls: [crl], ocspResponses: [], failures: [] });
    },
  };
}
