/** Ed25519 (RFC 8032) over raw 32-byte keys, as signed notes carry them. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { concat, fromHex, toHex } from '../base/bytes.js';
import { assert } from '../base/errors.js';

export const ED25519_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;

// RFC 8410 §10: all that stands before the raw key in SubjectPublicKeyInfo and in PKCS #8.
const SPKI_HEAD = fromHex('302a300506032b6570032100');
const PKCS8_HEAD = fromHex('302e020100300506032b657004220420');

/** Signs a message: 64 bytes. Where the key lives is the signer's business. */
export type SignMessage = (message: Uint8Array) => Uint8Array;

export interface Ed25519Key {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: SignMessage;
}

/** @param seed the 32-byte private key of RFC 8032 §5.1.5. */
export function ed25519Key(seed: Uint8Array): Ed25519Key {
  assert(seed.length === ED25519_KEY_BYTES, 'an Ed25519 seed has 32 bytes');
  const der = Buffer.concat([PKCS8_HEAD, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    publicKey: new Uint8Array(spki.subarray(-ED25519_KEY_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

/** Imported keys: to import one costs most of a verification, and the same few sign nearly all that is heard. */
const IMPORTED = new Map<string, KeyObject>();
const MAX_IMPORTED = 1_024;

function imported(publicKey: Uint8Array): KeyObject {
  const name = toHex(publicKey);
  const known = IMPORTED.get(name);
  if (known !== undefined) return known;
  const der = Buffer.from(concat(SPKI_HEAD, publicKey));
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  for (const oldest of IMPORTED.size < MAX_IMPORTED ? [] : IMPORTED.keys()) {
    IMPORTED.delete(oldest);
    break;
  }
  IMPORTED.set(name, key);
  return key;
}

/** Imports the key once, for many signatures. A key that is no point of the curve verifies nothing. */
export function ed25519Verifier(
  publicKey: Uint8Array,
): (message: Uint8Array, signature: Uint8Array) => boolean {
  assert(publicKey.length === ED25519_KEY_BYTES, 'an Ed25519 public key has 32 bytes');
  const key = imported(publicKey);
  return (message, signature) =>
    signature.length === ED25519_SIGNATURE_BYTES && verify(null, message, key, signature);
}
