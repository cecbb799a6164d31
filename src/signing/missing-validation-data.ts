/**
 * What a signature still lacks for level B-LT, or before the next archive time-stamp (EN 319 122-1
 * §5.5.3 and §6.3): of all that validating its paths has rested on, what it does not carry itself.
 * Only the SignedData of the signature counts; what lies in a time-stamp token is not covered by an
 * index (docs/formats/cades.md), so it is asked for again.
 */
import { toHex } from '../base/bytes.js';
import type { ValidationData } from './cades-levels.js';
import type { Certificate } from './certificate.js';
import type { SignedData } from './cms-signed-data.js';
import type { ValidPath } from './path-verdict.js';
import { revocationInfoSha256 } from './revocation-info.js';
import type { CertificateRevocation, RevocationEvidence, RevocationStatus } from './revocation.js';

export interface MissingValidationData extends ValidationData {
  /**
   * Certificates that nobody has vouched for: evidence about them is to be got before anything else,
   * or the signature will be at level B-LT by its structure and not by its worth.
   */
  readonly unanswered: readonly Certificate[];
}

/**
 * @param paths of the signer and of the authority of each time-stamp, as they were found valid; of
 *   the signers of CRLs and OCSP responses too, where those were asked about.
 * @param evidence what the paths were judged by, at least.
 */
export function missingValidationData(
  signedData: SignedData,
  paths: readonly ValidPath[],
  evidence: RevocationEvidence,
): MissingValidationData {
  const statuses = paths.flatMap(({ revocation }) => revocation.flatMap(statusOf));
  const certificates = [
    ...paths.flatMap(({ certificates: path, anchor }) => [...path, ...known(anchor.certificate)]),
    ...statuses.flatMap(({ issuerPath }) => issuerPath),
  ];
  const used = new Set(statuses.flatMap((status) => status.evidence.map(toHex)));
  const carried = new Set([
    ...signedData.certificates.map((certificate) => toHex(certificate.sha256)),
    ...signedData.revocationNodes.map((node) => toHex(revocationInfoSha256(node))),
  ]);
  const lacking = <T extends Evidence>(all: readonly T[]): T[] =>
    distinct(all).filter((each) => !carried.has(toHex(each.sha256)));
  const lackingUsed = (all: readonly Evidence[]): Uint8Array[] =>
    lacking(all)
      .filter((each) => used.has(toHex(each.sha256)))
      .map(({ der }) => der);
  return {
    certificates: lacking(certificates).map(({ der }) => der),
    crls: lackingUsed(evidence.crls),
    ocspResponses: lackingUsed(evidence.ocspResponses),
    unanswered: distinct(paths.flatMap(unansweredIn)),
  };
}

/** Nothing lacks and nothing is open. */
export function isComplete(missing: MissingValidationData): boolean {
  const { certificates, crls, ocspResponses, unanswered } = missing;
  return certificates.length + crls.length + ocspResponses.length + unanswered.length === 0;
}

interface Evidence {
  readonly der: Uint8Array;
  readonly sha256: Uint8Array;
}

function statusOf(revocation: CertificateRevocation): readonly RevocationStatus[] {
  return revocation.kind === 'status' ? [revocation.status] : [];
}

/** `not-offered` and `ocsp-nocheck` are answers: there is none to be had. */
function unansweredIn({ certificates, revocation }: ValidPath): readonly Certificate[] {
  return certificates.filter((_certificate, index) => {
    const outcome = revocation[index];
    return outcome === undefined || (outcome.kind === 'not-checked' && outcome.why === 'not-asked');
  });
}

function known(certificate: Certificate | null): readonly Certificate[] {
  return certificate === null ? [] : [certificate];
}

function distinct<T extends Evidence>(all: readonly T[]): T[] {
  return [...new Map(all.map((each) => [toHex(each.sha256), each])).values()];
}
