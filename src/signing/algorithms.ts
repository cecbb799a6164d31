/**
 * Everything the implementation must know about one signature algorithm, in one place: how it is
 * named in DER, what it hashes with, which keys may use it and how node:crypto is asked for it.
 * Which of them are still accepted, and until when, is for `algorithm-policy`.
 */
import { constants, type KeyObject, sign, verify } from 'node:crypto';
import { assert } from '../base/errors.js';
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { contextTag, TAG } from './der-tag.js';
import { readExplicit, readNull, readOid, readSmallInteger } from './der-values.js';
import { derExplicit, derInteger, derNull, derOid, derSequence } from './der-writer.js';
import {
  type DigestAlgorithm,
  type DigestName,
  DIGESTS,
  readDigestAlgorithm,
} from './digest-algorithms.js';
import { OID } from './oids.js';
import type { PublicKey, SigningKeyKind } from './public-key.js';
import { RETIRED_ALGORITHMS, type RetiredAlgorithm } from './retired-algorithms.js';
import { parsing, SigningError } from './signing-error.js';

export type SignatureScheme = 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss';
export type SignatureAlgorithmName = `${SignatureScheme}-${DigestName}`;

export interface SignatureAlgorithm {
  readonly name: SignatureAlgorithmName;
  readonly scheme: SignatureScheme;
  readonly oid: string;
  readonly digest: DigestAlgorithm;
  /** The kinds of key that may make such a signature. */
  readonly keyKinds: readonly SigningKeyKind[];
  /** PSS only, in bytes. */
  readonly saltLength: number;
  /** AlgorithmIdentifier as we write it. */
  readonly identifier: Uint8Array;
}

export const SIGNATURE_ALGORITHMS: Readonly<Record<SignatureAlgorithmName, SignatureAlgorithm>> = {
  'ecdsa-sha256': ecdsa('sha256', OID.ecdsaWithSha256),
  'ecdsa-sha384': ecdsa('sha384', OID.ecdsaWithSha384),
  'ecdsa-sha512': ecdsa('sha512', OID.ecdsaWithSha512),
  'rsa-pkcs1-sha256': rsaPkcs1('sha256', OID.sha256WithRsa),
  'rsa-pkcs1-sha384': rsaPkcs1('sha384', OID.sha384WithRsa),
  'rsa-pkcs1-sha512': rsaPkcs1('sha512', OID.sha512WithRsa),
  'rsa-pss-sha256': rsaPss('sha256'),
  'rsa-pss-sha384': rsaPss('sha384'),
  'rsa-pss-sha512': rsaPss('sha512'),
};

/** What can stand under a certificate, CRL or OCSP response. */
export type IssuerAlgorithm = SignatureAlgorithm | RetiredAlgorithm;

/**
 * Reads the AlgorithmIdentifier of a signature that somebody makes today.
 *
 * @throws SigningError ALGORITHM_UNSUPPORTED for what has no entry.
 */
export function readSignatureAlgorithm(node: DerNode): SignatureAlgorithm {
  return parsing('ALGORITHM_UNSUPPORTED', 'signature algorithm', () => {
    const fields = DerFields.of(node);
    const oid = readOid(fields.next());
    if (oid === OID.rsassaPss) return readPss(fields);
    const algorithm = Object.values(SIGNATURE_ALGORITHMS).find((entry) => entry.oid === oid);
    if (algorithm === undefined) throw unsupported('the signature algorithm is not in the table');
    // RFC 5758 §3.2: ECDSA has no parameters. RFC 4055 §5: NULL or absent for RSA.
    if (algorithm.scheme === 'rsa-pkcs1') readOptionalNull(fields);
    fields.end();
    return algorithm;
  });
}

/**
 * Reads the one under a certificate, CRL or OCSP response; null for what has no entry.
 *
 * @throws SigningError DER_MALFORMED.
 */
export function knownSignatureAlgorithm(node: DerNode): IssuerAlgorithm | null {
  try {
    return readRetired(node) ?? readSignatureAlgorithm(node);
  } catch (cause) {
    if (cause instanceof SigningError && cause.code === 'ALGORITHM_UNSUPPORTED') return null;
    throw cause;
  }
}

/**
 * Reads SignerInfo.signatureAlgorithm, which may also be plain rsaEncryption; the digest is then
 * the one the SignerInfo names beside it (RFC 5754 §3.2).
 */
export function readCmsSignatureAlgorithm(
  node: DerNode,
  digest: DigestAlgorithm,
): SignatureAlgorithm {
  return parsing('ALGORITHM_UNSUPPORTED', 'signature algorithm', () => {
    const fields = DerFields.of(node);
    if (readOid(fields.next()) !== OID.rsaEncryption) return readSignatureAlgorithm(node);
    readOptionalNull(fields);
    fields.end();
    return SIGNATURE_ALGORITHMS[`rsa-pkcs1-${digest.name}`];
  });
}

/** Whether `signature` is that of `publicKey` over `message`; a key of another kind says no. */
export function verifySignature(
  algorithm: IssuerAlgorithm,
  publicKey: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!algorithm.keyKinds.some((kind) => kind === publicKey.kind)) return false;
  try {
    const key = { key: publicKey.key, ...paddingOf(algorithm) };
    return verify(algorithm.digest.name, message, key, signature);
  } catch {
    // OpenSSL raises instead of answering when PSS parameters do not fit the key: still a no.
    return false;
  }
}

/** Signs with a key that is in this process. @throws whatever node:crypto does for a wrong key. */
export function createSignature(
  algorithm: SignatureAlgorithm,
  privateKey: KeyObject,
  message: Uint8Array,
): Uint8Array {
  assert(privateKey.type === 'private', 'a private key');
  const key = { key: privateKey, ...paddingOf(algorithm) };
  return new Uint8Array(sign(algorithm.digest.name, message, key));
}

function paddingOf(algorithm: IssuerAlgorithm): { padding?: number; saltLength?: number } {
  switch (algorithm.scheme) {
    case 'ecdsa':
    case 'dsa':
      return {};
    case 'rsa-pkcs1':
      return { padding: constants.RSA_PKCS1_PADDING };
    case 'rsa-pss':
      return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.saltLength };
  }
}

/** RFC 3279 §2.2.2, RFC 5758 §3.1: no parameters. Null for all else, which may be known otherwise. */
function readRetired(node: DerNode): RetiredAlgorithm | null {
  const fields = DerFields.of(node);
  const oid = readOid(fields.next());
  const algorithm = Object.values(RETIRED_ALGORITHMS).find((entry) => entry.oid === oid);
  if (algorithm !== undefined) fields.end();
  return algorithm ?? null;
}

/**
 * RSASSA-PSS-params (RFC 4055 §3.1). The defaults are SHA-1, so digest and mask must be spelled
 * out; the mask must use the same digest, as everything since asks. OpenSSL 3.0 salts as long as
 * the key allows unless told otherwise, so any salt from the digest's length up is read.
 */
function readPss(identifier: DerFields): SignatureAlgorithm {
  const parameters = DerFields.of(identifier.next());
  identifier.end();
  const digest = readDigestAlgorithm(readExplicit(parameters.next(), contextTag(0)));
  const mask = DerFields.of(readExplicit(parameters.next(), contextTag(1)));
  const isMgf1 = readOid(mask.next()) === OID.mgf1;
  if (!isMgf1 || readDigestAlgorithm(mask.next()) !== digest)
    throw unsupported('PSS with a mask of another digest');
  mask.end();
  const saltLength = readSmallInteger(readExplicit(parameters.next(), contextTag(2)));
  if (saltLength < digest.length || saltLength > MAX_SALT_BYTES)
    throw unsupported('PSS with a salt shorter than its digest');
  // trailerField has one value, its default, which DER leaves out.
  parameters.end();
  const entry = SIGNATURE_ALGORITHMS[`rsa-pss-${digest.name}`];
  return saltLength === entry.saltLength ? entry : { ...entry, saltLength };
}

/** What fits an RSA key of 8,192 bits, the largest we verify with. */
const MAX_SALT_BYTES = 1_024;

function ecdsa(digest: DigestName, oid: string): SignatureAlgorithm {
  return {
    name: `ecdsa-${digest}`,
    scheme: 'ecdsa',
    oid,
    digest: DIGESTS[digest],
    keyKinds: ['ec-p256', 'ec-p384'],
    saltLength: 0,
    identifier: derSequence(derOid(oid)),
  };
}

function rsaPkcs1(digest: DigestName, oid: string): SignatureAlgorithm {
  return {
    name: `rsa-pkcs1-${digest}`,
    scheme: 'rsa-pkcs1',
    oid,
    digest: DIGESTS[digest],
    keyKinds: ['rsa'],
    saltLength: 0,
    identifier: derSequence(derOid(oid), derNull()),
  };
}

function rsaPss(name: DigestName): SignatureAlgorithm {
  const digest = DIGESTS[name];
  return {
    name: `rsa-pss-${name}`,
    scheme: 'rsa-pss',
    oid: OID.rsassaPss,
    digest,
    keyKinds: ['rsa', 'rsa-pss'],
    saltLength: digest.length,
    identifier: derSequence(
      derOid(OID.rsassaPss),
      derSequence(
        derExplicit(0, digest.identifierWithNull),
        derExplicit(1, derSequence(derOid(OID.mgf1), digest.identifierWithNull)),
        derExplicit(2, derInteger(digest.length)),
      ),
    ),
  };
}

function readOptionalNull(fields: DerFields): void {
  const parameters = fields.optional(TAG.null);
  if (parameters !== undefined) readNull(parameters);
}

function unsupported(reason: string): SigningError {
  return new SigningError('ALGORITHM_UNSUPPORTED', reason);
}
