/**
 * The rules of RFC 5280 §6.1 that a path must keep: algorithms, dates, critical extensions, names,
 * policies, basic constraints, path length and key usage. Names and signatures of the links have been
 * checked by the search; revocation comes after. What cannot be read makes a path fail, never pass.
 */
import type { UnixMillis } from '../../base/brand.js';
import { acceptsSignature, type AlgorithmPolicy } from '../algorithm-policy.js';
import { type Certificate, isSelfIssued } from '../certificate.js';
import type { PolicyInputs } from '../path-policies.js';
import type { PathFailure, PathFailureReason } from '../path-verdict.js';
import { SigningError } from '../signing-error.js';
import type { ValidationBudget } from '../validation-budget.js';
import {
  initialPolicyState,
  type PolicyState,
  preparedForNext,
  satisfiesPolicies,
  withPoliciesOf,
} from './certificate-policies.js';
import {
  allowsNames,
  constrainedBy,
  type NameConstraints,
  NO_CONSTRAINTS,
} from './name-constraints.js';
import type { CandidatePath } from './path-building.js';

export interface PathRules {
  /** Null: dates and algorithms are not looked at. */
  readonly moment: { readonly at: UnixMillis; readonly policy: AlgorithmPolicy } | null;
  readonly policies: PolicyInputs;
}

/** The first rule that the path breaks, seen from the anchor down, or null. */
export function brokenConstraint(
  path: CandidatePath,
  rules: PathRules,
  budget: ValidationBudget,
): PathFailure | null {
  let state = initialState(path, rules);
  for (let index = path.certificates.length - 1; index >= 0; index--) {
    const step = (): PathState | Broken => take(state, path, index, rules, budget);
    const next = readable(step);
    if ('reason' in next) return { ...next, certificateIndex: index };
    state = next;
  }
  return null;
}

/** What §6.1.2 carries from the anchor down. */
interface PathState {
  /** (k) max_path_length: an anchor sets none, our depth limit does. */
  readonly pathLengthLeft: number;
  readonly names: NameConstraints;
  readonly policies: PolicyState;
}

interface Broken {
  readonly reason: PathFailureReason;
  readonly detail: string;
}

function initialState({ certificates }: CandidatePath, { policies }: PathRules): PathState {
  return {
    pathLengthLeft: Infinity,
    names: NO_CONSTRAINTS,
    policies: initialPolicyState(policies, certificates.length),
  };
}

function take(
  state: PathState,
  { certificates, issuerKeys }: CandidatePath,
  index: number,
  { moment, policies: inputs }: PathRules,
  budget: ValidationBudget,
): PathState | Broken {
  const certificate = certificates[index];
  const issuerKey = issuerKeys[index];
  if (certificate === undefined || issuerKey === undefined) return state;

  if (moment !== null) {
    const { at, policy } = moment;
    const algorithm = certificate.signatureAlgorithm;
    if (algorithm === null || !acceptsSignature(policy, algorithm, issuerKey, at))
      return {
        reason: 'CRYPTO_CONSTRAINTS_FAILURE',
        detail: 'is signed with an algorithm or key too weak',
      };
    if (at < certificate.notBefore) return { reason: 'NOT_YET_VALID', detail: 'is not valid yet' };
    if (at > certificate.notAfter) return { reason: 'EXPIRED', detail: 'has expired' };
  }
  if (certificate.extensions.unknownCriticalExtensions.length > 0)
    return broken('has a critical extension that is not understood');

  const isTarget = index === 0;
  const selfIssued = isSelfIssued(certificate);
  // §6.1.3 (b): a CA may have a new key under its own name, whatever it may name others.
  if ((isTarget || !selfIssued) && !allowsNames(state.names, certificate, budget))
    return budget.isExhausted
      ? {
          reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
          detail: 'has too many names under too many constraints',
        }
      : broken('has a name that a CA above it may not vouch for');
  const mayUseAnyPolicy = state.policies.inhibitAnyPolicy > 0 || (!isTarget && selfIssued);
  const policies = withPoliciesOf(state.policies, certificate, mayUseAnyPolicy);
  if (policies === null) return broken('has no policy that is valid for the whole path');

  if (isTarget)
    return satisfiesPolicies(policies, certificate, inputs.initialPolicies)
      ? state
      : broken('has no policy that is accepted');
  const flaw = flawOfIssuer(certificate, selfIssued, state.pathLengthLeft);
  if (flaw !== null) return broken(flaw);
  return {
    pathLengthLeft: nextPathLength(certificate, selfIssued, state.pathLengthLeft),
    names: constrainedBy(state.names, certificate),
    policies: preparedForNext(policies, certificate, selfIssued),
  };
}

/** §6.1.4 (k) to (n), for every certificate that stands above another. */
function flawOfIssuer(
  { extensions: { basicConstraints, keyUsage } }: Certificate,
  selfIssued: boolean,
  pathLengthLeft: number,
): string | null {
  if (basicConstraints?.ca !== true) return 'is used as an issuer but is no CA';
  if (keyUsage !== null && !keyUsage.has('keyCertSign'))
    return 'is used as an issuer but its key may not sign certificates';
  if (!selfIssued && pathLengthLeft <= 0) return 'stands deeper than a path length above it allows';
  return null;
}

/** §6.1.4 (l) and (m). */
function nextPathLength(
  { extensions: { basicConstraints } }: Certificate,
  selfIssued: boolean,
  left: number,
): number {
  const next = selfIssued ? left : left - 1;
  return Math.min(next, basicConstraints?.pathLength ?? Infinity);
}

function broken(detail: string): Broken {
  return { reason: 'CHAIN_CONSTRAINTS_FAILURE', detail };
}

/** An extension that narrows the path in a way that cannot be read. */
function readable<T>(step: () => T): T | Broken {
  try {
    return step();
  } catch (cause) {
    if (cause instanceof SigningError) return broken('has an extension that cannot be read');
    throw cause;
  }
}
