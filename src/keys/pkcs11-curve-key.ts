/**
 * A key on secp256k1 that never leaves its token and signs digests, as anchors in Bitcoin want it (PKCS#11 2.40,
 * CKM_ECDSA). The module runs in a process of its own (docs/decisions/0023-where-keys-sign.md).
 */
import { createPublicKey, ECDH, type KeyObject, verify } from 'node:crypto';
import { utf8 } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { DIGEST_ECDSA } from './internal/pkcs11-messages.js';
import { startToken, type TokenOptions } from './internal/start-token.js';
import { KeysError } from './keys-error.js';

export type { TokenOptions } from './internal/start-token.js';

export interface Pkcs11CurveKey {
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * @param digest 32 bytes.
   * @returns r ‖ s as the token answers, which need not be true, nor s the lower one.
   * @throws KeysError KEYS_TOKEN_*: asking again is safe.
   */
  sign(digest: Uint8Array): Promise<Uint8Array>;
  /** Waits for what is under way; takes nothing more. */
  close(): Promise<void>;
}

/**
 * Opens the token and signs a trial, which shows that public and private key belong together.
 *
 * @throws KeysError KEYS_TOKEN_MODULE, KEYS_TOKEN_PIN_REFUSED, KEYS_TOKEN_KEY_UNKNOWN, KEYS_TOKEN_UNAVAILABLE.
 */
export async function openPkcs11CurveKey(options: TokenOptions): Promise<Pkcs11CurveKey> {
  // An anchor is one transaction, of mostly one input.
  const { supervisor, opened } = await startToken(options, 'anchor', 1);
  try {
    const publicKey = compressed(opened.point ?? new Uint8Array());
    const value = await supervisor.sign(DIGEST_ECDSA, sha256(TRIAL));
    const key = { key: keyObject(publicKey), dsaEncoding: 'ieee-p1363' } as const;
    if (value.length !== 64 || !verify('sha256', TRIAL, key, value))
      throw unusable('its signature is not one of the public key beside it');
    return {
      publicKey,
      sign: (digest) => supervisor.sign(DIGEST_ECDSA, digest),
      close: () => supervisor.close(),
    };
  } catch (cause) {
    await supervisor.close();
    throw cause;
  }
}

const TRIAL = utf8('chirograph/anchor-trial/1: no transaction, and no signature of one');

/** PKCS#11 wants the point in an OCTET STRING; some tokens leave that away, and some compress. */
function compressed(point: Uint8Array): Uint8Array {
  // By its length: the first byte of a bare point may be that of an OCTET STRING too.
  const isWrapped = WRAPPED_LENGTHS.includes(point.length) && point[1] === point.length - 2;
  try {
    const bare = isWrapped ? point.subarray(2) : point;
    const text = ECDH.convertKey(bare, 'secp256k1', undefined, 'hex', 'compressed');
    const found = Uint8Array.from(Buffer.from(text as string, 'hex'));
    // The point at infinity is one byte.
    if (found.length === COMPRESSED_LENGTH) return found;
  } catch {
    // Said below.
  }
  throw unusable('what it shows as its public key is no point of secp256k1');
}

const COMPRESSED_LENGTH = 33;

/** Of a compressed and of an uncompressed point, with two bytes before it. */
const WRAPPED_LENGTHS: readonly number[] = [35, 67];

/** SubjectPublicKeyInfo (RFC 5480) of a compressed point: identifier, and the point as a BIT STRING. */
function keyObject(publicKey: Uint8Array): KeyObject {
  const der = Buffer.concat([SPKI_BEFORE_POINT, publicKey]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

const SPKI_BEFORE_POINT = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex');

function unusable(flaw: string): KeysError {
  return new KeysError(
    'KEYS_TOKEN_KEY_UNKNOWN',
    `the anchor key of the token cannot be used: ${flaw}`,
  );
}
