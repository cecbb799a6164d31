/**
 * Whether a certificate leads to a trust anchor at an instant (RFC 5280 §6). Pure: the same input
 * gives the same verdict, and nothing is fetched.
 *
 * NOT checked in this version, and each verdict says so: revocation. Paths with name or policy
 * constraints are refused rather than judged; names are compared by their bytes, not by the
 * case-insensitive matching of RFC 5280 §7.1, so a path that differs in spelling is not found.
 */
import type { UnixMillis } from '../base/brand.js';
import { ALGORITHM_POLICY_2026_11, type AlgorithmPolicy } from './algorithm-policy.js';
import type { Certificate } from './certificate.js';
import { candidatePaths, type PathLimits, type SearchObstacles } from './internal/path-building.js';
import { brokenConstraint } from './internal/path-constraints.js';
import type { InvalidPath, PathFailure, PathVerdict } from './path-verdict.js';
import type { TrustAnchor } from './trust-anchor.js';

export interface PathRequest {
  readonly target: Certificate;
  /** May be hostile, in any order, and of no use at all. */
  readonly intermediates: readonly Certificate[];
  readonly anchors: readonly TrustAnchor[];
  /** Every certificate of the path must be within its dates at this instant. */
  readonly at: UnixMillis;
  readonly policy?: AlgorithmPolicy;
  readonly limits?: PathLimits;
}

/** Real paths have two or three certificates; the budget lets them be found in a crowd of twenty. */
export const PATH_LIMITS: PathLimits = {
  maxCertificates: 20,
  maxDepth: 10,
  maxSignatureChecks: 64,
  maxSteps: 512,
};

/**
 * The first path that keeps every rule; if none does, what is wrong with the first one found.
 * Never throws for what a stranger has sent.
 */
export function validateCertificatePath(request: PathRequest): PathVerdict {
  const { target, intermediates, anchors, at } = request;
  const { policy = ALGORITHM_POLICY_2026_11, limits = PATH_LIMITS } = request;
  if (intermediates.length > limits.maxCertificates)
    return invalid(noVerdict(`more than ${limits.maxCertificates} certificates are offered`));

  const obstacles: SearchObstacles = { outOfBudget: false, unsupportedAlgorithm: false };
  let firstFailure: PathFailure | null = null;
  for (const path of candidatePaths(target, intermediates, anchors, limits, obstacles)) {
    const failure = brokenConstraint(path, at, policy);
    if (failure === null) {
      const { certificates, anchor } = path;
      return { kind: 'valid', certificates, anchor, revocation: [] };
    }
    firstFailure ??= failure;
  }
  return invalid(firstFailure ?? whyNoPath(obstacles));
}

function whyNoPath({ outOfBudget, unsupportedAlgorithm }: SearchObstacles): PathFailure {
  if (outOfBudget) return noVerdict('the search for a path has used up its budget');
  if (unsupportedAlgorithm)
    return {
      reason: 'CRYPTO_CONSTRAINTS_FAILURE',
      detail: 'a certificate on the way to an anchor uses an unsupported algorithm or key',
      certificateIndex: null,
    };
  return {
    reason: 'NO_CERTIFICATE_CHAIN_FOUND',
    detail: 'no chain of certificates leads to a trust anchor',
    certificateIndex: null,
  };
}

function noVerdict(detail: string): PathFailure {
  return { reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE', detail, certificateIndex: null };
}

function invalid(failure: PathFailure): InvalidPath {
  return { kind: 'invalid', ...failure, path: null };
}
