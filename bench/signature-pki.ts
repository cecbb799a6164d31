/** A root and a signer under it, made for one run: keys of the kind that is measured. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { UnixMillis } from '../src/base/brand.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../src/signing/algorithms.js';
import {
  basicConstraints,
  certificateToBeSigned,
  completeCertificate,
  type Extension,
  keyUsage,
} from '../src/signing/certificate-builder.js';
import { type Certificate, parseCertificate } from '../src/signing/certificate.js';
import { derName } from '../src/signing/distinguished-name.js';

export type KeyKind = 'P-256' | 'RSA-2048';

export interface BenchIdentity {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
}

export interface BenchPki {
  readonly root: BenchIdentity;
  readonly signer: BenchIdentity;
}

export const BENCH_NOW = 1_790_000_000_000 as UnixMillis;
const DAY_MILLIS = 86_400_000;

/** The root has a P-256 key, as most have; the signer one of `kind`. */
export function benchPki(kind: KeyKind): BenchPki {
  const root = issue(null, 'Bench root', newKey('P-256'), [
    basicConstraints({ ca: true, pathLength: 0 }),
    keyUsage('keyCertSign', 'cRLSign'),
  ]);
  const signer = issue(root, 'Bench signer', newKey(kind), [keyUsage('nonRepudiation')]);
  return { root, signer };
}

export function newKey(kind: KeyKind): KeyObject {
  return kind === 'P-256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    : generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
}

function issue(
  issuer: BenchIdentity | null,
  name: string,
  privateKey: KeyObject,
  extensions: readonly Extension[],
): BenchIdentity {
  const subject = derName([['CN', name]]);
  const signatureAlgorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const toBeSigned = certificateToBeSigned({
    serialNumber: Uint8Array.of(issuer === null ? 1 : 2),
    issuer: issuer?.certificate.subject.der ?? subject,
    subject,
    notBefore: (BENCH_NOW - 30 * DAY_MILLIS) as UnixMillis,
    notAfter: (BENCH_NOW + 700 * DAY_MILLIS) as UnixMillis,
    subjectPublicKeyInfo: new Uint8Array(
      createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    ),
    extensions,
    signatureAlgorithm,
  });
  const key = issuer?.privateKey ?? privateKey;
  const value = createSignature(signatureAlgorithm, key, toBeSigned);
  const certificate = parseCertificate(completeCertificate(toBeSigned, signatureAlgorithm, value));
  return { certificate, privateKey };
}
