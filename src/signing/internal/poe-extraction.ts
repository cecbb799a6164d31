/**
 * Proofs of existence from a time-stamp that has passed (EN 319 102-1 §5.6.2.3): of all that its imprint
 * covers, and of what lies inside of that.
 */
import { objectId, type ProofOfExistence, type ProofsOfExistence } from '../proof-of-existence.js';

/** Beside the signature value, which each covers. */
export interface Coverage {
  /** SHA-256 of the DER of each. */
  readonly certificates: readonly Uint8Array[];
  readonly revocations: readonly Uint8Array[];
  readonly timeStamps: readonly Uint8Array[];
  readonly counterSignatures: readonly Uint8Array[];
}

export const NOTHING: Coverage = {
  certificates: [],
  revocations: [],
  timeStamps: [],
  counterSignatures: [],
};

/** @param inside what each time-stamp brings along, by the hex of its SHA-256. */
export function extractProofs(
  proofs: ProofsOfExistence,
  proof: ProofOfExistence,
  { certificates, revocations, timeStamps, counterSignatures }: Coverage,
  inside: (timeStamp: Uint8Array) => readonly Uint8Array[],
): void {
  proofs.add('signature', proof);
  for (const hash of [
    ...certificates,
    ...revocations,
    ...timeStamps,
    ...counterSignatures,
    ...timeStamps.flatMap(inside),
  ])
    proofs.add(objectId(hash), proof);
}
