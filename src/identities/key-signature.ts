/**
 * Signatures by the keys of identities: Ed25519 (RFC 8032), or ECDSA with SHA-256 as r ‖ s (RFC 7518 §3.4,
 * RFC 8812 §3.2), 64 bytes each. Of the two forms that an ECDSA signature on secp256k1 has, the one with the
 * lower s is taken, as everybody on that curve makes it.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { asBuffer, concat, fromHex, toHex } from '../base/bytes.js';
import { derBitString, derInteger, derSequence } from '../signing/der-writer.js';
import { type DidKey, type KeyAlgorithm, parseDidKey, type RawKey } from './did-key.js';
import { isEd25519Point, isStrongPoint } from './ed25519-point.js';
import { type IdentityError, malformed } from './identity-error.js';

export const SIGNATURE_BYTES = 64;

/**
 * @throws IdentityError IDENTITY_MALFORMED of no did:key, of a point that is not on its curve, or of one of
 * small order.
 */
export function publicKeyOf(did: DidKey | string): KeyObject {
  const raw = parseDidKey(did);
  // OpenSSL looks for it first when it verifies, and a key of recovery signs nothing before it is needed.
  if (raw.alg === 'Ed25519' && !isEd25519Point(raw.bytes)) throw noPoint();
  return importKey(raw);
}

/** @param signature `SIGNATURE_BYTES`; of another length it is none. @throws as `publicKeyOf`. */
export function isSignedByKey(did: DidKey, message: Uint8Array, signature: Uint8Array): boolean {
  const raw = parseDidKey(did);
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = importKey(raw);
  if (raw.alg === 'Ed25519') return verify(null, message, key, signature);
  const [r, s] = integersOf(signature);
  if (raw.alg === 'ES256K' && s > SECP256K1_HALF_ORDER) return false;
  return verify('sha256', message, key, derSequence(derInteger(r), derInteger(s)));
}

/** The form of an ECDSA signature that is taken, of either. @param signature `SIGNATURE_BYTES`. */
export function lowerForm(alg: KeyAlgorithm, signature: Uint8Array): Uint8Array {
  if (alg !== 'ES256K') return signature;
  const [r, s] = integersOf(signature);
  return s > SECP256K1_HALF_ORDER ? concat(bytes32(r), bytes32(SECP256K1_ORDER - s)) : signature;
}

/** SEC 2 §2.4.1: n. */
const SECP256K1_ORDER = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
const SECP256K1_HALF_ORDER = SECP256K1_ORDER >> 1n;

/** AlgorithmIdentifier (RFC 8410, RFC 5480). */
const ALGORITHM_IDS: Readonly<Record<KeyAlgorithm, Uint8Array>> = {
  Ed25519: fromHex('300506032b6570'),
  ES256: fromHex('301306072a8648ce3d020106082a8648ce3d030107'),
  ES256K: fromHex('301006072a8648ce3d020106052b8104000a'),
};

/** @param bytes as in a did:key, or, of an ECDSA key, an uncompressed point. @throws IdentityError IDENTITY_MALFORMED. */
export function importKey({ alg, bytes }: RawKey): KeyObject {
  if (alg === 'Ed25519' && !isStrongPoint(bytes)) throw noPoint();
  const der = asBuffer(derSequence(ALGORITHM_IDS[alg], derBitString(bytes)));
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw noPoint();
  }
}

function noPoint(): IdentityError {
  return malformed('a key is no point of its curve, or one that is no secret of anybody');
}

function integersOf(signature: Uint8Array): [r: bigint, s: bigint] {
  return [integer(signature.subarray(0, 32)), integer(signature.subarray(32))];
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function bytes32(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0'));
}
