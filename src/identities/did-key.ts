/**
 * Keys are named by themselves: `did:key` (W3C CCG, The did:key Method v0.7), the multibase base58 of a
 * multicodec and the public key. Of the curves there, those that we sign with.
 */
import { fromBase58, toBase58 } from '../base/base58.js';
import type { Brand } from '../base/brand.js';
import { concat } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { CLAIM_ALGORITHMS, type ClaimAlgorithm } from '../records/claim.js';
import { malformed } from './identity-error.js';

/** `did:key:z…`, found well-formed: one text for one key. */
export type DidKey = Brand<string, 'DidKey'>;

export const KEY_ALGORITHMS = CLAIM_ALGORITHMS;
export type KeyAlgorithm = ClaimAlgorithm;

export interface RawKey {
  readonly alg: KeyAlgorithm;
  /** Ed25519: 32 bytes. The others: 33, a compressed point (SEC 1 §2.3.3). */
  readonly bytes: Uint8Array;
}

export function formatDidKey({ alg, bytes }: RawKey): DidKey {
  const { head, length } = CODECS[alg];
  if (bytes.length !== length) throw new Error('a key of another length than its kind has');
  return `${PREFIX}${toBase58(concat(head, bytes))}` as DidKey;
}

/** Whether the point is on its curve only `publicKeyOf` says. @throws IdentityError IDENTITY_MALFORMED. */
export function parseDidKey(text: string): RawKey {
  if (!text.startsWith(PREFIX)) throw malformed('a key is not named by did:key');
  const bytes = decode(text.slice(PREFIX.length));
  for (const alg of KEY_ALGORITHMS) {
    const { head, length } = CODECS[alg];
    const isOf =
      bytes.length === head.length + length && head.every((byte, at) => byte === bytes[at]);
    if (isOf) return { alg, bytes: bytes.subarray(head.length) };
  }
  throw malformed('a did:key is of none of the kinds Ed25519, P-256 and secp256k1');
}

const PREFIX = 'did:key:z';

/** The multicodec as a varint, before the key. */
const CODECS: Readonly<Record<KeyAlgorithm, { head: Uint8Array; length: number }>> = {
  Ed25519: { head: Uint8Array.of(0xed, 0x01), length: 32 },
  ES256: { head: Uint8Array.of(0x80, 0x24), length: 33 },
  ES256K: { head: Uint8Array.of(0xe7, 0x01), length: 33 },
};

function decode(text: string): Uint8Array {
  try {
    return fromBase58(text);
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed('a did:key is not base58');
    throw cause;
  }
}
