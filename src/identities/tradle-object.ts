/**
 * Signed objects of Tradle (its protocol, version 5): the leaves of a Merkle tree are the keys and values of
 * an object, in the order of the keys; a node without a neighbour is paired with itself; `_s` holds the key
 * and its ECDSA signature over the root. What no signature covers is refused.
 */
import { type KeyObject, verify } from 'node:crypto';
import { fromBase64, utf8, utf8ToString } from '../base/bytes.js';
import { canonicalJson, canonicalJsonBytes, type JsonObject } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import { DerFields } from '../signing/der-fields.js';
import { readDer } from '../signing/der-reader.js';
import { readBigInteger } from '../signing/der-values.js';
import { SigningError } from '../signing/signing-error.js';
import { type DidKey, formatDidKey, type KeyAlgorithm } from './did-key.js';
import { IdentityError, malformed } from './identity-error.js';
import { importKey, publicKeyOf } from './key-signature.js';

export interface TradleObject {
  /** All members but `_s`. */
  readonly body: JsonObject;
  /** Of this version: SHA-256 over its signature, hex. */
  readonly link: HexDigest;
  /** Who signed it. */
  readonly signer: DidKey;
}

/** @throws IdentityError IDENTITY_MALFORMED, IDENTITY_SIGNATURE_INVALID. */
export function verifyTradleObject(object: JsonObject): TradleObject {
  const { _s: signed, ...body } = object;
  if (typeof signed !== 'string') throw malformed('a Tradle object without a signature', '/_s');
  for (const name of UNCOVERED)
    if (Object.hasOwn(body, name)) throw malformed('a member that no signature covers', `/${name}`);
  const { curve, point, signature } = readSignature(signed);
  const signer = tradleKey(curve, point);
  if (!isSignature(publicKeyOf(signer), merkleRoot(body), signature))
    throw new IdentityError(
      'IDENTITY_SIGNATURE_INVALID',
      'the signature of the Tradle object is not over what it says: it was changed',
    );
  return { body, signer, link: digestToHex(sha256(canonicalJsonBytes({ _s: signed }))) };
}

/** @param point uncompressed (SEC 1 §2.3.3). @throws IdentityError IDENTITY_MALFORMED. */
export function tradleKey(curve: string, point: Uint8Array): DidKey {
  const alg = Object.hasOwn(CURVES, curve) ? CURVES[curve] : undefined;
  const last = point.at(-1);
  if (alg === undefined || last === undefined || point.length !== 65 || point[0] !== 4)
    throw malformed('a key of Tradle that is neither P-256 nor secp256k1');
  // That y is the other coordinate of this x, and not just of its parity.
  importKey({ alg, bytes: point });
  return formatDidKey({ alg, bytes: Uint8Array.of(2 + (last & 1), ...point.subarray(1, 33)) });
}

const CURVES: Readonly<Record<string, KeyAlgorithm>> = { p256: 'ES256', secp256k1: 'ES256K' };
/** Witnesses and signatures of organisations: signed by others, or over something else. */
const UNCOVERED = ['_w', '_orgsig'] as const;

function merkleRoot(body: JsonObject): Uint8Array {
  const keys = Object.keys(body);
  const order = new Map(keys.map((key) => [key, key.toLowerCase()]));
  // Tradle orders them so; two that differ in nothing else would have no order.
  if (new Set(order.values()).size !== keys.length)
    throw malformed('two members differ in case only');
  keys.sort((a, b) => ((order.get(a) ?? a) < (order.get(b) ?? b) ? -1 : 1));
  let level = keys.flatMap((key) => [leaf(key), leaf(body[key] ?? null)]);
  if (level.length === 0) throw malformed('a Tradle object that says nothing');
  while (level.length > 1)
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, at) => {
      const [left, right] = level.slice(2 * at, 2 * at + 2);
      if (left === undefined) throw new Error('half a pair');
      return sha256(left, right ?? left);
    });
  const [root] = level;
  if (root === undefined) throw new Error('a tree without a root');
  return root;
}

function leaf(value: JsonObject[string]): Uint8Array {
  return sha256(utf8(canonicalJson(value)));
}

/** By either form of s: their signers do not choose. */
function isSignature(key: KeyObject, root: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', root, key, signature);
}

interface ReadSignature {
  readonly curve: string;
  readonly point: Uint8Array;
  /** DER. */
  readonly signature: Uint8Array;
}

/**
 * Protobuf in its one shortest form: `{1: {1: curve, 2: point}, 2: DER}`, lengths below 128.
 *
 * @throws IdentityError IDENTITY_MALFORMED.
 */
function readSignature(text: string): ReadSignature {
  try {
    const [key, signature] = readTwoFields(fromBase64(text));
    const [curve, point] = readTwoFields(key);
    const integers = DerFields.of(readDer(signature));
    // One DER for two numbers; what else OpenSSL takes would be another object with the same words.
    for (const each of [integers.next(), integers.next()])
      if (readBigInteger(each) <= 0n)
        throw malformed('a number of a signature is not positive', '/_s');
    integers.end();
    return { curve: utf8ToString(curve), point, signature };
  } catch (cause) {
    if (cause instanceof BaseError || cause instanceof SigningError)
      throw malformed('a signature of Tradle that cannot be read', '/_s');
    throw cause;
  }
}

function readTwoFields(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const first = readField(bytes, 1, 0);
  const second = readField(bytes, 2, 2 + first.length);
  if (4 + first.length + second.length !== bytes.length)
    throw malformed('a signature of Tradle that cannot be read', '/_s');
  return [first, second];
}

function readField(bytes: Uint8Array, number: number, at: number): Uint8Array {
  const [tag, length] = bytes.subarray(at, at + 2);
  const content = bytes.subarray(at + 2, at + 2 + (length ?? 0));
  if (tag !== number * 8 + 2 || length === undefined || length > 127 || content.length !== length)
    throw malformed('a signature of Tradle that cannot be read', '/_s');
  return content;
}
