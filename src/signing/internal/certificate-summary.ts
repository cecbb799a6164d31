/** A certificate as a report shows it. What it claims of itself is named as a claim. */
import { toHex } from '../../base/bytes.js';
import { certificateHolder } from '../certificate-holder.js';
import type { Certificate } from '../certificate.js';
import { isDevelopmentName } from '../development-mark.js';
import { displayName, displayText, nameAttribute } from '../distinguished-name.js';
import type { CertificatePath } from '../path-verdict.js';
import type { CertificateSummary, SignatureReport, SignerSummary } from '../signature-report.js';
import { claimsOf } from './claim-texts.js';

export function summarize(certificate: Certificate): CertificateSummary {
  const { subject, issuer, serialNumber, sha256 } = certificate;
  const name = nameAttribute(subject, 'CN') ?? nameAttribute(subject, 'O');
  return {
    name: name === null ? displayName(subject) : displayText(name),
    subject: displayName(subject),
    issuer: displayName(issuer),
    serialNumber: toHex(serialNumber),
    certificateSha256: toHex(sha256),
  };
}

export function summarizeSigner(certificate: Certificate): SignerSummary {
  const identifier = nameAttribute(certificate.subject, 'organizationIdentifier');
  return {
    ...summarize(certificate),
    organizationIdentifier: identifier === null ? null : displayText(identifier),
    person: PERSONS[certificateHolder(certificate).kind ?? 'unknown'],
    claims: claimsOf(certificate),
  };
}

const PERSONS = {
  'natural-person': 'natural',
  'legal-person': 'legal',
  unknown: 'unknown',
} as const;

/** The anchor that a path ends in, or that there is none. */
export function describeAnchor(
  path: CertificatePath | null,
): Pick<SignatureReport, 'trustAnchor' | 'trustAnchorSha256'> {
  return {
    trustAnchor: path === null ? null : displayName(path.anchor.subject),
    trustAnchorSha256: path === null ? null : toHex(path.anchor.sha256),
  };
}

export function isDevelopment(certificates: readonly Certificate[]): boolean {
  return certificates.some(
    ({ subject, issuer }) => isDevelopmentName(subject) || isDevelopmentName(issuer),
  );
}
