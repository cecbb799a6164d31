/**
 * Verifies an evidence file: pure, offline, without a clock. What the file says is checked for holding
 * together; who is behind it comes from the verifier's own roots of trust alone.
 */
import { RULE_BOOK } from './internal/rule-book.js';
import { verifyBy } from './internal/verify-by.js';
import type { Trust } from './trust.js';
import type { VerificationReport } from './verification-report.js';

/**
 * Whatever a readable file holds, the answer is a report; one that fails says why.
 *
 * NOT checked: revocation of certificates of which nobody answers in the file; that the chain pinned is the one with most work; anything of
 * entries that are not in the file. The report lists what it does not prove.
 *
 * @throws EvidenceError EVIDENCE_MALFORMED for what is no evidence file, EVIDENCE_FORMAT_NEWER.
 */
export function verifyEvidence(bytes: Uint8Array, trust: Trust): VerificationReport {
  return verifyBy(RULE_BOOK, bytes, trust);
}
