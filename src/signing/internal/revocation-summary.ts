/** What is known of a path's revocation, as a report shows it. */
import type { UnixMillis } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import { formatInstant } from '../../base/time.js';
import type { Certificate } from '../certificate.js';
import { displayName } from '../distinguished-name.js';
import type { CertificateRevocation } from '../revocation.js';
import type { RevocationReport } from '../signature-report.js';
import type { PassedJudgement } from './certificate-judgement.js';

export function describeRevocation({
  path,
  revocation,
}: PassedJudgement): readonly RevocationReport[] {
  return path.certificates.flatMap((certificate, index) => {
    const known = revocation[index];
    return known === undefined ? [] : [describe(certificate, known)];
  });
}

function describe(certificate: Certificate, known: CertificateRevocation): RevocationReport {
  const named = {
    certificate: displayName(certificate.subject),
    certificateSha256: toHex(certificate.sha256),
  };
  if (known.kind === 'not-checked')
    return {
      ...named,
      outcome: OUTCOMES[known.why],
      source: null,
      evidence: [],
      issuedAt: null,
      nextUpdate: null,
      revokedAt: null,
      reason: null,
    };
  const { source, evidence, issuedAt, nextUpdate, outcome } = known.status;
  const isRevoked = outcome.kind === 'revoked';
  return {
    ...named,
    outcome: outcome.kind,
    source,
    evidence: evidence.map(toHex),
    issuedAt: formatInstant(issuedAt),
    nextUpdate: instantOrNull(nextUpdate),
    revokedAt: isRevoked ? formatInstant(outcome.at) : null,
    reason: isRevoked ? outcome.reason : null,
  };
}

const OUTCOMES = {
  'ocsp-nocheck': 'no-check',
  'no-rev-avail': 'no-check',
  'short-term': 'no-check',
  'not-offered': 'not-offered',
  'not-asked': 'not-asked',
} as const;

function instantOrNull(time: UnixMillis | null): string | null {
  return time === null ? null : formatInstant(time);
}
