/**
 * What parts of a PKCS#12 file, and private keys in PEM, are encrypted with: PBES2 (RFC 8018) in files of today, and what
 * programs before OpenSSL 3 and Java 8u301 wrote (RFC 7292 appendix C). OpenSSL 3 no longer has RC2, so
 * that comes from node-forge (docs/decisions/0023-where-keys-sign.md).
 */
import { createDecipheriv } from 'node:crypto';
import forge from 'node-forge';
import { DerFields } from '../../signing/der-fields.js';
import type { DerNode } from '../../signing/der-reader.js';
import { TAG } from '../../signing/der-tag.js';
import { readNull, readOctetString, readOid, readSmallInteger } from '../../signing/der-values.js';
import { KeysError } from '../keys-error.js';
import { binaryOf, fromBinary } from './forge-bytes.js';
import type { Derivation, DerivationDigest } from './pkcs12-derivation.js';
import { PURPOSE } from './pkcs12-key-derivation.js';
import { PKCS12_OID as OID } from './pkcs12-oids.js';

/**
 * @param algorithm AlgorithmIdentifier.
 * @throws KeysError KEYS_SEAL_UNUSABLE for an algorithm without an entry; KEYS_PASSPHRASE_WRONG if what
 * comes out has no padding. Without the cause, which knows of the key.
 */
export function decrypt(
  algorithm: DerNode,
  ciphertext: Uint8Array,
  derivation: Derivation,
): Uint8Array {
  const fields = DerFields.of(algorithm);
  const oid = readOid(fields.next());
  const parameters = fields.next();
  fields.end();
  if (oid === OID.pbes2) return decryptPbes2(parameters, ciphertext, derivation);
  const cipher = OLD_CIPHERS[oid];
  if (cipher === undefined) throw unsupported();
  return decryptOld(cipher, parameters, ciphertext, derivation);
}

/** PBES2-params (RFC 8018 appendix A.4). */
function decryptPbes2(
  parameters: DerNode,
  ciphertext: Uint8Array,
  derivation: Derivation,
): Uint8Array {
  const fields = DerFields.of(parameters);
  const keyDerivation = DerFields.of(fields.next());
  const encryption = DerFields.of(fields.next());
  fields.end();
  const cipher = CIPHERS[readOid(encryption.next())];
  if (cipher === undefined || readOid(keyDerivation.next()) !== OID.pbkdf2) throw unsupported();
  const iv = readOctetString(encryption.next());
  encryption.end();
  const { salt, iterations, keyLength, digest } = readPbkdf2(keyDerivation.next());
  keyDerivation.end();
  if (iv.length !== cipher.ivLength || (keyLength ?? cipher.keyLength) !== cipher.keyLength)
    throw unsupported();
  const key = derivation.pbkdf2(digest, salt, iterations, cipher.keyLength);
  return decipher(cipher.name, key, iv, ciphertext);
}

/** PBKDF2-params (RFC 8018 appendix A.2). */
function readPbkdf2(node: DerNode): {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly keyLength: number | null;
  readonly digest: DerivationDigest;
} {
  const fields = DerFields.of(node);
  const salt = readOctetString(fields.next());
  const iterations = readSmallInteger(fields.next());
  const keyLength = fields.optional(TAG.integer);
  const prf = fields.optional(TAG.sequence);
  fields.end();
  return {
    salt,
    iterations,
    keyLength: keyLength === undefined ? null : readSmallInteger(keyLength),
    digest: prf === undefined ? 'sha1' : readPrf(prf),
  };
}

function readPrf(node: DerNode): DerivationDigest {
  const fields = DerFields.of(node);
  const digest = PRF_DIGESTS[readOid(fields.next())];
  const parameters = fields.optional(TAG.null);
  if (parameters !== undefined) readNull(parameters);
  fields.end();
  if (digest === undefined) throw unsupported();
  return digest;
}

/** pkcs-12PbeParams. */
function decryptOld(
  { keyLength, rc2Bits }: OldCipher,
  parameters: DerNode,
  ciphertext: Uint8Array,
  derivation: Derivation,
): Uint8Array {
  const fields = DerFields.of(parameters);
  const salt = readOctetString(fields.next());
  const iterations = readSmallInteger(fields.next());
  fields.end();
  const key = derivation.pkcs12('sha1', PURPOSE.key, salt, iterations, keyLength);
  const iv = derivation.pkcs12('sha1', PURPOSE.iv, salt, iterations, 8);
  if (rc2Bits === null) return decipher('des-ede3-cbc', threeKeys(key), iv, ciphertext);
  return decipherRc2(key, rc2Bits, iv, ciphertext);
}

/** Of two keys the first is the third as well. */
function threeKeys(key: Uint8Array): Uint8Array {
  return key.length === 24 ? key : Uint8Array.of(...key, ...key.subarray(0, 8));
}

function decipher(
  name: string,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  try {
    const cipher = createDecipheriv(name, key, iv);
    return new Uint8Array(Buffer.concat([cipher.update(ciphertext), cipher.final()]));
  } catch {
    throw wrongPassphrase();
  }
}

function decipherRc2(
  key: Uint8Array,
  bits: number,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  const cipher = forge.rc2.createDecryptionCipher(binaryOf(key), bits);
  cipher.start(binaryOf(iv));
  cipher.update(forge.util.createBuffer(binaryOf(ciphertext)));
  if (!cipher.finish()) throw wrongPassphrase();
  return fromBinary(cipher.output.getBytes());
}

interface OldCipher {
  readonly keyLength: number;
  /** Effective; null for triple DES. */
  readonly rc2Bits: number | null;
}

const OLD_CIPHERS: Readonly<Record<string, OldCipher>> = {
  [OID.pbeSha3KeyTripleDes]: { keyLength: 24, rc2Bits: null },
  [OID.pbeSha2KeyTripleDes]: { keyLength: 16, rc2Bits: null },
  [OID.pbeSha128BitRc2]: { keyLength: 16, rc2Bits: 128 },
  [OID.pbeSha40BitRc2]: { keyLength: 5, rc2Bits: 40 },
};

const CIPHERS: Readonly<Record<string, { name: string; keyLength: number; ivLength: number }>> = {
  [OID.aes128Cbc]: { name: 'aes-128-cbc', keyLength: 16, ivLength: 16 },
  [OID.aes192Cbc]: { name: 'aes-192-cbc', keyLength: 24, ivLength: 16 },
  [OID.aes256Cbc]: { name: 'aes-256-cbc', keyLength: 32, ivLength: 16 },
  [OID.tripleDesCbc]: { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 },
};

const PRF_DIGESTS: Readonly<Record<string, DerivationDigest>> = {
  [OID.hmacSha1]: 'sha1',
  [OID.hmacSha224]: 'sha224',
  [OID.hmacSha256]: 'sha256',
  [OID.hmacSha384]: 'sha384',
  [OID.hmacSha512]: 'sha512',
};

export function wrongPassphrase(): KeysError {
  return new KeysError(
    'KEYS_PASSPHRASE_WRONG',
    'the passphrase does not open the file of the seal, or the file was altered',
  );
}

function unsupported(): KeysError {
  return new KeysError(
    'KEYS_SEAL_UNUSABLE',
    'the file of the seal is encrypted in a way that is not read: export it again with PBES2 and AES-256',
  );
}
