/**
 * Finds the ways from a certificate up to a trust anchor, by names and signatures. The
 * certificates come from strangers, so the search is bounded: every path is loop-free, no longer
 * than `maxDepth`, and the whole search has a budget of signature checks and of steps.
 */
import { equalBytes } from '../../base/bytes.js';
import { type Certificate, isSignedBy, publicKeyOf } from '../certificate.js';
import type { PublicKey } from '../public-key.js';
import { SigningError } from '../signing-error.js';
import type { TrustAnchor } from '../trust-anchor.js';

export interface PathLimits {
  /** Certificates offered for building, the target not counted. */
  readonly maxCertificates: number;
  /** Certificates in a path, the anchor not counted. */
  readonly maxDepth: number;
  readonly maxSignatureChecks: number;
  readonly maxSteps: number;
}

export interface CandidatePath {
  /** From the target up; each is signed by the next, the last by the anchor. */
  readonly certificates: readonly Certificate[];
  /** The keys those signatures were checked with, in the same order. */
  readonly issuerKeys: readonly PublicKey[];
  readonly anchor: TrustAnchor;
}

/** Why a search may have missed a path that exists. */
export interface SearchObstacles {
  outOfBudget: boolean;
  unsupportedAlgorithm: boolean;
}

/** Yields every path in turn, signatures verified; `obstacles` is filled in while it runs. */
export function candidatePaths(
  target: Certificate,
  intermediates: readonly Certificate[],
  anchors: readonly TrustAnchor[],
  limits: PathLimits,
  obstacles: SearchObstacles,
): Iterable<CandidatePath> {
  const links = new Links(limits.maxSignatureChecks, obstacles);
  let steps = 0;

  function* pathsFrom(
    certificates: readonly Certificate[],
    issuerKeys: readonly PublicKey[],
  ): Generator<CandidatePath, void> {
    if (++steps > limits.maxSteps) obstacles.outOfBudget = true;
    const last = certificates.at(-1);
    if (last === undefined || obstacles.outOfBudget) return;

    for (const anchor of anchors) {
      if (!equalBytes(anchor.subject.der, last.issuer.der)) continue;
      if (links.holds(last, anchor.publicKey))
        yield { certificates, issuerKeys: [...issuerKeys, anchor.publicKey], anchor };
    }
    if (certificates.length >= limits.maxDepth) return;
    for (const issuer of intermediates) {
      if (!equalBytes(issuer.subject.der, last.issuer.der) || repeats(certificates, issuer))
        continue;
      const key = links.keyOf(issuer);
      if (key !== null && links.holds(last, key))
        yield* pathsFrom([...certificates, issuer], [...issuerKeys, key]);
    }
  }

  return pathsFrom([target], []);
}

/** Which certificate is signed by which key; each pair is computed once, and counted. */
class Links {
  readonly #obstacles: SearchObstacles;
  readonly #keys = new Map<Certificate, PublicKey | null>();
  readonly #known = new Map<Certificate, Map<PublicKey, boolean>>();
  #checksLeft: number;

  constructor(maxSignatureChecks: number, obstacles: SearchObstacles) {
    this.#checksLeft = maxSignatureChecks;
    this.#obstacles = obstacles;
  }

  /** The key in a certificate, or null if it is of a kind that we cannot use. */
  keyOf(certificate: Certificate): PublicKey | null {
    let key = this.#keys.get(certificate);
    if (key === undefined) {
      key = usableKey(certificate);
      if (key === null) this.#obstacles.unsupportedAlgorithm = true;
      this.#keys.set(certificate, key);
    }
    return key;
  }

  holds(certificate: Certificate, issuerKey: PublicKey): boolean {
    const known = this.#known.get(certificate) ?? new Map<PublicKey, boolean>();
    this.#known.set(certificate, known);
    let holds = known.get(issuerKey);
    if (holds === undefined) {
      if (this.#checksLeft === 0) {
        this.#obstacles.outOfBudget = true;
        return false;
      }
      this.#checksLeft--;
      holds = isSignedBy(certificate, issuerKey);
      if (certificate.signatureAlgorithm === null) this.#obstacles.unsupportedAlgorithm = true;
      known.set(issuerKey, holds);
    }
    return holds;
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

/** RFC 4158 §5.2: the same name with the same key twice in a path leads round in circles. */
function repeats(path: readonly Certificate[], certificate: Certificate): boolean {
  return path.some(
    ({ subject, subjectPublicKeyInfo }) =>
      equalBytes(subject.der, certificate.subject.der) &&
      equalBytes(subjectPublicKeyInfo, certificate.subjectPublicKeyInfo),
  );
}
