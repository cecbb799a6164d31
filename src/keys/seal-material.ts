/**
 * Puts a key's certificates in order. Files and tokens hold them in any, beside others, and what is taken
 * for the seal's must be of its key, and each issuer one that signed the one below.
 */
import type { KeyObject } from 'node:crypto';
import { equalBytes } from '../base/bytes.js';
import {
  type Certificate,
  isSelfIssued,
  isSignedBy,
  parseCertificate,
  publicKeyOf,
} from '../signing/certificate.js';
import { SigningError } from '../signing/signing-error.js';
import { KeysError } from './keys-error.js';

export interface OrderedCertificates {
  readonly certificate: Certificate;
  /** Issuers, nearest first, as far as they are there; the root last. */
  readonly chain: readonly Certificate[];
}

/** What is looked at, and how long a chain may be: as much as is read from a stranger's CMS. */
const MAX_CERTIFICATES = 64;
const MAX_CHAIN = 10;

/**
 * @param isOfKey whether a certificate is the key's; the one in force longest wins where several are.
 * @param certificates DER, in any order.
 * @throws KeysError KEYS_SEAL_UNUSABLE if none is; SigningError CERTIFICATE_MALFORMED.
 */
export function orderCertificates(
  isOfKey: (certificate: Certificate) => boolean,
  certificates: readonly Uint8Array[],
): OrderedCertificates {
  if (certificates.length > MAX_CERTIFICATES)
    throw unusable(`there are more than ${MAX_CERTIFICATES} certificates`);
  const all = certificates.map(parseCertificate);
  const certificate = all.filter(isOfKey).reduce<Certificate | null>(later, null);
  if (certificate === null) throw unusable('no certificate is there that is of its key');
  const chain: Certificate[] = [];
  let below = certificate;
  while (!isSelfIssued(below) && chain.length < MAX_CHAIN) {
    const issuer = all
      .filter((one) => !chain.includes(one) && isIssuerOf(one, below))
      .reduce<Certificate | null>(later, null);
    if (issuer === null) break;
    chain.push(issuer);
    below = issuer;
  }
  return { certificate, chain };
}

/** For keys that are at hand. */
export function isCertificateOf(publicKey: KeyObject): (certificate: Certificate) => boolean {
  const wanted = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return ({ subjectPublicKeyInfo }) => equalBytes(subjectPublicKeyInfo, wanted);
}

function later(one: Certificate | null, other: Certificate): Certificate {
  return one === null || other.notAfter > one.notAfter ? other : one;
}

function isIssuerOf(issuer: Certificate, certificate: Certificate): boolean {
  if (!equalBytes(issuer.subject.der, certificate.issuer.der)) return false;
  try {
    return isSignedBy(certificate, publicKeyOf(issuer));
  } catch (cause) {
    if (cause instanceof SigningError && cause.code === 'KEY_UNSUPPORTED') return false;
    throw cause;
  }
}

function unusable(reason: string): KeysError {
  return new KeysError('KEYS_SEAL_UNUSABLE', `the seal cannot be used: ${reason}`);
}
