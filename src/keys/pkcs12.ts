/**
 * A key and its certificates out of a PKCS#12 file (RFC 7292), as certificate authorities hand them out.
 * The format is read by our own strict reader, so that sizes, nesting and rounds of key derivation are
 * bounded at every level, also of what only shows once the level above is decrypted. Firefox and what
 * else is built on NSS write BER, which becomes DER first, level by level. node-forge brings what OpenSSL
 * no longer has (docs/decisions/0023-where-keys-sign.md).
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { asBuffer, concat } from '../base/bytes.js';
import { Secret } from '../base/secret.js';
import { toDer } from '../signing/ber-to-der.js';
import { DerFields } from '../signing/der-fields.js';
import { derBytes, type DerLimits, type DerNode, readDer } from '../signing/der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from '../signing/der-tag.js';
import {
  readExplicit,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
} from '../signing/der-values.js';
import { OID } from '../signing/oids.js';
import { SigningError } from '../signing/signing-error.js';
import { Derivation } from './internal/pkcs12-derivation.js';
import { decrypt } from './internal/pkcs12-encryption.js';
import { checkMac } from './internal/pkcs12-mac.js';
import { PKCS12_OID } from './internal/pkcs12-oids.js';
import { KeysError } from './keys-error.js';

export interface KeyAndCertificates {
  readonly privateKey: KeyObject;
  /** DER, in the order of the file, which means nothing. */
  readonly certificates: readonly Uint8Array[];
}

export const MAX_PKCS12_BYTES = 256 * 1024;
/** Parts of a file, and bags of a part. */
const MAX_PARTS = 64;
const LIMITS: DerLimits = { maxBytes: MAX_PKCS12_BYTES, maxNodes: 8_192, maxDepth: 32 };
const VERSION = 3;

/**
 * @param passphrase null where the file was made with an empty one.
 * @throws KeysError KEYS_PASSPHRASE_WRONG; KEYS_SEAL_UNUSABLE: not PKCS#12, or not with one private key
 * and certificates. Neither quotes anything of the file or the passphrase, and neither has a cause.
 */
export function openPkcs12(file: Uint8Array, passphrase: Secret | null): KeyAndCertificates {
  const derivation = new Derivation(passphrase ?? new Secret(''));
  const found: Found = { keys: [], certificates: [] };
  try {
    const safe = authenticatedSafe(read(file), derivation);
    for (const part of bounded(readSequence(read(safe))))
      for (const bag of bounded(readSequence(read(contentOf(part, derivation)))))
        takeBag(bag, derivation, found);
  } catch (cause) {
    if (cause instanceof SigningError) throw unusable('is not PKCS#12: export it again');
    throw cause;
  }
  const [privateKey, ...more] = found.keys;
  if (privateKey === undefined) throw unusable('holds no private key');
  if (more.length > 0) throw unusable('holds several private keys: export the one of the seal');
  if (found.certificates.length === 0) throw unusable('holds no certificate');
  return { privateKey, certificates: found.certificates };
}

interface Found {
  readonly keys: KeyObject[];
  readonly certificates: Uint8Array[];
}

/** PFX (RFC 7292 §4): the octets of what is protected, once the passphrase has been found right. */
function authenticatedSafe(pfx: DerNode, derivation: Derivation): Uint8Array {
  const fields = DerFields.of(pfx);
  const version = readSmallInteger(fields.next());
  const contentInfo = DerFields.of(fields.next());
  const macData = fields.optional(TAG.sequence);
  fields.end();
  if (version !== VERSION || readOid(contentInfo.next()) !== OID.data)
    throw unusable('is protected in a way that is not read: export it with a passphrase');
  const content = readOctetString(readExplicit(contentInfo.next(), contextTag(0)));
  contentInfo.end();
  // Without one, anybody could have put another certificate into it, and a wrong passphrase would be a
  // riddle.
  if (macData === undefined)
    throw unusable(
      'has no check value (MAC): export it again, with a passphrase and without -nomac',
    );
  checkMac(macData, content, derivation);
  return content;
}

/** ContentInfo of a part: SafeContents in clear, or encrypted (RFC 5652 §8). */
function contentOf(part: DerNode, derivation: Derivation): Uint8Array {
  const fields = DerFields.of(part);
  const type = readOid(fields.next());
  const content = readExplicit(fields.next(), contextTag(0));
  fields.end();
  if (type === OID.data) return readOctetString(content);
  if (type !== PKCS12_OID.encryptedData) throw unusable('is encrypted to a key, not a passphrase');
  const encryptedData = DerFields.of(content);
  encryptedData.next();
  const info = DerFields.of(encryptedData.next());
  encryptedData.optional(contextTag(1));
  encryptedData.end();
  info.next();
  const algorithm = info.next();
  const ciphertext = ciphertextOf(info.next());
  info.end();
  return decrypt(algorithm, ciphertext, derivation);
}

/** `[0] IMPLICIT OCTET STRING`, in one piece or, in BER, in several. */
function ciphertextOf(node: DerNode): Uint8Array {
  if (node.tag !== contextTag(0)) return readOctetString(node, contextPrimitiveTag(0));
  return concat(...readSequence(node, contextTag(0)).map((piece) => readOctetString(piece)));
}

/** SafeBag (RFC 7292 §4.2). What is neither key nor certificate of X.509 is passed over. */
function takeBag(bag: DerNode, derivation: Derivation, { keys, certificates }: Found): void {
  const fields = DerFields.of(bag);
  const type = readOid(fields.next());
  const value = readExplicit(fields.next(), contextTag(0));
  // Names for people, and an id that some programs forget to write.
  fields.optional(TAG.set);
  fields.end();
  switch (type) {
    case PKCS12_OID.keyBag:
      keys.push(privateKey(derBytes(value)));
      return;
    case PKCS12_OID.shroudedKeyBag: {
      const encrypted = DerFields.of(value);
      const algorithm = encrypted.next();
      const ciphertext = readOctetString(encrypted.next());
      encrypted.end();
      keys.push(privateKey(decrypt(algorithm, ciphertext, derivation)));
      return;
    }
    case PKCS12_OID.certBag: {
      const certificate = DerFields.of(value);
      if (readOid(certificate.next()) !== PKCS12_OID.x509Certificate) return;
      certificates.push(readOctetString(readExplicit(certificate.next(), contextTag(0))));
      return;
    }
    default:
  }
}

function read(bytes: Uint8Array): DerNode {
  return readDer(toDer(bytes, LIMITS), LIMITS);
}

function privateKey(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: asBuffer(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    throw unusable('holds a private key of a kind that is not read');
  }
}

function bounded(nodes: readonly DerNode[]): readonly DerNode[] {
  if (nodes.length > MAX_PARTS) throw unusable('has more parts than are read');
  return nodes;
}

function unusable(reason: string): KeysError {
  return new KeysError('KEYS_SEAL_UNUSABLE', `the PKCS#12 file of the seal ${reason}`);
}
