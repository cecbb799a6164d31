/** What revocation says of every certificate of a path at one instant (EN 319 102-1 §5.2.6.4). */
import { formatInstant } from '../../base/time.js';
import type { Certificate } from '../certificate.js';
import { sameName } from '../distinguished-name.js';
import { isIdOf } from '../ocsp-certificate-id.js';
import { OID } from '../oids.js';
import type { CertificatePath, PathFailure } from '../path-verdict.js';
import { isFresh, isOnHold, revocationBy, statusesFrom } from '../revocation-status.js';
import type { CertificateRevocation, RevocationEvidence } from '../revocation.js';
import { type Inquiry, issuerKeyInfoOf } from './inquiry.js';

export interface RevocationNeed {
  readonly evidence: RevocationEvidence;
  /**
   * `required`: every certificate needs an answer. `where-offered`: one that names a CRL or OCSP place, or
   * that the evidence speaks of.
   */
  readonly need: 'required' | 'where-offered';
  /** How old an answer may be; without it, until the next one that it announces. */
  readonly maxAgeMillis?: number;
}

export type RevocationOfPath =
  | { readonly kind: 'passed'; readonly revocation: readonly CertificateRevocation[] }
  | ({ readonly kind: 'failed' } & PathFailure);

/** From the anchor down: what a revoked CA says of others counts for nothing. */
export function revocationOfPath(
  path: CertificatePath,
  { need, maxAgeMillis }: RevocationNeed,
  question: Omit<Inquiry, 'isKnownRevoked'>,
): RevocationOfPath {
  const revocation: CertificateRevocation[] = [];
  for (let index = path.certificates.length - 1; index >= 0; index--) {
    const answer = revocationOf(path, index, need, maxAgeMillis, question);
    if ('reason' in answer) return { kind: 'failed', ...answer, certificateIndex: index };
    revocation.unshift(answer);
  }
  return { kind: 'passed', revocation };
}

type Failed = Pick<PathFailure, 'reason' | 'detail' | 'revokedAt'>;

function revocationOf(
  path: CertificatePath,
  index: number,
  need: RevocationNeed['need'],
  maxAgeMillis: number | undefined,
  question: Omit<Inquiry, 'isKnownRevoked'>,
): CertificateRevocation | Failed {
  const certificate = path.certificates[index];
  if (certificate === undefined) return { kind: 'not-checked', why: 'not-asked' };
  const { at, budget } = question;
  const statuses = statusesFrom(path, index, question);
  if (budget.isExhausted)
    return {
      reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      detail: 'could not be checked for revocation within the budget',
    };

  const revoked = revocationBy(statuses, at);
  if (revoked?.outcome.kind === 'revoked') {
    const { at: revokedAt, reason } = revoked.outcome;
    const since = `since ${formatInstant(revokedAt)}`;
    if (isOnHold(revoked))
      return { reason: 'TRY_LATER', detail: `is suspended ${since}`, revokedAt };
    const why = reason === null ? '' : ` (${reason})`;
    const isTarget = index === 0;
    return {
      reason: isTarget ? 'REVOKED' : 'REVOKED_CA',
      detail: `is revoked ${since}${why}`,
      revokedAt,
    };
  }
  const exemption = exemptionOf(certificate);
  const fresh = statuses.find((status) => isFresh(status, at, maxAgeMillis));
  if (fresh !== undefined) return { kind: 'status', status: fresh };
  if (exemption !== null) return { kind: 'not-checked', why: exemption };
  if (statuses.length > 0)
    return { reason: 'TRY_LATER', detail: 'has only outdated answers about its revocation' };
  if (need === 'where-offered' && !isOffered(path, index, certificate, question.evidence))
    return { kind: 'not-checked', why: 'not-offered' };
  return { reason: 'TRY_LATER', detail: 'has no valid answer about its revocation' };
}

/** Its issuer says that there is nothing to ask about it. */
function exemptionOf({
  extensions: { all, basicConstraints, extKeyUsage },
}: Certificate): 'ocsp-nocheck' | 'no-rev-avail' | 'short-term' | null {
  // RFC 9608 §3: not for CAs, and no other of these speaks of them.
  if (basicConstraints?.ca === true) return null;
  if (all.has(OID.noRevAvail)) return 'no-rev-avail';
  if (all.has(OID.validityAssuredShortTerm)) return 'short-term';
  const isResponder = extKeyUsage?.includes(OID.ocspSigning) === true;
  return isResponder && all.has(OID.ocspNoCheck) ? 'ocsp-nocheck' : null;
}

function isOffered(
  path: CertificatePath,
  index: number,
  certificate: Certificate,
  { crls, ocspResponses }: RevocationEvidence,
): boolean {
  const { all } = certificate.extensions;
  const keyInfo = issuerKeyInfoOf(path, index);
  return (
    all.has(OID.cRLDistributionPoints) ||
    all.has(OID.freshestCRL) ||
    all.has(OID.authorityInfoAccess) ||
    crls.some(({ issuer }) => sameName(issuer, certificate.issuer)) ||
    ocspResponses.some(({ answers }) =>
      answers.some(({ certificateId }) => isIdOf(certificateId, certificate, keyInfo)),
    )
  );
}
