/**
 * What is known to have existed, and since when (EN 319 102-1 §5.6.2.3). Everything that lies before the
 * validator exists at the instant of validation; earlier times are proven by time-stamps, or come from
 * the caller, who answers for them. The time that a signer claims is never among them.
 */
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { ExistenceSource } from './signature-report.js';

export interface ProofOfExistence {
  readonly time: UnixMillis;
  readonly by: ExistenceSource;
}

/** `signature` is the signature value; all else goes by the SHA-256 of its DER, in hex. */
export type ObjectId = 'signature' | `sha256:${string}`;

export function objectId(sha256: Uint8Array): ObjectId {
  return `sha256:${toHex(sha256)}`;
}

/** Grows while the validation goes from the newest time-stamp to the oldest. */
export class ProofsOfExistence {
  readonly #now: ProofOfExistence;
  readonly #known = new Map<ObjectId, ProofOfExistence>();

  constructor(validationTime: UnixMillis) {
    this.#now = { time: validationTime, by: 'validation-time' };
  }

  /** A proof of no earlier time than one that is known says nothing new. */
  add(id: ObjectId, proof: ProofOfExistence): void {
    const known = this.#known.get(id);
    const isNew = known === undefined ? proof.time <= this.#now.time : proof.time < known.time;
    if (isNew) this.#known.set(id, proof);
  }

  earliest(id: ObjectId): ProofOfExistence {
    return this.#known.get(id) ?? this.#now;
  }

  /** Of each of several: the last instant at which one of them is first proven. */
  latestOf(ids: readonly ObjectId[]): UnixMillis {
    let latest = -Infinity;
    for (const id of ids) latest = Math.max(latest, this.earliest(id).time);
    return (ids.length === 0 ? this.#now.time : latest) as UnixMillis;
  }
}
