/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of the kinds of key that sign here, or once signed certificates. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { asBuffer } from '../base/bytes.js';
import { DerFields } from './der-fields.js';
import { type DerNode, readDer } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readBigInteger, readBitString, readNull, readOid } from './der-values.js';
import { OID } from './oids.js';
import { parsing, SigningError } from './signing-error.js';

/** `rsa-pss` is a key that its certificate restricts to PSS (RFC 4055 §1.2). */
export type SigningKeyKind = 'ec-p256' | 'ec-p384' | 'rsa' | 'rsa-pss';

/** DSA is only ever checked: see `retired-algorithms`. */
export type PublicKeyKind = SigningKeyKind | 'dsa';

export interface PublicKey {
  readonly kind: PublicKeyKind;
  /** Of the field or the modulus; of DSA, the prime p. */
  readonly bits: number;
  readonly key: KeyObject;
}

/**
 * Reads a public key, in the one form its kind has: named curves with uncompressed points, RSA
 * with NULL parameters, DSA with its own p, q and g. Whether it is long enough is for `algorithm-policy`.
 *
 * @throws SigningError KEY_UNSUPPORTED.
 */
export function parsePublicKey(subjectPublicKeyInfo: Uint8Array): PublicKey {
  return parsing('KEY_UNSUPPORTED', 'public key', () => {
    const fields = DerFields.of(readDer(subjectPublicKeyInfo));
    const algorithm = DerFields.of(fields.next());
    const oid = readOid(algorithm.next());
    const keyBytes = readBitString(fields.next());
    fields.end();
    switch (oid) {
      case OID.ecPublicKey: {
        const curve = readOid(algorithm.next());
        algorithm.end();
        return ellipticCurveKey(subjectPublicKeyInfo, curve, keyBytes);
      }
      case OID.rsaEncryption:
        readNull(algorithm.next());
        algorithm.end();
        return rsaKey('rsa', subjectPublicKeyInfo, keyBytes);
      case OID.rsassaPss:
        // The restrictions, if any; OpenSSL applies them when it verifies.
        algorithm.optional(TAG.sequence);
        algorithm.end();
        return rsaKey('rsa-pss', subjectPublicKeyInfo, keyBytes);
      case OID.dsa: {
        // RFC 3279 §2.3.2 lets a key inherit the issuer's parameters; nobody has issued such for decades.
        const parameters = algorithm.optional(TAG.sequence);
        algorithm.end();
        if (parameters === undefined) throw unsupported('the DSA key has no parameters of its own');
        return dsaKey(subjectPublicKeyInfo, parameters, keyBytes);
      }
      default:
        throw unsupported('the key is neither EC nor RSA nor DSA');
    }
  });
}

function ellipticCurveKey(spki: Uint8Array, curve: string, point: Uint8Array): PublicKey {
  const known = CURVES.find((entry) => entry.oid === curve);
  if (known === undefined) throw unsupported('the curve is not P-256 or P-384');
  // RFC 5480 §2.2: 04 ‖ X ‖ Y. Other forms would give one key two encodings.
  if (point[0] !== 0x04 || point.length !== 1 + known.bits / 4)
    throw unsupported('the point is not uncompressed');
  return { kind: known.kind, bits: known.bits, key: importKey(spki) };
}

function rsaKey(kind: 'rsa' | 'rsa-pss', spki: Uint8Array, keyBytes: Uint8Array): PublicKey {
  assertRsaNumbers(keyBytes);
  const key = importKey(spki);
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  // A long exponent or modulus makes one verification as dear as thousands.
  if (bits > MAX_RSA_BITS) throw unsupported(`the RSA key is longer than ${MAX_RSA_BITS} bits`);
  if (publicExponent < 3n || publicExponent > MAX_RSA_EXPONENT || publicExponent % 2n === 0n)
    throw unsupported('the RSA exponent is even, too small or too large');
  return { kind, bits, key };
}

/**
 * RSAPublicKey (RFC 8017 §A.1.1). OpenSSL takes numbers that are negative or padded, and bytes behind
 * them: one key would have many encodings, and another implementation could say no to some.
 */
function assertRsaNumbers(keyBytes: Uint8Array): void {
  const numbers = DerFields.of(readDer(keyBytes));
  if (readBigInteger(numbers.next()) <= 0n || readBigInteger(numbers.next()) <= 0n)
    throw unsupported('an RSA number is not positive');
  numbers.end();
}

/** Dss-Parms and DSAPublicKey (RFC 3279 §2.3.2), of the sizes and ranges of FIPS 186-4 §4.2. */
function dsaKey(spki: Uint8Array, parameters: DerNode, keyBytes: Uint8Array): PublicKey {
  const fields = DerFields.of(parameters);
  const [p, q, g] = [fields.next(), fields.next(), fields.next()].map(readBigInteger);
  fields.end();
  const y = readBigInteger(readDer(keyBytes));
  if (p === undefined || q === undefined || g === undefined || p <= 0n || q <= 0n)
    throw unsupported('a DSA number is not positive');
  const bits = p.toString(2).length;
  const size = `${bits}/${q.toString(2).length}`;
  if (!DSA_SIZES.has(size)) throw unsupported(`DSA of ${size} bits is none of FIPS 186-4`);
  if ((p - 1n) % q !== 0n || g <= 1n || g >= p || y <= 1n || y >= p)
    throw unsupported('the DSA numbers do not belong together');
  return { kind: 'dsa', bits, key: importKey(spki) };
}

const DSA_SIZES: ReadonlySet<string> = new Set(['1024/160', '2048/224', '2048/256', '3072/256']);

const CURVES: readonly { oid: string; kind: PublicKeyKind; bits: number }[] = [
  { oid: OID.p256, kind: 'ec-p256', bits: 256 },
  { oid: OID.p384, kind: 'ec-p384', bits: 384 },
];
const MAX_RSA_BITS = 8_192;
const MAX_RSA_EXPONENT = 0xffff_ffffn;

function importKey(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: asBuffer(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new SigningError('KEY_UNSUPPORTED', 'the key is not a point or number that exists', {
      cause,
    });
  }
}

function unsupported(reason: string): SigningError {
  return new SigningError('KEY_UNSUPPORTED', reason);
}
