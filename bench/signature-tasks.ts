/**
 * What is measured of signatures: each task is set up once and then done again and again on one thread.
 * The raw ones are what node:crypto does alone, with a key of the same kind over bytes of the same length.
 */
import { randomBytes, sign } from 'node:crypto';
import type { UnixMillis } from '../src/base/brand.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../src/signing/algorithms.js';
import { cadesSigner, completeCades, prepareCades } from '../src/signing/cades-builder.js';
import { withValidationData } from '../src/signing/cades-levels.js';
import { validateCades } from '../src/signing/cades-validator.js';
import {
  certificateListToBeSigned,
  completeCertificateList,
} from '../src/signing/certificate-list-builder.js';
import { digestOf } from '../src/signing/digest-algorithms.js';
import { trustAnchorFrom } from '../src/signing/trust-anchor.js';
import {
  BENCH_NOW,
  type BenchIdentity,
  benchPki,
  type BenchPki,
  type KeyKind,
} from './signature-pki.js';

/** Does the task once. */
export type Round = () => void;

export interface SignatureTask {
  readonly name: string;
  /** The task that it is compared with, if there is one. */
  readonly raw: string | null;
  readonly prepare: () => Round;
}

export const SIGNATURE_TASKS: readonly SignatureTask[] = [
  { name: 'node:crypto sign, P-256', raw: null, prepare: () => rawRound('P-256') },
  {
    name: 'CAdES-B-B, P-256',
    raw: 'node:crypto sign, P-256',
    prepare: () => signRound('P-256'),
  },
  { name: 'node:crypto sign, RSA-2048', raw: null, prepare: () => rawRound('RSA-2048') },
  {
    name: 'CAdES-B-B, RSA-2048',
    raw: 'node:crypto sign, RSA-2048',
    prepare: () => signRound('RSA-2048'),
  },
  { name: 'validation of B-B, P-256', raw: null, prepare: () => validationRound(false) },
  {
    name: 'validation of B-B with its CRL, P-256',
    raw: null,
    prepare: () => validationRound(true),
  },
];

/** A statement of a usual size, and signed attributes as long as ours are. */
const CONTENT_BYTES = 600;
const ATTRIBUTES_BYTES = 330;

function rawRound(kind: KeyKind): Round {
  const { privateKey } = benchPki(kind).signer;
  const message = randomBytes(ATTRIBUTES_BYTES);
  return () => {
    sign('sha256', message, privateKey);
  };
}

function signRound(kind: KeyKind): Round {
  const make = maker(kind, benchPki(kind));
  const content = randomBytes(CONTENT_BYTES);
  return () => {
    make(content);
  };
}

/** Everything is read anew each time, as it is of a signature that nobody has seen before. */
function validationRound(hasCrl: boolean): Round {
  const pki = benchPki('P-256');
  const content = randomBytes(CONTENT_BYTES);
  const basic = maker('P-256', pki)(content);
  const crls = hasCrl ? [emptyCrl(pki.root)] : [];
  const cms = withValidationData(basic, { certificates: [], crls, ocspResponses: [] });
  const anchors = [trustAnchorFrom(pki.root.certificate)];
  return () => {
    const { indication } = validateCades({ cms, content, anchors, at: BENCH_NOW });
    if (indication !== 'TOTAL-PASSED') throw new Error('the signature measured is not valid');
  };
}

function emptyCrl({ certificate, privateKey }: BenchIdentity): Uint8Array {
  const signatureAlgorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const toBeSigned = certificateListToBeSigned({
    issuer: certificate.subject.der,
    issuerPublicKeyInfo: certificate.subjectPublicKeyInfo,
    thisUpdate: BENCH_NOW,
    nextUpdate: (BENCH_NOW + 86_400_000) as UnixMillis,
    number: 1,
    revoked: [],
    signatureAlgorithm,
  });
  const value = createSignature(signatureAlgorithm, privateKey, toBeSigned);
  return completeCertificateList(toBeSigned, signatureAlgorithm, value);
}

/** The whole of a seal but for its own check: digest, attributes, signature value, DER. */
function maker(kind: KeyKind, { signer }: BenchPki): (content: Uint8Array) => Uint8Array {
  const { certificate, privateKey } = signer;
  const name = kind === 'P-256' ? 'ecdsa-sha256' : 'rsa-pkcs1-sha256';
  const signatureAlgorithm = SIGNATURE_ALGORITHMS[name];
  const parts = cadesSigner({ certificate, chain: [], signatureAlgorithm });
  return (content) => {
    const contentDigest = digestOf(signatureAlgorithm.digest, content);
    const prepared = prepareCades(parts, { contentDigest, signingTime: BENCH_NOW });
    const value = createSignature(signatureAlgorithm, privateKey, prepared.toBeSigned);
    return completeCades(prepared, value);
  };
}
