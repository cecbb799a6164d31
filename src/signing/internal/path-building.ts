/**
 * Finds the ways from a certificate up to a trust anchor, by names and signatures. The certificates come
 * from strangers, so the search is bounded: every path is loop-free, no longer than `maxDepth`, and the
 * whole search has a budget of signature checks and of steps.
 */
import { equalBytes } from '../../base/bytes.js';
import type { Certificate } from '../certificate.js';
import { sameName } from '../distinguished-name.js';
import type { CertificatePath } from '../path-verdict.js';
import type { PublicKey } from '../public-key.js';
import type { TrustAnchor } from '../trust-anchor.js';
import type { ValidationBudget } from '../validation-budget.js';
import type { CertificatePool } from './certificate-pool.js';

export interface CandidatePath extends CertificatePath {
  /** The keys that signed the certificates, in the same order; the last is the anchor's. */
  readonly issuerKeys: readonly PublicKey[];
}

/** Yields every path in turn, signatures verified, until the budget is used up. */
export function candidatePaths(
  target: Certificate,
  pool: CertificatePool,
  anchors: readonly TrustAnchor[],
  budget: ValidationBudget,
): Iterable<CandidatePath> {
  function* pathsFrom(
    certificates: readonly Certificate[],
    issuerKeys: readonly PublicKey[],
  ): Generator<CandidatePath, void> {
    const last = certificates.at(-1);
    if (last === undefined || !budget.takeStep()) return;

    for (const anchor of anchors)
      if (sameName(anchor.subject, last.issuer) && budget.isSignedBy(last, anchor.publicKey))
        yield { certificates, issuerKeys: [...issuerKeys, anchor.publicKey], anchor };
    if (certificates.length >= budget.limits.maxDepth) return;
    for (const issuer of pool.of(last.issuer)) {
      if (budget.isExhausted) return;
      if (repeats(certificates, issuer)) continue;
      const key = budget.keyOf(issuer);
      if (key !== null && budget.isSignedBy(last, key))
        yield* pathsFrom([...certificates, issuer], [...issuerKeys, key]);
    }
  }

  return pathsFrom([target], []);
}

/** RFC 4158 §5.2: the same name with the same key twice in a path leads round in circles. */
function repeats(path: readonly Certificate[], certificate: Certificate): boolean {
  return path.some(
    ({ subject, subjectPublicKeyInfo }) =>
      sameName(subject, certificate.subject) &&
      equalBytes(subjectPublicKeyInfo, certificate.subjectPublicKeyInfo),
  );
}
