/**
 * Who holds the anchor key: this process, a device that signs raw digests (PKCS#11 CKM_ECDSA), or somebody
 * who is handed the whole transaction and takes his time over it (docs/decisions/0034-anchor-keys-elsewhere.md).
 */
import * as secp256k1 from 'tiny-secp256k1';
import { assert } from '../base/errors.js';

export const ANCHOR_KEY_KINDS = ['software', 'pkcs11', 'psbt'] as const;
export type AnchorKeyKind = (typeof ANCHOR_KEY_KINDS)[number];

export interface AnchorSigner {
  readonly kind: AnchorKeyKind;
  /** Compressed secp256k1 point, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** Code of what keeps it from signing, as it was last seen; null where nothing does. */
  readonly failure: string | null;
  /** Looks whether what kept it from signing has gone. Never fails: `failure` says how it went. */
  look(): Promise<void>;
  /**
   * ECDSA over each digest itself: r ‖ s, 64 bytes. High s is taken and normalised by the caller. Null of one
   * that answers another way: the anchor is kept unsigned, and its signatures come in by `Anchorer.accept`.
   */
  sign(digests: readonly Uint8Array[]): Promise<readonly Uint8Array[] | null>;
}

/** Signs in this process, deterministically (RFC 6979). `secret` is copied. */
export function softwareAnchorSigner(secret: Uint8Array): AnchorSigner {
  const key = secret.slice();
  const publicKey = secp256k1.isPrivate(key) ? secp256k1.pointFromScalar(key, true) : null;
  assert(publicKey !== null, 'an anchor secret is 32 bytes, 1…n−1');
  return {
    ...{ kind: 'software', publicKey, failure: null, look: nothing },
    sign: (digests) => Promise.resolve(digests.map((digest) => secp256k1.sign(digest, key))),
  };
}

/** Of a key that is nowhere near: whoever has it is handed PSBTs. @param publicKey compressed. */
export function distantAnchorSigner(publicKey: Uint8Array): AnchorSigner {
  assert(secp256k1.isPointCompressed(publicKey), 'a compressed point of the curve');
  return {
    ...{ kind: 'psbt', publicKey, failure: null, look: nothing },
    sign: () => Promise.resolve(null),
  };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
