/**
 * The embedded development authority: a root CA, the certificates it issues for seals and for time-stamps,
 * and its list of revoked ones, so that a node without configuration can sign at once. It is made in
 * memory; the key store keeps it. Its certificates say DEVELOPMENT ONLY, and every report that rests on
 * one repeats it.
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
  extendedKeyUsage,
  keyUsage,
  subjectKeyIdentifier,
} from '../signing/certificate-builder.js';
import {
  certificateListToBeSigned,
  completeCertificateList,
  type RevokedCertificate,
} from '../signing/certificate-list-builder.js';
import { parseCertificate } from '../signing/certificate.js';
import { DEVELOPMENT_ORGANIZATION } from '../signing/development-mark.js';
import { derName } from '../signing/distinguished-name.js';
import { OID } from '../signing/oids.js';
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

export interface TimeStampMaterial {
  /** DER. */
  readonly timeStampCertificate: Uint8Array;
  /** PKCS#8 DER. */
  readonly timeStampPrivateKey: Uint8Array;
}

/** This many bytes from a cryptographically secure source. */
export type RandomBytes = (length: number) => Uint8Array;

export interface IssueOptions {
  /** Certificates are valid from the second this falls in. */
  readonly at: UnixMillis;
  /** For serial numbers and names; keys come from node:crypto's own generator. */
  readonly random: RandomBytes;
}

/** How long the list of revoked certificates is good for. */
export const DEVELOPMENT_CRL_MILLIS = 86_400_000;

/** A new root (P-256, ten years), its first seal certificate and its first one for time-stamps. */
export function createDevelopmentAuthority(
  options: IssueOptions,
): DevelopmentCa & SealMaterial & TimeStampMaterial {
  const ca = createDevelopmentCa(options);
  return {
    ...ca,
    ...issueSealCertificate(ca, options),
    ...issueTimeStampCertificate(ca, options),
  };
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

/** A new key and certificate (P-256, two years) for time-stamps and nothing else (RFC 3161 §2.3). */
export function issueTimeStampCertificate(
  { caCertificate, caPrivateKey }: DevelopmentCa,
  { at, random }: IssueOptions,
): TimeStampMaterial {
  const ca = parseCertificate(caCertificate);
  const { publicKey, privateKey } = generateKeyPair();
  const timeStampCertificate = issue(caPrivateKey, {
    serialNumber: serialNumber(random),
    issuer: ca.subject.der,
    subject: derName([
      ['C', 'XX'],
      ['O', DEVELOPMENT_ORGANIZATION],
      ['CN', `Chirograph development time-stamps ${toHex(random(4))}`],
    ]),
    notBefore: at,
    notAfter: daysAfter(at, 730),
    subjectPublicKeyInfo: publicKey,
    extensions: [
      keyUsage('digitalSignature'),
      extendedKeyUsage({ isCritical: true, purposes: [OID.timeStamping] }),
      subjectKeyIdentifier(publicKey),
      authorityKeyIdentifier(ca.subjectPublicKeyInfo),
    ],
    signatureAlgorithm: SIGNATURE_ALGORITHMS['ecdsa-sha256'],
  });
  return { timeStampCertificate, timeStampPrivateKey: privateKey };
}

/**
 * DER of the authority's complete CRL, good for a day from `at` on. Its number is the second that it is
 * made in: a later one has a greater one, and nothing has to be remembered.
 */
export function issueDevelopmentCrl(
  { caCertificate, caPrivateKey }: DevelopmentCa,
  {
    at,
    revoked = [],
  }: { readonly at: UnixMillis; readonly revoked?: readonly RevokedCertificate[] },
): Uint8Array {
  const { subject, subjectPublicKeyInfo } = parseCertificate(caCertificate);
  const signatureAlgorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const toBeSigned = certificateListToBeSigned({
    issuer: subject.der,
    issuerPublicKeyInfo: subjectPublicKeyInfo,
    thisUpdate: at,
    nextUpdate: (at + DEVELOPMENT_CRL_MILLIS) as UnixMillis,
    number: Math.floor(at / 1_000),
    revoked,
    signatureAlgorithm,
  });
  const value = createSignature(signatureAlgorithm, importPrivateKey(caPrivateKey), toBeSigned);
  return completeCertificateList(toBeSigned, signatureAlgorithm, value);
}

/** A new root (P-256, ten years) and nothing under it. */
export function createDevelopmentCa({ at, random }: IssueOptions): DevelopmentCa {
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

/**
 * 127 random bits after a leading one: positive, not zero, and always of the same length. Two are equal as
 * rarely as two keys, so that nothing has to be remembered.
 */
export function serialNumber(random: RandomBytes): Uint8Array {
  const bytes = Uint8Array.from(random(16));
  assert(bytes.length === 16, 'a source of randomness that gives what it is asked for');
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function daysAfter(at: UnixMillis, days: number): UnixMillis {
  return (at + days * 86_400_000) as UnixMillis;
}
