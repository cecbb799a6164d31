/**
 * Certificates made to order, good and bad. Everything is built by our own writer, so that a test
 * can ask for what no honest authority would issue.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { UnixMillis } from '../../../src/base/brand.js';
import { parseInstant } from '../../../src/base/time.js';
import {
  createSignature,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithmName,
} from '../../../src/signing/algorithms.js';
import { cadesSigner, completeCades, prepareCades } from '../../../src/signing/cades-builder.js';
import {
  basicConstraints,
  certificateToBeSigned,
  completeCertificate,
  type Extension,
  keyUsage,
  subjectKeyIdentifier,
} from '../../../src/signing/certificate-builder.js';
import { type Certificate, parseCertificate } from '../../../src/signing/certificate.js';
import { digestOf } from '../../../src/signing/digest-algorithms.js';
import { derName } from '../../../src/signing/distinguished-name.js';

export const NOW = parseInstant('2026-06-15T12:00:00.000Z');
export const YEAR_MILLIS = 365 * 86_400_000;

/** A key with its certificate. */
export interface Identity {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
}

export interface Order {
  /** The common name, and the only one. */
  readonly name: string;
  /** DER of a whole name instead. */
  readonly subject?: Uint8Array;
  /** Self-signed if absent. */
  readonly issuer?: Identity;
  readonly privateKey?: KeyObject;
  readonly notBefore?: UnixMillis;
  readonly notAfter?: UnixMillis;
  readonly extensions?: readonly Extension[];
  readonly algorithm?: SignatureAlgorithmName;
  readonly serialNumber?: number;
}

export function newKey(kind: 'P-256' | 'P-384' | 'RSA-2048' = 'P-256'): KeyObject {
  return kind === 'RSA-2048'
    ? generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
    : generateKeyPairSync('ec', { namedCurve: kind }).privateKey;
}

export function issueTo(order: Order): Identity {
  const { name, issuer, notBefore = yearsFromNow(-1), notAfter = yearsFromNow(1) } = order;
  const privateKey = order.privateKey ?? newKey();
  const subjectPublicKeyInfo = publicKeyInfo(privateKey);
  const signerKey = issuer?.privateKey ?? privateKey;
  const signatureAlgorithm =
    SIGNATURE_ALGORITHMS[
      order.algorithm ??
        (signerKey.asymmetricKeyType === 'rsa' ? 'rsa-pkcs1-sha256' : 'ecdsa-sha256')
    ];
  const subject = order.subject ?? derName([['CN', name]]);
  const toBeSigned = certificateToBeSigned({
    serialNumber: Uint8Array.of(order.serialNumber ?? 1),
    issuer: issuer?.certificate.subject.der ?? subject,
    subject,
    notBefore,
    notAfter,
    subjectPublicKeyInfo,
    extensions: order.extensions ?? [keyUsage('nonRepudiation')],
    signatureAlgorithm,
  });
  const value = createSignature(signatureAlgorithm, signerKey, toBeSigned);
  const der = completeCertificate(toBeSigned, signatureAlgorithm, value);
  return { certificate: parseCertificate(der), privateKey };
}

export function issueCa(order: Order, pathLength: number | null = null): Identity {
  const key = order.privateKey ?? newKey();
  return issueTo({
    ...order,
    privateKey: key,
    extensions: order.extensions ?? [
      basicConstraints({ ca: true, pathLength }),
      keyUsage('keyCertSign', 'cRLSign'),
      subjectKeyIdentifier(publicKeyInfo(key)),
    ],
  });
}

export function publicKeyInfo(privateKey: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
}

export function yearsFromNow(years: number): UnixMillis {
  return (NOW + years * YEAR_MILLIS) as UnixMillis;
}

/** A CAdES-B-B over `content` by this identity. */
export function signCades(
  signer: Identity,
  content: Uint8Array,
  options: {
    chain?: readonly Identity[];
    algorithm?: SignatureAlgorithmName;
    signingTime?: UnixMillis;
  } = {},
): Uint8Array {
  const { chain = [], algorithm = 'ecdsa-sha256', signingTime = NOW } = options;
  const signatureAlgorithm = SIGNATURE_ALGORITHMS[algorithm];
  const parts = cadesSigner({
    certificate: signer.certificate,
    chain: chain.map(({ certificate }) => certificate),
    signatureAlgorithm,
  });
  const contentDigest = digestOf(signatureAlgorithm.digest, content);
  const prepared = prepareCades(parts, { contentDigest, signingTime });
  const value = createSignature(signatureAlgorithm, signer.privateKey, prepared.toBeSigned);
  return completeCades(prepared, value);
}
