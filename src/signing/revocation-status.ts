/**
 * What CRLs and OCSP responses say about a certificate of a path, and which of it is fresh. An answer counts
 * only if its signer may give it: see docs/formats/certificate-path.md for who may. Nothing is fetched.
 */
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { ALGORITHM_POLICY_2026_11, type AlgorithmPolicy } from './algorithm-policy.js';
import type { CertificateList } from './certificate-list.js';
import type { Certificate } from './certificate.js';
import { CertificatePool } from './internal/certificate-pool.js';
import { crlStatuses } from './internal/crl-statuses.js';
import type { Inquiry } from './internal/inquiry.js';
import { ocspStatuses } from './internal/ocsp-statuses.js';
import type { OcspResponse } from './ocsp-response.js';
import type { CertificatePath } from './path-verdict.js';
import { CERTIFICATE_HOLD } from './revocation-reason.js';
import type { RevocationEvidence, RevocationStatus } from './revocation.js';
import { ValidationBudget } from './validation-budget.js';

export interface RevocationContext {
  readonly evidence: RevocationEvidence;
  /** Where signers of the evidence are looked for, besides the path itself. May be hostile. */
  readonly intermediates: readonly Certificate[];
  /** Algorithms must be accepted then, and no signer known to have been revoked by then. */
  readonly at: UnixMillis;
  readonly policy?: AlgorithmPolicy;
  /** To be shared by all that is asked about one document. */
  readonly budget?: ValidationBudget;
}

/**
 * Every authenticated answer about the certificate at `index` of a path that has been validated, newest
 * first; stale ones too: freshness is for the caller. None at all beyond the budget: among what could not be
 * looked at may be the one that says that it is revoked.
 */
export function revocationStatuses(
  path: CertificatePath,
  index: number,
  { evidence, intermediates, at, policy, budget = new ValidationBudget() }: RevocationContext,
): readonly RevocationStatus[] {
  const { crls, ocspResponses } = evidence;
  const { maxEvidence, maxCertificates } = budget.limits;
  if (crls.length > maxEvidence || ocspResponses.length > maxEvidence) return [];
  if (intermediates.length > maxCertificates) return [];
  const pool = new CertificatePool(intermediates);
  const question = { evidence, pool, at, policy: policy ?? ALGORITHM_POLICY_2026_11, budget };
  const statuses = statusesFrom(path, index, question);
  return budget.isExhausted ? [] : statuses;
}

/** The same, of a pool that has been made and counted. */
export function statusesFrom(
  path: CertificatePath,
  index: number,
  question: Omit<Inquiry, 'isKnownRevoked'>,
): readonly RevocationStatus[] {
  return newestFirst(inquire(path, index, question, MAX_SIGNERS_OF_SIGNERS));
}

/**
 * Whether an answer is new enough for this instant (EN 319 102-1 §5.2.5): made no longer than
 * `maxAgeMillis` before it; without that limit, not superseded by then as the answer itself says. An answer
 * that names no time for the next one is fresh for what lies before it only.
 */
export function isFresh(status: RevocationStatus, at: UnixMillis, maxAgeMillis?: number): boolean {
  const { issuedAt, nextUpdate } = status;
  if (issuedAt >= at) return true;
  return maxAgeMillis === undefined
    ? nextUpdate !== null && nextUpdate >= at
    : issuedAt + maxAgeMillis >= at;
}

/**
 * The answer that says that the certificate was revoked at or before this instant, if one does. For good:
 * no later answer takes it back. On hold only if nothing newer says otherwise.
 *
 * @param statuses newest first.
 */
export function revocationBy(
  statuses: readonly RevocationStatus[],
  at: UnixMillis,
): RevocationStatus | null {
  const isRevoked = ({ outcome }: RevocationStatus): boolean =>
    outcome.kind === 'revoked' && outcome.at <= at;
  const final = statuses.find((status) => isRevoked(status) && !isOnHold(status));
  const [newest] = statuses;
  return final ?? (newest !== undefined && isRevoked(newest) ? newest : null);
}

export function isOnHold({ outcome }: RevocationStatus): boolean {
  return outcome.kind === 'revoked' && outcome.reason === CERTIFICATE_HOLD;
}

/** A CRL's signer, and whoever signed what is said about that one: further up nobody is asked about. */
const MAX_SIGNERS_OF_SIGNERS = 2;

function inquire(
  path: CertificatePath,
  index: number,
  question: Omit<Inquiry, 'isKnownRevoked'>,
  signersLeft: number,
): readonly RevocationStatus[] {
  const inquiry: Inquiry = {
    ...question,
    isKnownRevoked: (signerPath, signed) => {
      if (signersLeft === 0) return false;
      const evidence = without(signed, question.evidence);
      const statuses = inquire(signerPath, 0, { ...question, evidence }, signersLeft - 1);
      return revocationBy(newestFirst(statuses), question.at) !== null;
    },
  };
  return [...crlStatuses(path, index, inquiry), ...ocspStatuses(path, index, inquiry)];
}

function without(
  signed: CertificateList | OcspResponse,
  { crls, ocspResponses }: RevocationEvidence,
): RevocationEvidence {
  return {
    crls: crls.filter((each) => each !== signed),
    ocspResponses: ocspResponses.filter((each) => each !== signed),
  };
}

/** Of the same instant: by what they rest on, so that the order in which evidence is given does not count. */
function newestFirst(statuses: readonly RevocationStatus[]): readonly RevocationStatus[] {
  const key = ({ evidence }: RevocationStatus): string => evidence.map(toHex).join();
  return [...statuses].sort(
    (a, b) => b.issuedAt - a.issuedAt || b.thisUpdate - a.thisUpdate || (key(a) < key(b) ? -1 : 1),
  );
}
