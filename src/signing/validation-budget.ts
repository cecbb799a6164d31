/**
 * What one validation may cost, however much a stranger has sent: signature checks, steps of the search,
 * comparisons of names, bytes of CRLs looked through. Whoever validates several things of one document
 * shares one budget among them. It also remembers what it has paid for: keys read and signatures checked.
 */
import { type Certificate, isSignedBy, publicKeyOf, type SignedByIssuer } from './certificate.js';
import type { PublicKey } from './public-key.js';
import { SigningError } from './signing-error.js';

export interface PathLimits {
  /** Certificates offered for building, the target not counted. */
  readonly maxCertificates: number;
  /** Certificates in a path, the anchor not counted. */
  readonly maxDepth: number;
  /** CRLs, and OCSP responses likewise. */
  readonly maxEvidence: number;
  readonly maxSignatureChecks: number;
  readonly maxSteps: number;
  /** Names of certificates against name constraints. */
  readonly maxNameComparisons: number;
  /** Of CRLs in which a serial number is looked for. */
  readonly maxListBytes: number;
}

/** Real paths have two or three certificates; the budget lets them be found in a crowd of a hundred. */
export const PATH_LIMITS: PathLimits = {
  maxCertificates: 100,
  maxDepth: 10,
  maxEvidence: 100,
  maxSignatureChecks: 64,
  maxSteps: 512,
  maxNameComparisons: 65_536,
  maxListBytes: 33_554_432,
};

export class ValidationBudget {
  readonly limits: PathLimits;
  readonly #keys = new Map<Certificate, PublicKey | null>();
  readonly #known = new Map<SignedByIssuer, Map<PublicKey, boolean>>();
  #checksLeft: number;
  #stepsLeft: number;
  #comparisonsLeft: number;
  #bytesLeft: number;
  #isExhausted = false;
  #metUnsupported = false;

  constructor(limits: PathLimits = PATH_LIMITS) {
    this.limits = limits;
    this.#checksLeft = limits.maxSignatureChecks;
    this.#stepsLeft = limits.maxSteps;
    this.#comparisonsLeft = limits.maxNameComparisons;
    this.#bytesLeft = limits.maxListBytes;
  }

  /** Something was left undone: what has not been found may exist. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** A key or algorithm that is not in our tables stood in the way. */
  get metUnsupported(): boolean {
    return this.#metUnsupported;
  }

  /** The key in a certificate, or null if it is of a kind that we cannot use. */
  keyOf(certificate: Certificate): PublicKey | null {
    let key = this.#keys.get(certificate);
    if (key === undefined) {
      key = usableKey(certificate);
      if (key === null) this.#metUnsupported = true;
      this.#keys.set(certificate, key);
    }
    return key;
  }

  /** Whether this key signed that; each pair is computed once, and counted. No, once nothing is left. */
  isSignedBy(signed: SignedByIssuer, key: PublicKey): boolean {
    const known = this.#known.get(signed) ?? new Map<PublicKey, boolean>();
    this.#known.set(signed, known);
    let holds = known.get(key);
    if (holds === undefined) {
      if (!this.#take(this.#checksLeft > 0)) return false;
      this.#checksLeft--;
      if (signed.signatureAlgorithm === null) this.#metUnsupported = true;
      holds = isSignedBy(signed, key);
      known.set(key, holds);
    }
    return holds;
  }

  takeStep(): boolean {
    return this.#take(this.#stepsLeft-- > 0);
  }

  takeNameComparisons(count: number): boolean {
    this.#comparisonsLeft -= count;
    return this.#take(this.#comparisonsLeft >= 0);
  }

  takeListBytes(count: number): boolean {
    this.#bytesLeft -= count;
    return this.#take(this.#bytesLeft >= 0);
  }

  #take(isLeft: boolean): boolean {
    if (!isLeft) this.#isExhausted = true;
    return isLeft;
  }
}

function usableKey(certificate: Certificate): PublicKey | null {
  try {
    return publicKeyOf(certificate);
  } catch (cause) {
    if (cause instanceof SigningError) return null;
    throw cause;
  }
}
