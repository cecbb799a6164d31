/**
 * Whether a certificate leads to a trust anchor at an instant (RFC 5280 §6), and what revocation says of
 * the way there. Pure: the same input gives the same verdict, and nothing is fetched. What is checked in
 * which order, and what it may cost: docs/formats/certificate-path.md.
 */
import type { UnixMillis } from '../base/brand.js';
import { ALGORITHM_POLICY_2026_11, type AlgorithmPolicy } from './algorithm-policy.js';
import type { Certificate } from './certificate.js';
import { CertificatePool } from './internal/certificate-pool.js';
import { type CandidatePath, candidatePaths } from './internal/path-building.js';
import { brokenConstraint, type PathRules } from './internal/path-constraints.js';
import { revocationOfPath, type RevocationNeed } from './internal/path-revocation.js';
import { ANY_POLICY, type PolicyInputs } from './path-policies.js';
import type { CertificatePath, InvalidPath, PathFailure, PathVerdict } from './path-verdict.js';
import { NO_REVOCATION_EVIDENCE } from './revocation.js';
import {
  isTrustedFor,
  isTrustedWithin,
  type TrustAnchor,
  type TrustPurpose,
} from './trust-anchor.js';
import { type PathLimits, ValidationBudget } from './validation-budget.js';

export interface PathRequest {
  readonly target: Certificate;
  /** May be hostile, in any order, and of no use at all. */
  readonly intermediates: readonly Certificate[];
  readonly anchors: readonly TrustAnchor[];
  /**
   * Every certificate of the path must be within its dates at this instant, the anchor be trusted, and
   * nothing be revoked. Evidence may be younger; that it is not of the future is for the caller.
   */
  readonly at: UnixMillis;
  /** Without it, an anchor for any purpose will do. */
  readonly purpose?: TrustPurpose;
  readonly policy?: AlgorithmPolicy;
  readonly limits?: PathLimits;
  /** Instead of `limits`: shared by all that is asked about one document. */
  readonly budget?: ValidationBudget;
  readonly policies?: PolicyInputs;
  /** Absent: revocation is not asked for. */
  readonly revocation?: RevocationNeed;
}

/**
 * The first path that keeps every rule; if none does, what is wrong with the first one found.
 * Never throws for what a stranger has sent.
 */
export function validateCertificatePath(request: PathRequest): PathVerdict {
  const { at, policy = ALGORITHM_POLICY_2026_11, revocation } = request;
  const search = prepare(request, (anchor) => isTrustedWithin(anchor, at, at));
  if ('reason' in search) return { kind: 'invalid', ...search, path: null };
  const { budget, pool } = search;
  const rules: PathRules = { moment: { at, policy }, policies: request.policies ?? ANY_POLICY };

  let first: InvalidPath | null = null;
  for (const candidate of search.paths) {
    const path = withoutKeys(candidate);
    const failure = brokenConstraint(candidate, rules, budget);
    if (failure === null) {
      if (revocation === undefined)
        return { kind: 'valid', ...path, revocation: path.certificates.map(() => NOT_ASKED) };
      const { evidence } = revocation;
      const found = revocationOfPath(path, revocation, { evidence, pool, at, policy, budget });
      if (found.kind === 'passed') return { kind: 'valid', ...path, revocation: found.revocation };
      first ??= { ...found, kind: 'invalid', path };
    } else first ??= { kind: 'invalid', ...failure, path };
  }
  return first ?? { kind: 'invalid', ...whyNoPath(budget), path: null };
}

/**
 * For EN 319 102-1 §5.6.2.1: paths whose constraints hold, and all of whose certificates were within their
 * dates at some common instant at which the anchor was trusted; dates, algorithms and revocation of any one
 * instant are not looked at. `failure` is why there is none.
 */
export function pathsInThePast(request: Omit<PathRequest, 'at' | 'revocation'>): {
  readonly paths: readonly CertificatePath[];
  readonly failure: PathFailure | null;
} {
  const search = prepare(request, () => true);
  if ('reason' in search) return { paths: [], failure: search };
  const rules: PathRules = { moment: null, policies: request.policies ?? ANY_POLICY };
  const paths: CertificatePath[] = [];
  let first: PathFailure | null = null;
  for (const candidate of search.paths) {
    const failure =
      brokenConstraint(candidate, rules, search.budget) ?? brokenCommonTime(candidate);
    if (failure === null) paths.push(withoutKeys(candidate));
    else first ??= failure;
  }
  const failure = paths.length > 0 ? null : (first ?? whyNoPath(search.budget));
  return { paths, failure };
}

const NOT_ASKED = { kind: 'not-checked', why: 'not-asked' } as const;

interface Search {
  readonly budget: ValidationBudget;
  readonly pool: CertificatePool;
  readonly paths: Iterable<CandidatePath>;
}

function prepare(
  request: Omit<PathRequest, 'at'>,
  isInForce: (anchor: TrustAnchor) => boolean,
): Search | PathFailure {
  const { target, intermediates, limits, purpose, revocation } = request;
  const { budget = new ValidationBudget(limits) } = request;
  const { maxCertificates, maxEvidence } = budget.limits;
  if (intermediates.length > maxCertificates)
    return noVerdict(`more than ${maxCertificates} certificates are offered`);
  const { crls, ocspResponses } = revocation?.evidence ?? NO_REVOCATION_EVIDENCE;
  if (crls.length > maxEvidence || ocspResponses.length > maxEvidence)
    return noVerdict(`more than ${maxEvidence} CRLs or OCSP responses are offered`);
  const anchors = request.anchors.filter(
    (anchor) => isTrustedFor(anchor, purpose) && isInForce(anchor),
  );
  const pool = new CertificatePool(intermediates);
  return { budget, pool, paths: candidatePaths(target, pool, anchors, budget) };
}

function brokenCommonTime({ certificates, anchor }: CandidatePath): PathFailure | null {
  const [target] = certificates;
  if (target === undefined) return null;
  let { notBefore, notAfter } = target;
  for (const certificate of certificates) {
    if (certificate.notBefore > notBefore) notBefore = certificate.notBefore;
    if (certificate.notAfter < notAfter) notAfter = certificate.notAfter;
  }
  return notBefore <= notAfter && isTrustedWithin(anchor, notBefore, notAfter)
    ? null
    : {
        reason: 'CHAIN_CONSTRAINTS_FAILURE',
        detail: 'the certificates of the path were never valid together under a trusted anchor',
        certificateIndex: null,
      };
}

function whyNoPath({ isExhausted, metUnsupported }: ValidationBudget): PathFailure {
  if (isExhausted) return noVerdict('the search for a path has used up its budget');
  if (metUnsupported)
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

function withoutKeys({ certificates, anchor }: CandidatePath): CertificatePath {
  return { certificates, anchor };
}
