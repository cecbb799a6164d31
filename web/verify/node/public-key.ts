/**
 * SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of the keys that the verifier meets, each in its one form.
 * Stands in for `KeyObject`: what else there is throws here, or where it is used.
 */
import { bigEndian, DER_TAG, derValues, onlyDerValue, twoIntegers } from './der.js';
import type { DigestName } from './digests.js';
import { type DsaNumbers, readDsaNumbers } from './dsa.js';
import { type CurveName, isPoint } from './ecdsa.js';
import { modulusBits, type RsaNumbers } from './rsa.js';
import { unsupported } from './unsupported.js';

export type PublicKeyData =
  | { readonly kind: 'ed25519'; readonly bytes: Uint8Array }
  | { readonly kind: 'ec'; readonly curve: CurveName; readonly point: Uint8Array }
  | { readonly kind: 'dsa'; readonly dsa: DsaNumbers }
  | { readonly kind: 'rsa'; readonly numbers: RsaNumbers }
  | { readonly kind: 'rsa-pss'; readonly numbers: RsaNumbers; readonly limits: PssLimits | null };

/** What an RSA-PSS key says of the signatures it may make (RFC 4055 §3.1). */
export interface PssLimits {
  /** Of hash and mask both; null if it is none of ours, or if the two differ. */
  readonly digest: DigestName | null;
  readonly minimumSalt: number;
}

export class PublicKeyObject {
  readonly type = 'public';
  readonly data: PublicKeyData;

  constructor(data: PublicKeyData) {
    this.data = data;
  }

  /** As Node names them; RSA only. */
  get asymmetricKeyDetails(): { modulusLength?: number; publicExponent?: bigint } {
    if (!('numbers' in this.data)) return {};
    const { numbers } = this.data;
    return { modulusLength: modulusBits(numbers), publicExponent: numbers.exponent };
  }
}

export function createPublicKey(input: unknown): PublicKeyObject {
  const { key, format, type } = input as Readonly<Record<string, unknown>>;
  if (!(key instanceof Uint8Array) || format !== 'der' || type !== 'spki')
    throw unsupported('a key that is not given as SPKI in DER');
  return new PublicKeyObject(readSpki(key));
}

function readSpki(spki: Uint8Array): PublicKeyData {
  const [algorithm, bits, ...more] = derValues(onlyDerValue(spki, DER_TAG.sequence));
  const isForm = algorithm?.tag === DER_TAG.sequence && bits?.tag === DER_TAG.bitString;
  if (!isForm || more.length > 0 || bits.content[0] !== 0) throw unsupported('this SPKI');
  const bytes = Uint8Array.from(bits.content.subarray(1));
  switch (hex(algorithm.content)) {
    case ALGORITHM.ed25519:
      if (bytes.length !== 32) throw unsupported('an Ed25519 key of another length');
      return { kind: 'ed25519', bytes };
    case ALGORITHM.p256:
      return ellipticCurveKey('P-256', bytes);
    case ALGORITHM.p384:
      return ellipticCurveKey('P-384', bytes);
    case ALGORITHM.secp256k1:
      return ellipticCurveKey('secp256k1', bytes);
    case ALGORITHM.rsa:
      return { kind: 'rsa', numbers: readRsaNumbers(bytes) };
    default:
      return otherKey(algorithm.content, bytes);
  }
}

/** Contents of AlgorithmIdentifier: OID and parameters. */
const ALGORITHM = {
  ed25519: '06032b6570',
  p256: '06072a8648ce3d020106082a8648ce3d030107',
  p384: '06072a8648ce3d020106052b81040022',
  secp256k1: '06072a8648ce3d020106052b8104000a',
  rsa: '06092a864886f70d0101010500',
} as const;
const DSA = '06072a8648ce380401';
const RSASSA_PSS = '06092a864886f70d01010a';
const MGF1 = '06092a864886f70d010108';
/** SHA-1, the shorter SHA-2 and SHA-3 are not ours, but keys may name them; anything else they may not. */
const DIGEST_OIDS: Readonly<Record<string, DigestName | null>> = {
  '06052b0e03021a': null,
  '0609608648016503040201': 'sha256',
  '0609608648016503040202': 'sha384',
  '0609608648016503040203': 'sha512',
  '0609608648016503040204': null,
  '0609608648016503040205': null,
  '0609608648016503040206': null,
  '0609608648016503040207': null,
  '0609608648016503040208': null,
  '0609608648016503040209': null,
  '060960864801650304020a': null,
};
const DER_NULL = '0500';

function ellipticCurveKey(curve: CurveName, point: Uint8Array): PublicKeyData {
  if (!isPoint(curve, point)) throw unsupported('a point that is not on its curve');
  return { kind: 'ec', curve, point };
}

function readRsaNumbers(bytes: Uint8Array): RsaNumbers {
  const [modulus, exponent] = twoIntegers(bytes);
  return { modulus, exponent };
}

/** Of the kinds whose parameters are values of their own. */
function otherKey(algorithm: Uint8Array, bytes: Uint8Array): PublicKeyData {
  const head = DSA.length / 2;
  if (hex(algorithm.subarray(0, head)) !== DSA) return rsaPssKey(algorithm, bytes);
  return { kind: 'dsa', dsa: readDsaNumbers(algorithm.subarray(head), bytes) };
}

function rsaPssKey(algorithm: Uint8Array, bytes: Uint8Array): PublicKeyData {
  const head = RSASSA_PSS.length / 2;
  if (hex(algorithm.subarray(0, head)) !== RSASSA_PSS) throw unsupported('this kind of key');
  const parameters = algorithm.subarray(head);
  const limits = parameters.length === 0 ? null : readPssLimits(parameters);
  return { kind: 'rsa-pss', numbers: readRsaNumbers(bytes), limits };
}

/** The defaults, which are left out, are SHA-1, MGF1 with SHA-1 and 20: a digest that is none of ours. */
function readPssLimits(parameters: Uint8Array): PssLimits {
  const fields = derValues(onlyDerValue(parameters, DER_TAG.sequence));
  const tags = fields.map(({ tag }) => tag);
  const isOrdered = tags.every((tag, at) => at === 0 || tag > (tags[at - 1] ?? 0));
  if (!isOrdered || tags.some((tag) => tag < 0xa0 || tag > 0xa2))
    throw unsupported('these PSS parameters');
  const [hash, mask, salt] = [0xa0, 0xa1, 0xa2].map(
    (wanted) => fields.find(({ tag }) => tag === wanted)?.content,
  );
  const digest = hash === undefined ? null : readDigest(hash);
  const maskDigest = mask === undefined ? null : readDigest(readMask(mask));
  const minimumSalt = salt === undefined ? 20 : readSalt(onlyDerValue(salt, DER_TAG.integer));
  return { digest: digest === maskDigest ? digest : null, minimumSalt };
}

/** The AlgorithmIdentifier of the digest in that of MGF1. */
function readMask(content: Uint8Array): Uint8Array {
  const mask = onlyDerValue(content, DER_TAG.sequence);
  const head = MGF1.length / 2;
  if (hex(mask.subarray(0, head)) !== MGF1) throw unsupported('this mask');
  return mask.subarray(head);
}

function readDigest(content: Uint8Array): DigestName | null {
  const text = hex(onlyDerValue(content, DER_TAG.sequence));
  const oid = text.endsWith(DER_NULL) ? text.slice(0, -DER_NULL.length) : text;
  const name = DIGEST_OIDS[oid];
  if (name === undefined) throw unsupported('this digest');
  return name;
}

function readSalt(content: Uint8Array): number {
  if (content.length > 2 || (content[0] ?? 0x80) >= 0x80)
    throw unsupported('this length of a salt');
  return Number(bigEndian(content));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
