/**
 * The rules of RFC 5280 §6.1 that a path must keep at one instant, as far as this version goes:
 * algorithms, dates, critical extensions, basic constraints, path length and key usage. Names and
 * signatures have been checked by the search. Extensions that would narrow the path in ways that
 * are not evaluated here make it fail, never pass.
 */
import type { UnixMillis } from '../../base/brand.js';
import { acceptsSignature, type AlgorithmPolicy } from '../algorithm-policy.js';
import { type Certificate, isSelfIssued } from '../certificate.js';
import type { PathFailure } from '../path-verdict.js';
import type { CandidatePath } from './path-building.js';

/** The first rule that the path breaks, seen from the anchor down, or null. */
export function brokenConstraint(
  path: CandidatePath,
  at: UnixMillis,
  policy: AlgorithmPolicy,
): PathFailure | null {
  // max_path_length of RFC 5280 §6.1.2 (k): an anchor sets none, our depth limit does.
  let pathLengthLeft = Infinity;
  for (let index = path.certificates.length - 1; index >= 0; index--) {
    const certificate = path.certificates[index];
    const issuerKey = path.issuerKeys[index];
    if (certificate === undefined || issuerKey === undefined) break;
    const fail = (reason: PathFailure['reason'], detail: string): PathFailure => {
      return { reason, detail, certificateIndex: index };
    };

    const algorithm = certificate.signatureAlgorithm;
    if (algorithm === null || !acceptsSignature(policy, algorithm, issuerKey, at))
      return fail('CRYPTO_CONSTRAINTS_FAILURE', 'is signed with an algorithm or key too weak');
    if (at < certificate.notBefore) return fail('NOT_YET_VALID', 'is not valid yet');
    if (at > certificate.notAfter) return fail('EXPIRED', 'has expired');
    if (certificate.extensions.unknownCriticalExtensions.length > 0)
      return fail(CHAIN, 'has a critical extension that is not understood');
    if (index === 0) break;

    const flaw = flawOfIssuer(certificate, pathLengthLeft);
    if (flaw !== null) return fail(CHAIN, flaw);
    if (!isSelfIssued(certificate)) pathLengthLeft--;
    const { pathLength } = certificate.extensions.basicConstraints ?? { pathLength: null };
    if (pathLength !== null && pathLength < pathLengthLeft) pathLengthLeft = pathLength;
  }
  return null;
}

const CHAIN = 'CHAIN_CONSTRAINTS_FAILURE';

/** RFC 5280 §6.1.4 (k) to (n), for every certificate that stands above another. */
function flawOfIssuer(certificate: Certificate, pathLengthLeft: number): string | null {
  const { basicConstraints, keyUsage } = certificate.extensions;
  if (basicConstraints?.ca !== true) return 'is used as an issuer but is no CA';
  if (keyUsage !== null && !keyUsage.has('keyCertSign'))
    return 'is used as an issuer but its key may not sign certificates';
  if (!isSelfIssued(certificate) && pathLengthLeft <= 0)
    return 'stands deeper than a path length above it allows';
  return null;
}
