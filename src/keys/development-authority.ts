/**
 * The embedded development authority: a root CA and the seal certificate it issues, so that a node
 * without configuration can sign at once. It is made in memory; the key store keeps it. Its
 * certificates say DEVELOPMENT ONLY, and every report that rests on one repeats it.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../signing/algorithms.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  certificateToBeSigned,
  type CertificateTemplate,
  completeCertificate,
  keyUsage,
  subjectKeyIdentifier,
} from '../signing/certificate-builder.js';
import { parseCertificate } from '../signing/certificate.js';
import { DEVELOPMENT_ORGANIZATION } from '../signing/development-mark.js';
import { derName } from '../signing/distinguished-name.js';
import { importPrivateKey } from '../signing/private-key.js';

export interface DevelopmentCa {
  /** DER. */
  readonly caCertificate: Uint8Array;
  /** PKCS#8 DER; a secret, though one that protects nothing real. */
  readonly caPrivateKey: Uint8Array;
}

export interface SealMaterial {
  /** DER. */
  readonly sealCertificate: Uint8Array;
  /** PKCS#8 DER. */
  readonly sealPrivateKey: Uint8Array;
}

/** This many bytes from a cryptographically secure source. */
export type RandomBytes = (length: number) => Uint8Array;

export interface IssueOptions {
  /** Certificates are valid from the second this falls in. */
  readonly at: UnixMillis;
  /** For serial numbers and names; keys come from node:crypto's own generator. */
  readonly random: RandomBytes;
}

/** A new root (P-256, ten years) and its first seal certificate. */
export function createDevelopmentAuthority(options: IssueOptions): DevelopmentCa & SealMaterial {
  const ca = createCa(options);
  return { ...ca, ...issueSealCertificate(ca, options) };
}

/** A new seal key and certificate (P-256, two years) under an authority made before. */
export function issueSealCertificate(
  { caCertificate, caPrivateKey }: DevelopmentCa,
  { at, random }: IssueOptions,
): SealMaterial {
  const ca = parseCertificate(caCertificate);
  const { publicKey, privateKey } = generateKeyPair();
  const sealCertificate = issue(caPrivateKey, {
    serialNumber: serialNumber(random),
    issuer: ca.subject.der,
    subject: derName([
      // EN 319 412-3 §4.2.1; XX is a code that ISO 3166 gives to nobody.
      ['C', 'XX'],
      ['O', DEVELOPMENT_ORGANIZATION],
      ['organizationIdentifier', 'NTRXX-DEVELOPMENT'],
      ['CN', `Chirograph development seal ${toHex(random(4))}`],
    ]),
    notBefore: at,
    notAfter: daysAfter(at, 730),
    subjectPublicKeyInfo: publicKey,
    extensions: [
      keyUsage('digitalSignature', 'nonRepudiation'),
      subjectKeyIdentifier(publicKey),
      authorityKeyIdentifier(ca.subjectPublicKeyInfo),
    ],
    signatureAlgorithm: SIGNATURE_ALGORITHMS['ecdsa-sha256'],
  });
  return { sealCertificate, sealPrivateKey: privateKey };
}

function createCa({ at, random }: IssueOptions): DevelopmentCa {
  const { publicKey, privateKey } = generateKeyPair();
  const name = derName([
    ['O', DEVELOPMENT_ORGANIZATION],
    // The digits keep apart the authorities of two nodes in one trust file.
    ['CN', `Chirograph development CA ${toHex(random(4))}`],
  ]);
  const caCertificate = issue(privateKey, {
    serialNumber: serialNumber(random),
    issuer: name,
    subject: name,
    notBefore: at,
    notAfter: daysAfter(at, 3_652),
    subjectPublicKeyInfo: publicKey,
    extensions: [
      basicConstraints({ ca: true, pathLength: 0 }),
      keyUsage('keyCertSign', 'cRLSign'),
      subjectKeyIdentifier(publicKey),
    ],
    signatureAlgorithm: SIGNATURE_ALGORITHMS['ecdsa-sha256'],
  });
  return { caCertificate, caPrivateKey: privateKey };
}

function issue(issuerPrivateKey: Uint8Array, template: CertificateTemplate): Uint8Array {
  const toBeSigned = certificateToBeSigned(template);
  const { signatureAlgorithm } = template;
  const key = importPrivateKey(issuerPrivateKey);
  const value = createSignature(signatureAlgorithm, key, toBeSigned);
  return completeCertificate(toBeSigned, signatureAlgorithm, value);
}

/** From OpenSSL's generator and not from `random`: a weak one passed in must not make a weak key. */
function generateKeyPair(): { publicKey: Uint8Array; privateKey: Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return { publicKey: new Uint8Array(publicKey), privateKey: new Uint8Array(privateKey) };
}

/** 127 random bits after a leading one: positive, not zero, and always of the same length. */
function serialNumber(random: RandomBytes): Uint8Array {
  const bytes = Uint8Array.from(random(16));
  assert(bytes.length === 16, 'a source of randomness that gives what it is asked for');
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function daysAfter(at: UnixMillis, days: number): UnixMillis {
  return (at + days * 86_400_000) as UnixMillis;
}
