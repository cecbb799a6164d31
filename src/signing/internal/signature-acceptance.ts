/** Whether the signature, being genuine, is one that may be accepted (EN 319 102-1 §5.2.8). */
import { equalBytes } from '../../base/bytes.js';
import { type Certificate, isSignedBy } from '../certificate.js';
import type { SignedData } from '../cms-signed-data.js';
import type { ValidPath } from '../path-verdict.js';
import type { Refusal } from '../signature-report.js';
import { restates, type TrustAnchor } from '../trust-anchor.js';
import { allowsPath } from './signing-certificate.js';

/**
 * Whether the signature is CAdES baseline B and every byte of it has been covered by some check:
 * what nobody has checked could be exchanged unseen, or claim what is not true.
 */
export function refuseAcceptance(signedData: SignedData, path: ValidPath): Refusal | null {
  const { signer, certificates, revocationNodes } = signedData;
  const { signingTime, signingCertificates } = signer.signedAttributes;
  if (signingTime === null) return constraint('The signed attributes lack the signing time.');
  if (!allowsPath(signingCertificates, path.certificates))
    return constraint('The path uses a certificate that the signed attributes do not allow.');
  if (signer.unsignedAttributes.length > 0 || revocationNodes.length > 0)
    return constraint(
      'The signature carries unsigned attributes or revocation data, which this version does not check.',
    );
  if (!certificates.every((certificate) => isCovered(certificate, path)))
    return constraint("The signature carries a certificate that the signer's path does not use.");
  return null;
}

/** On the path, or no more than the anchor's own certificate. */
function isCovered(certificate: Certificate, { certificates, anchor }: ValidPath): boolean {
  return certificates.includes(certificate) || isOf(certificate, anchor);
}

function isOf(certificate: Certificate, anchor: TrustAnchor): boolean {
  if (anchor.certificate !== null && equalBytes(certificate.der, anchor.certificate.der))
    return true;
  // A root renewed with the same key, or an anchor given as a name and a key.
  return (
    restates(certificate, anchor) &&
    equalBytes(certificate.issuer.der, anchor.subject.der) &&
    isSignedBy(certificate, anchor.publicKey)
  );
}

function constraint(says: string): Refusal {
  return { subIndication: 'SIG_CONSTRAINTS_FAILURE', says };
}
